/** Where somebody looks at what he consented to, and takes it back; loaded with that part alone. */
export const ownZh = {
  ownTitle: "我的同意事项",
  ownText: "您答过的都在这里。随时可以改，改了会告诉调解员。",
  ownYes: "同意",
  ownNo: "不同意",
  ownGiven: "同意，",
  ownRefused: "不同意，",
  ownOpen: "还没有答",
  ownSee: "看一看",
  ownTerms: "全部条文",
  ownIfBack: "收回以后",
  ownIfAgree: "改为同意以后",
  ownTakeBack: "收回同意",
  ownAgree: "改为同意",
  ownLeave: "不改",
  ownTakenBack: "已经收回，已告诉调解员",
  ownAgreed: "已经改为同意",
  ownClose: "关上",
} as const;

export type OwnKey = keyof typeof ownZh;
