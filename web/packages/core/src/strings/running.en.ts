import type { Dictionary } from "../dictionary.ts";
import type { runningZh } from "./running.zh.ts";

/** What is said while a sitting runs on without somebody, to who comes back to it, and once it is over; a part of partyEn. */
export const runningEn: Dictionary<keyof typeof runningZh> = {
  chairLost: "The mediator lost the connection. The place is kept, please wait.",
  chairAway: "The mediator has stepped away. The place is kept, please wait.",
  runningTitle: "The session is running: one tap and you are back",
  runningText: "Your place is kept, and the others are waiting. The phone may ask for camera and microphone again: choose “Allow”.",
  runningGo: "Back to the session",
  runningBegun: "The session has begun, and the others are waiting for you.",
  movedTitle: "Another phone is in your place now",
  movedText: "The mediator let it in, or somebody typed the code that was sent to your phone. This phone receives nothing now, and nobody hears you.",
  movedNotYou: "Was it not you? Please ring the committee at once.",
  movedUse: "Move back to this phone",
  pageTitle: "This link is open on another page",
  pageText: "Only one page can be used at a time. To use this one, tap below.",
  pageUse: "Use this page",
  redrafted: "The agreement is being changed, so signatures given before no longer count. You will be asked to read and sign it again.",
  endAdjournedTitle: "That is all for today",
  endNextTitle: "To be continued",
  endPrepare: "Prepare for it now",
  endAdjournedText: "Everything settled so far is kept.",
  endAdjournedOpen: "You will be told when the next time is fixed.",
  endAdjournedNext: "Next: {time}",
  consentsNextTime: "Mediation: {time}. Recording is asked about anew for every session.",
  endMayClose: "The video session is over, and you may close this page. Tap the link again to see it later.",
  confirmByIf: "If you want the court to confirm it, ask there first whether it accepts this one; if it does, go together before {date}. If not, the agreement binds all the same; if the other side does not keep it, ring us and we say what can be done.",
  confirmWhat: "Judicial confirmation: both sides ask the court to approve this agreement. If the other side then does not keep it, the court can enforce it.",
};
