/** What is said when something did not get through, and what to do then; a part of partyZh. */
export const troubleZh = {
  notSent: "没有送到，请再点一次。",
  minutesKept: "您写的还在，点“有地方不对”接着写。",
  minutesChanged: "笔录刚改过，请再看一遍。您写的还在。",
} as const;
