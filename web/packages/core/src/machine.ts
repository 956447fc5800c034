/**
 * The party's way through a sitting as a pure machine: (state, event) -> [state, effects]. Effects are data; one runner
 * in the browser carries them out. The server's snapshot always wins over local belief.
 */
import type { Change, OwnMedia, SeatView, Snapshot } from "./protocol.ts";

/** Where the person is before and after the live room. */
export type Step = "invitation" | "declined" | "consents" | "device" | "live" | "left" | "papers";
/** The line to the server: `replaced` when a newer connection of this seat took over. */
export type Line = "off" | "entering" | "on" | "lost" | "replaced";

export interface OwnSwitches {
  readonly microphone: boolean;
  readonly camera: boolean;
}

export interface PartyState {
  readonly step: Step;
  readonly line: Line;
  readonly seat: SeatView;
  readonly snapshot: Snapshot | null;
  /** The next change is the answer to entering: whatever its number, it is the state. */
  readonly fresh: boolean;
  readonly media: "none" | "asked" | "up" | "lost";
  /** When the line or the media went, ms of the runner's clock. */
  readonly lostAt: number | null;
  /** What the person wants to send. */
  readonly own: OwnSwitches;
  /** What the browser gave; nobody has a picture without a camera, whatever is switched on. */
  readonly has: OwnSwitches;
  readonly away: OwnMedia["away"];
  readonly network: OwnMedia["network"];
  readonly interrupted: boolean;
  readonly soundLocked: boolean;
  /** The party looks at the pictures although a document is open. */
  readonly aside: boolean;
  /** Why this browser is no more in the room, by the server's word; null as long as it is or never was. */
  readonly cut: string | null;
}

export type PartyEvent =
  | { readonly is: "seat"; readonly seat: SeatView }
  | { readonly is: "go"; readonly step: Step }
  | { readonly is: "lineUp" }
  | { readonly is: "lineDown"; readonly at: number }
  | { readonly is: "replaced" }
  | { readonly is: "parted"; readonly reason: string }
  | { readonly is: "signedOut"; readonly reason: string }
  | { readonly is: "change"; readonly change: Change }
  | { readonly is: "mediaUp" }
  | { readonly is: "mediaLost"; readonly at: number }
  | { readonly is: "switch"; readonly own: Partial<OwnSwitches> }
  | { readonly is: "devices"; readonly has: OwnSwitches }
  | { readonly is: "away"; readonly away: OwnMedia["away"] }
  | { readonly is: "network"; readonly network: OwnMedia["network"] }
  | { readonly is: "interrupted"; readonly interrupted: boolean }
  | { readonly is: "soundLocked"; readonly locked: boolean }
  | { readonly is: "aside"; readonly aside: boolean };

export type Effect =
  | { readonly do: "openLine" }
  | { readonly do: "closeLine" }
  | { readonly do: "enter" }
  | { readonly do: "startMedia" }
  | { readonly do: "endMedia" }
  | { readonly do: "release" }
  | { readonly do: "forget" }
  | { readonly do: "route"; readonly snapshot: Snapshot }
  | { readonly do: "blank" }
  | { readonly do: "send"; readonly microphone: boolean; readonly camera: boolean }
  | { readonly do: "tellOwn"; readonly own: OwnMedia }
  | { readonly do: "ring" }
  | { readonly do: "announce"; readonly word: "admitted" | "back" | "lost" | "muted" }
  | { readonly do: "refreshSeat" }
  | { readonly do: "refreshAgreement" }
  | { readonly do: "wake"; readonly on: boolean };

export type Outcome = readonly [PartyState, readonly Effect[]];

/**
 * The step a returning browser begins with; nothing that was already answered is asked again. Who refused what the online
 * way needs stays with his answers: there he sees what happens instead, and may change them.
 */
