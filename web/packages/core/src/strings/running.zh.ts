/** What is said while a sitting runs on without somebody, to who comes back to it, and once it is over; a part of partyZh. */
export const runningZh = {
  chairLost: "调解员的网络断了，位置留着，请等一等。",
  chairAway: "调解员走开了，位置留着，请等一等。",
  runningTitle: "调解正在进行，\u200b点一下就回去",
  runningText: "位置给您留着，大家在等您。手机会再问一次摄像头和麦克风，请选“允许”。",
  runningGo: "回到调解",
  runningBegun: "调解已经开始，大家在等您。",
  movedTitle: "另一部手机坐了您的位置",
  movedText: "是调解员同意的，或者有人输了发到您手机上的验证码。这部手机现在什么也收不到，也没有人能听到您。",
  movedNotYou: "不是您换的？请马上打电话给调委会。",
  movedUse: "换回这部手机",
  pageTitle: "这个链接在另一页打开了",
  pageText: "一次只能用一页。想用这一页，请点下面。",
  pageUse: "用这一页",
  redrafted: "协议在改，之前签的名都不算了。改好后会再请您看、再请您签。",
  endMayClose: "视频调解已经结束，这一页可以关了。以后要看，再点链接。",
  confirmWhat: "司法确认：双方一起请法院认可这份协议。认可以后，对方不照做，可以直接请法院强制执行。",
};
