import type { Dictionary } from "../dictionary.ts";
import type { recordingZh } from "./recording.zh.ts";

export const recordingEn: Dictionary<keyof typeof recordingZh> = {
  recordingOn: "Recording now",
  recordingWaits: "Recording is on hold, nothing is recorded now",
  recordingNotHere: "Private talks are not recorded",
  recordingStopping: "Recording is being stopped; it is not confirmed yet",
  recordingStopped: "Recording has stopped",
  recordingOff: "Stop it",
  recordingOffTitle: "Stop the recording?",
  recordingOffText: "As soon as you withdraw your consent it stops for everybody. The mediation goes on. What was recorded so far stays with the case file.",
  recordingOffYes: "Withdraw, stop now",
  recordingOffNo: "Go on recording",
};
