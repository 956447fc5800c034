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
  cutTitle: "现在进不去",
  cutText: "您填的、签的都没有丢。请再进一次。还不行，请打电话给调委会。",
  cutLinkTitle: "这个链接不能用了",
  cutLinkText: "调委会停用了它，或者换了新的。请用新收到的链接，或者打电话。",
  cutAgain: "再进一次",
  deviceConsents: "看同意事项，可以改",
} as const;
