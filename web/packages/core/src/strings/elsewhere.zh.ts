/** What the phone says where nothing is signed on it: on paper, or aloud before witnesses; loaded with that part alone. */
export const elsewhereZh = {
  signPaperTitle: "这份协议在纸上签",
  signPaperText: "手机上不用签，也不用验证码。",
  signPaperPrint: "调解员把这几页打印出来",
  signPaperRead: "您逐页看过，不明白就问",
  signPaperInk: "在您的名字旁签名、按指印",
  signPaperSeam: "每页边上的骑缝处也签或按",
  signPaperScan: "工作人员拍照，逐页对照",
  signWitnessTitle: "请您说出来，有人见证",
  signWitnessText: "您不用动手。没有人替您签名。",
  signWitnessRead: "调解员把协议读给您听",
  signWitnessSay: "您说：“本人{name}，同意上述协议”",
  signWitnessSee: "两位见证人看着、听着",
  signWitnessKeep: "见证人说的话记进档案",
} as const;

export type ElsewhereKey = keyof typeof elsewhereZh;
