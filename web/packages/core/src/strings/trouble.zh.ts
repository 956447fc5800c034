/** What is said when something did not get through, and what to do then; a part of partyZh. */
export const troubleZh = {
  notSent: "没有送到，请再点一次。",
  minutesKept: "您写的还在，点“有地方不对”接着写。",
  minutesChanged: "笔录刚改过，请再看一遍。您写的还在。",
  offlineTitle: "没有送到",
  offlineText: "网络断了。您填的都没有丢，请再点一次。",
  errorNext: "您填的、签的都没有丢。请再试一次。还不行，请打电话给调委会。",
} as const;
