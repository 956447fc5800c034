import type { Dictionary } from "../dictionary.ts";
import type { surroundingsZh } from "./surroundings.zh.ts";

export const surroundingsEn: Dictionary<keyof typeof surroundingsZh> = {
  environmentTitle: "Who is with you?",
  environmentAlone: "Only me",
  environmentCompanion: "{name} and I",
  environmentWith: "Others too",
  environmentWho: "Who else (name and relation)",
  environmentEmpty: "Write down who it is, or tap “Only me”.",
  environmentSend: "Tell the mediator",
  environmentDone: "You said with you: {who}",
  environmentDoneAlone: "You said nobody is with you.",
  identityTitle: "Identity check",
  identityText: "Hold your ID card beside your face for a moment.",
  identityCamera: "Turn your picture on first, then hold your ID card beside your face.",
  identityDone: "Your identity has been checked.",
};