export function firstStep(seat: SeatView): Step {
  if (seat.answer === "refused") return "declined";
  if (seat.ended !== null || isShut(seat) || hasPapers(seat)) return "papers";
  // Without a planned sitting there is nothing to consent to and no room to enter yet.
  if (seat.answer !== "accepted" || seat.session_id === null) return "invitation";
  // What the next sitting asks anew is asked on its day.
  if (waitsForItsDay(seat)) return "papers";
  const open = seat.consents.some((consent) => consent.answer === null || (consent.ends_online && !consent.answer));
  return open ? "consents" : "device";
}

/** Adjourned to a later day, by who has consented before and refused nothing that the online way needs. */
function waitsForItsDay(seat: SeatView): boolean {
  const refused = seat.consents.some((consent) => consent.ends_online && consent.answer === false);
  return seat.rests && !refused && seat.consents.some((consent) => consent.answer !== null);
}

function isShut(seat: SeatView): boolean {
  return seat.session_state === "closed" || seat.session_state === "adjourned";
}

/** No room is open, but pages wait to be signed or a receipt to be read. */
export function hasPapers(seat: SeatView): boolean {
  const signs = seat.may_sign && seat.agreement_state === "locked";
  const signed = seat.receipt !== null && (seat.receipt.signed_at !== null || seat.receipt.state === "sealed");
  return (isShut(seat) || seat.session_id === null) && (signs || signed);
}

export function begin(seat: SeatView): PartyState {
  return {
    step: firstStep(seat),
    line: "off",
    seat,
    snapshot: null,
    fresh: false,
    media: "none",
    lostAt: null,
    own: { microphone: true, camera: true },
    has: { microphone: true, camera: true },
    away: "none",
    network: "good",
    interrupted: false,
    soundLocked: false,
    aside: false,
    cut: null,
  };
}

/** What is switched on and there: a switch without its device is off. */
export function switchedOn({ own, has }: PartyState): OwnSwitches {
  return { microphone: own.microphone && has.microphone, camera: own.camera && has.camera };
}

/** Own sound and picture leave the phone only where somebody may have them, and never while a cut is unconfirmed. */
export function sends(state: PartyState): OwnSwitches {
  const snapshot = state.snapshot;
  const nobody = { microphone: false, camera: false };
  if (state.step !== "live" || snapshot === null || snapshot.device === "waiting") return nobody;
  if (snapshot.hold !== "none" || snapshot.space === "lobby" || snapshot.lamp === "failed") return nobody;
  return switchedOn(state);
}

export function ownMedia(state: PartyState): OwnMedia {
  return { ...switchedOn(state), away: state.away, network: state.network };
}

function sending(before: PartyState, after: PartyState): Effect[] {
  const [was, is] = [sends(before), sends(after)];
  if (was.microphone === is.microphone && was.camera === is.camera) return [];
  return [{ do: "send", ...is }];
}

function told(before: PartyState, after: PartyState): Effect[] {
  const [was, is] = [ownMedia(before), ownMedia(after)];
  const same =
    was.microphone === is.microphone && was.camera === is.camera && was.away === is.away && was.network === is.network;
  return same || after.line !== "on" ? [] : [{ do: "tellOwn", own: is }];
}

const ENDS: readonly string[] = ["closed", "adjourned"];

export function isOver(snapshot: Snapshot): boolean {
  return ENDS.includes(snapshot.state);
}

/** A change of space or hold; pictures and sound of everybody are cut before anything else happens. */
function moved(before: Snapshot | null, after: Snapshot): boolean {
  if (before === null) return false;
  return before.space !== after.space || before.hold !== after.hold || before.caucus_side !== after.caucus_side;
}

/** The promise kept: from waiting to anywhere where somebody speaks with the party. */
function calledIn(before: Snapshot | null, after: Snapshot): boolean {
  if (before === null || isOver(after)) return false;
  const waited = before.space === "lobby" || before.hold !== "none";
  return waited && after.space !== "lobby" && after.hold === "none";
}

