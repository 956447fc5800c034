import type { Dictionary } from "../dictionary.ts";
import type { OwnKey } from "./own.zh.ts";

/** Where somebody looks at what he consented to, and takes it back; loaded with that part alone. */
export const ownEn: Dictionary<OwnKey> = {
  ownTitle: "My consents",
  ownText: "Everything you answered is here. You may change it at any time; the mediator is told.",
  ownYes: "Agreed",
  ownNo: "Not agreed",
  ownGiven: "Agreed, ",
  ownRefused: "Not agreed, ",
  ownOpen: "Not answered yet",
  ownSee: "Look",
  ownTerms: "Full wording",
  ownIfBack: "If you take it back",
  ownIfAgree: "If you agree now",
  ownTakeBack: "Take it back",
  ownAgree: "Agree now",
  ownLeave: "Leave it",
  ownTakenBack: "Taken back. The mediator has been told.",
  ownAgreed: "Changed to agreed.",
  ownClose: "Close",
};
