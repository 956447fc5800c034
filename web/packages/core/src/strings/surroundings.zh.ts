/** What a party is asked before the joint session: who he is, and who is with him; a part of partyZh. */
export const surroundingsZh = {
  environmentTitle: "您身边有谁？",
  environmentAlone: "只有我一个人",
  environmentCompanion: "我和{name}",
  environmentWith: "还有别人",
  environmentWho: "还有谁（姓名和关系）",
  environmentEmpty: "先写下是谁，或者点“只有我一个人”。",
  environmentSend: "告诉调解员",
  environmentDone: "您说身边有：{who}",
  environmentDoneAlone: "您说身边没有别人。",
  identityTitle: "核对身份",
  identityText: "请把身份证举到脸旁边，停一下。",
  identityCamera: "请先打开画面，再把身份证举到脸旁边。",
  identityDone: "身份核对好了。",
};