/** Neither line nor media is away: nothing is lost any more, and who heard of the loss hears of its end. */
function restored(after: PartyState): Outcome {
  if (after.lostAt === null || after.line !== "on" || after.media === "lost") return [after, []];
  return [{ ...after, lostAt: null }, [{ do: "announce", word: "back" }]];
}

function changed(state: PartyState, change: Change): Outcome {
  if (!state.fresh && state.snapshot !== null && change.n <= state.snapshot.n) return [state, []];
  const [before, snapshot] = [state.snapshot, change.snapshot];
  const sameReading = before !== null && before.reading === snapshot.reading;
  const [next, back] = restored({
    ...state,
    // Nobody sits in a sitting that is over; what comes of it later is asked for, not heard.
    line: isOver(snapshot) ? "off" : "on",
    fresh: change.events.includes("enter_again"),
    snapshot,
    aside: sameReading && state.aside,
    media: snapshot.device === "waiting" || isOver(snapshot) ? "none" : state.media,
  });
  const effects: Effect[] = [...back];
  if (moved(before, snapshot)) effects.push({ do: "blank" });
  effects.push({ do: "route", snapshot }, ...sending(state, next));
  if (isOver(snapshot)) effects.push({ do: "endMedia" }, { do: "closeLine" }, { do: "wake", on: false }, { do: "refreshSeat" });
  else if (snapshot.device === "waiting") effects.push({ do: "endMedia" });
  else if (next.media === "none" && snapshot.device === "holder") {
    effects.push({ do: "startMedia" });
    return [{ ...next, media: "asked" }, [...effects, ...news(before, change)]];
  }
  return [next, [...effects, ...news(before, change)]];
}

function news(before: Snapshot | null, change: Change): Effect[] {
  const effects: Effect[] = [];
  const { snapshot, events } = change;
  if (calledIn(before, snapshot)) effects.push({ do: "ring" }, { do: "announce", word: "admitted" });
  // The mediator let this phone take the seat: enter once more, now as its holder.
  if (events.includes("enter_again")) effects.push({ do: "enter" });
  if (events.includes("mute_please")) effects.push({ do: "announce", word: "muted" });
  const papers =
    before === null ||
    before.device !== snapshot.device ||
    before.agreement_revision !== snapshot.agreement_revision ||
    before.agreement_state !== snapshot.agreement_state ||
    before.reading !== snapshot.reading ||
    events.includes("agreement");
  // Nothing is shown to a phone that has not been let in.
  if (papers && snapshot.device === "holder" && snapshot.agreement_state !== null) effects.push({ do: "refreshAgreement" }, { do: "refreshSeat" });
  return effects;
}

/** Enters, and asks for media in the same breath: the server takes the requests of one browser in their order. */
function lineUp(state: PartyState): Outcome {
  const enter: Effect = { do: "enter" };
  if (state.media !== "none") return [{ ...state, fresh: true }, [enter]];
  return [{ ...state, fresh: true, media: "asked" }, [enter, { do: "startMedia" }]];
}

function lineDown(state: PartyState, at: number): Outcome {
  if (state.line === "off" || state.line === "replaced") return [state, []];
  const next: PartyState = { ...state, line: "lost", lostAt: state.lostAt ?? at };
  return [next, state.line === "on" ? [{ do: "announce", word: "lost" }] : []];
}

function replaced(state: PartyState): Outcome {
  return [{ ...state, line: "replaced", media: "none" }, [{ do: "blank" }, { do: "endMedia" }, { do: "closeLine" }]];
}

/** The server cut this browser off: the seat moved to another phone, or the link is no longer good. */
function parted(state: PartyState, reason: string): Outcome {
  if (reason === "moved") {
    const [next, effects] = replaced(state);
    return [{ ...next, cut: reason }, effects];
  }
  return [{ ...state, line: "off", media: "none", cut: reason }, [{ do: "blank" }, { do: "endMedia" }, { do: "closeLine" }]];
}

