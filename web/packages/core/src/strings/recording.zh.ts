/** What a party's screen says of recording; a part of partyZh. */
export const recordingZh = {
  recordingOn: "正在录音录像",
  recordingWaits: "录音录像停着，现在没有录",
  recordingNotHere: "单独谈话不录音录像",
  recordingStopping: "正在停止录音录像，还没有确认停下",
  recordingStopped: "录音录像停了，不再录",
  recordingOff: "不录了",
  recordingOffTitle: "停止录音录像？",
  recordingOffText: "您一收回同意，马上就停，各方都不再录。调解照常进行。已经录的部分随卷宗保存。",
  recordingOffYes: "收回同意，马上停",
  recordingOffNo: "接着录",
} as const;
