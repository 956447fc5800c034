import type { Dictionary } from "../dictionary.ts";
import type { troubleZh } from "./trouble.zh.ts";

export const troubleEn: Dictionary<keyof typeof troubleZh> = {
  notSent: "It did not get through. Please tap again.",
  minutesKept: "Your words are kept. Tap “Not right” to go on.",
  minutesChanged: "The minutes have just changed, please read them again. Your words are kept.",
  offlineTitle: "It did not get through",
  offlineText: "There is no connection. Nothing you entered is lost, please tap again.",
  errorNext: "Nothing you entered or signed is lost. Please try again. If it still fails, ring the committee.",
  refusedText: "The agreement is not in force. You can go on talking, or go to arbitration or court.",
  refusedOffice: "To go on talking, or to say something, ring the committee.",
  refusedUndo: "I will sign after all",
  cutTitle: "You cannot get in just now",
  cutText: "Nothing you entered or signed is lost. Please enter again. If it still fails, ring the committee.",
  cutLinkTitle: "This link can no longer be used",
  cutLinkText: "The committee has ended it or sent a new one. Use the new link, or ring.",
  cutAgain: "Enter again",
  deviceConsents: "See or change consents",
  pageLost: "Page {n} did not arrive.",
  pageAgain: "Fetch it again",
  partLost: "This page did not arrive",
  partLostText: "Nothing you entered or signed is lost. Check your connection and open it again.",
  partAgain: "Open it again",
};