function mediaUp(state: PartyState): Outcome {
  const [next, back] = restored({ ...state, media: "up" });
  return [next, [{ do: "send", ...sends(next) }, { do: "tellOwn", own: ownMedia(next) }, ...back]];
}

function goes(state: PartyState, step: Step): Outcome {
  const next: PartyState = { ...state, step };
  if (step === "live" && state.step !== "live") {
    return [{ ...next, line: "entering", snapshot: null, media: "none", cut: null }, [{ do: "openLine" }, { do: "wake", on: true }]];
  }
  if (step !== "live" && state.step === "live") {
    const off: PartyState = { ...next, line: "off", media: "none", lostAt: null };
    return [off, [{ do: "endMedia" }, { do: "closeLine" }, { do: "wake", on: false }]];
  }
  return [next, []];
}

function seatTold(state: PartyState, seat: SeatView): Outcome {
  const next: PartyState = { ...state, seat };
  const ended = seat.ended !== null && state.step !== "live" && state.step !== "papers";
  if (ended) return [{ ...next, step: "papers" }, []];
  const due = state.step === "papers" && state.seat.rests && !seat.rests;
  return [due ? { ...next, step: firstStep(seat) } : next, []];
}

/** Whether camera, microphone and a waking screen serve anything: in the device check, and as long as a room may come. */
export function holdsDevices(state: PartyState): boolean {
  if (state.step !== "live") return state.step === "device";
  // The line is off as well once the sitting is over.
  return state.line !== "off" && state.line !== "replaced";
}

/** One event further. Devices that serve nothing any more are given back, whatever ended it. */
export function advance(state: PartyState, event: PartyEvent): Outcome {
  const [next, effects] = further(state, event);
  return [next, holdsDevices(state) && !holdsDevices(next) ? [...effects, ...givesBack(next, event)] : effects];
}

/** Whoever goes, or is sent, leaves no handwriting here; at the end of a sitting the pages may still be signed. */
function givesBack(next: PartyState, event: PartyEvent): Effect[] {
  const goes = next.step === "left" || event.is === "parted" || event.is === "replaced";
  return goes ? [{ do: "release" }, { do: "forget" }] : [{ do: "release" }];
}

function further(state: PartyState, event: PartyEvent): Outcome {
  switch (event.is) {
    case "seat":
      return seatTold(state, event.seat);
    case "go":
      return goes(state, event.step);
    case "lineUp":
      return lineUp(state);
    case "lineDown":
      return lineDown(state, event.at);
    case "replaced":
      return replaced(state);
    case "parted":
      return parted(state, event.reason);
    case "signedOut":
      return [{ ...state, line: "off", media: "none", cut: event.reason }, [{ do: "blank" }, { do: "endMedia" }, { do: "closeLine" }]];
    case "change":
      return changed(state, event.change);
    case "mediaUp":
      return mediaUp(state);
    case "mediaLost":
      if (state.media !== "up") return [state, []];
      return [{ ...state, media: "lost", lostAt: state.lostAt ?? event.at }, [{ do: "announce", word: "lost" }]];
    case "switch":
      return withOwn(state, { ...state, own: { ...state.own, ...event.own } });
    case "devices":
      return withOwn(state, { ...state, has: event.has });
    case "away":
      return withOwn(state, { ...state, away: event.away });
    case "network":
      return withOwn(state, { ...state, network: event.network });
    case "interrupted":
      return withOwn(state, {
        ...state,
        interrupted: event.interrupted,
        away: event.interrupted ? "telephone" : "none",
      });
    case "soundLocked":
      return [{ ...state, soundLocked: event.locked }, []];
    case "aside":
      return [{ ...state, aside: event.aside }, []];
  }
}

function withOwn(before: PartyState, after: PartyState): Outcome {
  return [after, [...sending(before, after), ...told(before, after)]];
}
