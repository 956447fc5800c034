/** What is said where a line is too weak for pictures, at both its ends; a part of partyZh. */
export const weakZh = {
  weakTitle: "您的网络弱，声音没有断。",
  weakText: "先停了对方的画面。",
  weakHeld: "先停了{names}的画面，只听声音。",
  unseenBy: "{names}那边网络弱，现在看不到您，听得到您说话。",
  pictureRests: "画面暂停",
  weakOwn: "先停了您的画面。",
  weakSmaller: "您的画面变小了。",
};
