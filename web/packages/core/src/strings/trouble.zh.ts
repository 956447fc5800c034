/** What is said when something did not get through, and what to do then; a part of partyZh. */
export const troubleZh = {
  notSent: "没有送到，请再点一次。",
  minutesKept: "您写的还在，点“有地方不对”接着写。",
  minutesChanged: "笔录刚改过，请再看一遍。您写的还在。",
  offlineTitle: "没有送到",
  offlineText: "网络断了。您填的都没有丢，请再点一次。",
  errorNext: "您填的、签的都没有丢。请再试一次。还不行，请打电话给调委会。",
  refusedText: "协议没有生效。您还可以接着谈，或者去仲裁、去法院。",
  refusedOffice: "想接着谈，或者有话要说，请打电话给调委会。",
  refusedUndo: "我又想签了",
} as const;
