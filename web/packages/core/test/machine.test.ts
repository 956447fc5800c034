import { describe, expect, it } from "vitest";
import {
  NOBODY_FEATURED,
  advance,
  audienceOf,
  begin,
  chairOf,
  feature,
  firstStep,
  isInRoom,
  mediatorName,
  screenOf,
  sends,
  sentenceOf,
  surnameOf,
  switchedOn,
  type Change,
  type Effect,
  type PartyEvent,
  type PartyState,
  type SeatView,
  type Snapshot,
} from "../src/index.ts";
import { seat, seatView, snapshot } from "./samples.ts";

const live = (more: Partial<Snapshot> = {}, view: Partial<SeatView> = {}): PartyState => ({
  ...begin(seatView({ answer: "accepted", ...view })),
  step: "live",
  line: "on",
  media: "up",
  snapshot: snapshot(more),
});
const change = (n: number, more: Partial<Snapshot> = {}, events: string[] = []): Change => ({
  n,
  events,
  snapshot: snapshot({ n, ...more }),
});
const run = (state: PartyState, ...events: PartyEvent[]): readonly [PartyState, Effect[]] => {
  const all: Effect[] = [];
  let now = state;
  for (const event of events) {
    const [next, effects] = advance(now, event);
    now = next;
    all.push(...effects);
  }
  return [now, all];
};
const done = (effects: readonly Effect[]): string[] => effects.map((effect) => effect.do);

describe("first step", () => {
  it("asks nothing twice", () => {
    expect(firstStep(seatView())).toBe("invitation");
    expect(firstStep(seatView({ answer: "refused" }))).toBe("declined");
    expect(firstStep(seatView({ answer: "accepted" }))).toBe("consents");
    expect(firstStep(seatView({ answer: "accepted", consents: [] }))).toBe("device");
    expect(firstStep(seatView({ answer: "accepted", session_state: "closed" }))).toBe("papers");
    expect(firstStep(seatView({ answer: "accepted", session_id: null, session_state: null }))).toBe("invitation");
  });

  it.each([
    ["online, which ends the online way", { ends_online: true, answer: false }, "consents"],
    ["online, agreed to", { ends_online: true, answer: true }, "device"],
    ["another, refused", { ends_online: false, answer: false }, "device"],
  ] as const)("after the consent %s is %s", (_which, more, step) => {
    const consents = seatView().consents.map((consent) => ({ ...consent, ...more }));
    expect(firstStep(seatView({ answer: "accepted", consents }))).toBe(step);
  });
});

describe("the end of a sitting", () => {
  it.each(["closed", "adjourned"] as const)("closes the line, so that nobody enters a sitting that is %s again", (state) => {
    const [over, effects] = run(live({ n: 7 }), { is: "change", change: change(8, { state }) });
    expect(done(effects)).toEqual(["route", "endMedia", "closeLine", "wake", "refreshSeat", "release"]);
    expect([over.line, over.media, screenOf(over)]).toEqual(["off", "none", "ended"]);
    const [still, more] = run(over, { is: "lineDown", at: 9 });
    expect([still.line, more]).toEqual(["off", []]);
  });
});

describe("entering", () => {
  it("opens the line, enters with the last number, takes the answer as the state, then starts media", () => {
    const start = begin(seatView({ answer: "accepted", consents: [] }));
    const [entered, first] = run(start, { is: "go", step: "live" }, { is: "lineUp" });
    expect(done(first)).toEqual(["openLine", "wake", "enter", "startMedia"]);
    expect(screenOf(entered)).toBe("connecting");
    const [there, second] = run(entered, { is: "change", change: change(3, { space: "lobby", slots: [], audience: [] }) });
    expect(done(second)).toEqual(["route"]);
    expect(screenOf(there)).toBe("lobby");
  });

  it("ignores a change that is not newer, but takes any number right after entering", () => {
    const state = live({ n: 9 });
    expect(run(state, { is: "change", change: change(9, { space: "caucus" }) })[0].snapshot?.space).toBe("joint");
    const [again] = run(state, { is: "lineDown", at: 5 }, { is: "lineUp" }, { is: "change", change: change(2, { space: "lobby" }) });
    expect(again.snapshot?.space).toBe("lobby");
  });

  it.each(["closed", "adjourned"] as const)("is told where the sitting ended while it waited as a second phone (%s)", (state) => {
    const locked = { may_sign: true, agreement_state: "locked" };
    const waiting = live({ device: "waiting", seats: [], slots: [] });
    expect(screenOf(waiting)).toBe("second");
    const [over, effects] = run(
      waiting,
      { is: "seat", seat: seatView(locked) },
      { is: "change", change: change(20, { device: "waiting", state }) },
    );
    expect(screenOf(over)).toBe("ended");
    expect(done(effects)).toContain("closeLine");
  });
  it("waits as a second phone without media, and enters again when let in", () => {
    const waiting = live({ device: "waiting", seats: [], slots: [] });
    expect(screenOf(waiting)).toBe("second");
    const [, asks] = run(waiting, { is: "change", change: change(20, { device: "waiting", agreement_state: "drafting" }) });
    expect(asks.map((effect) => effect.do)).not.toContain("refreshAgreement");
    const [, reads] = run(waiting, { is: "change", change: change(20, { agreement_state: "drafting" }) });
    expect(reads.map((effect) => effect.do)).toContain("refreshAgreement");
    const [, told] = run(live(), { is: "change", change: change(20, { device: "waiting", seats: [], slots: [] }) });
    expect(done(told)).toContain("endMedia");
    const [, effects] = run({ ...waiting, media: "none" }, { is: "change", change: change(20, {}, ["enter_again"]) });
    expect(done(effects)).toContain("enter");
  });
});

describe("moves", () => {
  it("blanks every picture before it routes the new ones", () => {
    const [, effects] = run(live(), { is: "change", change: change(20, { space: "caucus", lamp: "cutting", slots: [] }) });
    expect(done(effects).indexOf("blank")).toBeLessThan(done(effects).indexOf("route"));
    expect(done(effects)).toContain("blank");
  });

  it("rings when somebody who waited is called in, and not on the way out", () => {
    const lobby = live({ space: "lobby" });
    expect(done(run(lobby, { is: "change", change: change(20, { space: "joint" }) })[1])).toContain("ring");
    expect(done(run(live(), { is: "change", change: change(20, { space: "lobby" }) })[1])).not.toContain("ring");
    const held = live({ space: "lobby", hold: "other_side_talks" });
    expect(done(run(held, { is: "change", change: change(20, { space: "joint" }) })[1])).toContain("ring");
  });

  it("sends nothing in a lobby, on hold, as a second phone, or while the other side is not cut off", () => {
    expect(sends(live({ device: "waiting" }))).toEqual({ microphone: false, camera: false });
    expect(sends(live({ space: "lobby" }))).toEqual({ microphone: false, camera: false });
    expect(sends(live({ hold: "paused" }))).toEqual({ microphone: false, camera: false });
    expect(sends(live({ space: "caucus", lamp: "failed" }))).toEqual({ microphone: false, camera: false });
    expect(sends(live())).toEqual({ microphone: true, camera: true });
  });

  it("tells the others at once when a switch is turned", () => {
    const [state, effects] = run(live(), { is: "switch", own: { microphone: false } });
    expect(done(effects)).toEqual(["send", "tellOwn"]);
    expect(sentenceOf(state, "zh-CN", "、").heard).toBe(false);
  });
});

describe("a seat without a camera", () => {
  const nobody: PartyEvent = { is: "devices", has: { microphone: true, camera: false } };
  it("says so to the others, and is told itself that nobody sees it", () => {
    const [blind, effects] = run(live(), nobody);
    expect(effects).toEqual([
      { do: "send", microphone: true, camera: false },
      { do: "tellOwn", own: { microphone: true, camera: false, away: "none", network: "good" } },
    ]);
    expect(sentenceOf(blind, "zh-CN", "、")).toEqual(sentenceOf({ ...live(), own: { microphone: true, camera: false } }, "zh-CN", "、"));
  });

  it("has none either when its picture is switched on, until a camera comes", () => {
    const [blind] = run(live(), nobody, { is: "switch", own: { camera: true } });
    expect(switchedOn(blind)).toEqual({ microphone: true, camera: false });
    const [seen, effects] = run(blind, { is: "devices", has: { microphone: true, camera: true } });
    expect([switchedOn(seen).camera, done(effects)]).toEqual([true, ["send", "tellOwn"]]);
  });

  it("keeps off what was switched off when the devices come back", () => {
    const [back] = run(live(), { is: "switch", own: { camera: false } }, nobody, { is: "devices", has: { microphone: true, camera: true } });
    expect(sends(back).camera).toBe(false);
  });
});

describe("losing the line", () => {
  it("keeps the place, says it once, and comes back", () => {
    const [lost, effects] = run(live(), { is: "lineDown", at: 100 }, { is: "lineDown", at: 900 });
    expect(lost.lostAt).toBe(100);
    expect(done(effects)).toEqual(["announce"]);
    const [back] = run(lost, { is: "lineUp" }, { is: "change", change: change(1) }, { is: "mediaUp" });
    expect(back.lostAt).toBeNull();
    expect(screenOf(back)).toBe("joint");
  });

  it.each([
    ["the line alone was away", [{ is: "lineUp" }, { is: "change", change: change(1) }]],
    ["the line came first", [{ is: "mediaLost", at: 120 }, { is: "lineUp" }, { is: "change", change: change(1) }, { is: "mediaUp" }]],
    ["media came first", [{ is: "mediaLost", at: 120 }, { is: "mediaUp" }, { is: "lineUp" }, { is: "change", change: change(1) }]],
  ] satisfies [string, PartyEvent[]][])("says once that it is back, and counts the next loss anew: %s", (_how, events) => {
    const [lost] = run(live(), { is: "lineDown", at: 100 });
    const [back, effects] = run(lost, ...events);
    expect(effects.filter((one) => one.do === "announce" && one.word === "back")).toHaveLength(1);
    const [again] = run(back, { is: "lineDown", at: 900 });
    expect(again.lostAt).toBe(900);
  });

  it("gives way to a newer phone and stays quiet", () => {
    const [state, effects] = run(live(), { is: "replaced" }, { is: "lineDown", at: 5 });
    expect(screenOf(state)).toBe("replaced");
    expect(done(effects)).toEqual(["blank", "endMedia", "closeLine", "release", "forget"]);
    expect(state.cut).toBeNull();
    const [moved] = run(live(), { is: "parted", reason: "moved" });
    expect([screenOf(moved), moved.cut]).toEqual(["replaced", "moved"]);
  });
});

describe("camera and microphone", () => {
  const ends: readonly (readonly [string, PartyEvent, boolean])[] = [
    ["the sitting is closed", { is: "change", change: change(20, { state: "closed" }) }, false],
    ["the sitting is adjourned", { is: "change", change: change(20, { state: "adjourned" }) }, false],
    ["another phone took the seat", { is: "replaced" }, true],
    ["the seat was moved", { is: "parted", reason: "moved" }, true],
    ["the link was ended", { is: "parted", reason: "link_ended" }, true],
    ["the line was refused", { is: "signedOut", reason: "forbidden" }, false],
    ["the person left", { is: "go", step: "left" }, true],
    ["the person ended it", { is: "go", step: "papers" }, false],
  ];
  it.each(ends)("are given back once, after all that used them, with handwriting of who goes: %s", (_why, end, goes) => {
    const [over, effects] = run(live(), end);
    expect(done(effects).slice(goes ? -2 : -1)).toEqual(goes ? ["release", "forget"] : ["release"]);
    expect(done(effects).includes("forget")).toBe(goes);
    expect(done(run(over, end, { is: "lineDown", at: 9 })[1])).not.toContain("release");
  });

  it("are given back when the sitting ends while they are being tried", () => {
    const trying: PartyState = { ...begin(seatView({ answer: "accepted", consents: [] })), step: "device" };
    const ended = { how: "withdrawn", at: "2025-03-14T01:00:00Z", remedies: [] } as unknown as SeatView["ended"];
    expect(done(run(trying, { is: "seat", seat: seatView({ ended }) })[1])).toEqual(["release"]);
  });

  const stays: readonly (readonly [string, PartyState, PartyEvent])[] = [
    ["the line breaks", live(), { is: "lineDown", at: 5 }],
    ["a rest begins", live(), { is: "change", change: change(20, { state: "paused", hold: "paused" }) }],
    ["the device check leads into the room", { ...live(), step: "device", line: "off" }, { is: "go", step: "live" }],
  ];
  it.each(stays)("are kept while a room may come: %s", (_why, state, event) => {
    expect(done(run(state, event)[1])).not.toContain("release");
  });
});

describe("being let in no more", () => {
  it.each([
    ["parted", { is: "parted", reason: "link_ended" }],
    ["refused", { is: "signedOut", reason: "forbidden" }],
  ] as const)("is a screen of its own once %s: the old snapshot says nothing of who hears", (_how, event) => {
    const [state, effects] = run(live(), event);
    expect([screenOf(state), isInRoom(state), state.cut]).toEqual(["cut", false, event.reason]);
    expect(done(effects).slice(0, 4)).toEqual(["blank", "endMedia", "closeLine", "release"]);
    const [back] = run(state, { is: "go", step: "device" }, { is: "go", step: "live" });
    expect([screenOf(back), back.cut]).toEqual(["connecting", null]);
  });

  it("is one too before the first word of the server", () => {
    const start = begin(seatView({ answer: "accepted", consents: [] }));
    const [state] = run(start, { is: "go", step: "live" }, { is: "lineUp" }, { is: "signedOut", reason: "not_found" });
    expect(screenOf(state)).toBe("cut");
  });

  it("changes nothing on a sitting that is over", () => {
    const [state] = run(live({ state: "closed" }), { is: "parted", reason: "link_ended" });
    expect(screenOf(state)).toBe("ended");
  });
});

describe("screens", () => {
  const receipt = {
    signed_at: "2025-03-14T03:38:20Z",
    fingerprint: "9f2c71ab",
    progress: [],
    state: "locked",
    number: null,
    effective_on: null,
    confirmation_deadline: null,
    confirmation_depends: false,
    copy_until: null,
  };
  const minutes = (answers: Record<string, boolean>) => ({ version: 2, ready: true, items: [], answers });
  const table: readonly (readonly [string, PartyState, string])[] = [
    ["joint", live(), "joint"],
    ["caucus", live({ space: "caucus" }), "caucus"],
    ["reception", live({ space: "reception" }), "reception"],
    ["hold", live({ space: "lobby", hold: "other_side_talks" }), "hold"],
    ["pause", live({ state: "paused", hold: "paused" }), "paused"],
    ["mediator lost", live({ state: "frozen", hold: "mediator_lost" }), "frozen"],
    ["read-back", live({ reading: "c1", agreement_state: "drafting" }), "readBack"],
    ["looking at pictures meanwhile", { ...live({ reading: "c1" }), aside: true }, "joint"],
    ["minutes to confirm", live({ minutes: minutes({}) }), "minutes"],
    ["minutes confirmed", live({ minutes: minutes({ p1: true }) }), "joint"],
    ["signing", live({ agreement_state: "locked" }, { may_sign: true, agreement_state: "locked" }), "sign"],
    ["nothing to sign for a companion", live({ agreement_state: "locked" }), "joint"],
    ["signed", live({ agreement_state: "locked" }, { may_sign: true, receipt }), "receipt"],
    ["a caucus is never covered by a document", live({ space: "caucus", reading: "c1" }), "caucus"],
    ["closed", live({ state: "closed" }), "ended"],
    ["closed with pages to sign", live({ state: "closed" }, { may_sign: true, agreement_state: "locked" }), "sign"],
    ["closed and signed", live({ state: "closed" }, { receipt }), "receipt"],
    ["left", { ...live(), step: "left" }, "left"],
  ];
  it.each(table)("%s", (_name, state, screen) => expect(screenOf(state)).toBe(screen));

  it("lets go of a document that was put aside when the next one is read", () => {
    const aside = { ...live({ reading: "c1" }), aside: true };
    expect(screenOf(run(aside, { is: "change", change: change(20, { reading: "c2" }) })[0])).toBe("readBack");
  });
});

describe("whatever happens in whatever order", () => {
  // A small fixed generator: the walk is the same in every run.
  const dice = (seed: number) => () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  const spaces = ["lobby", "reception", "joint", "caucus"] as const;
  const holds = ["none", "other_side_talks", "paused", "mediator_lost"] as const;
  const lamps = ["none", "cutting", "isolated", "failed"] as const;
  const pick = <T>(from: readonly T[], roll: number): T => from[Math.floor(roll * from.length)] as T;

  it("never sends where nobody may hear, and never claims an audience the server has not confirmed", () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const roll = dice(seed);
      let state = begin(seatView({ answer: "accepted", consents: [] }));
      for (let n = 1; n <= 60; n += 1) {
        const events: readonly PartyEvent[] = [
          { is: "go", step: pick(["live", "device", "left"] as const, roll()) },
          { is: "lineUp" },
          { is: "lineDown", at: n },
          { is: "mediaUp" },
          { is: "mediaLost", at: n },
          { is: "switch", own: { microphone: roll() > 0.5, camera: roll() > 0.5 } },
          { is: "change", change: change(n, { space: pick(spaces, roll()), hold: pick(holds, roll()), lamp: pick(lamps, roll()) }) },
          { is: "change", change: change(n, { space: pick(spaces, roll()), lamp: pick(lamps, roll()) }) },
          { is: "replaced" },
        ];
        [state] = advance(state, pick(events, roll()));
        const { snapshot: seen } = state;
        const quiet = seen === null || state.step !== "live" || seen.space === "lobby" || seen.hold !== "none" || seen.lamp === "failed";
        if (quiet) expect(sends(state)).toEqual({ microphone: false, camera: false });
        if (seen?.lamp === "cutting" || seen?.lamp === "failed") expect(sentenceOf(state, "zh-CN", "、").heard).toBe(false);
        expect(typeof screenOf(state)).toBe("string");
      }
    }
  });
});

describe("the large picture", () => {
  const people = (speaker: string) => [
    seat("m", { staff_role: "mediator", chair: true, speaking: speaker === "m" }),
    seat("p1", { you: true, speaking: speaker === "p1" }),
    seat("p2", { speaking: speaker === "p2" }),
  ];
  it("is the mediator until somebody else has been speaking for three seconds", () => {
    let shown = feature(NOBODY_FEATURED, people(""), 0);
    expect(shown.seat).toBe("m");
    shown = feature(shown, people("p2"), 1_000);
    expect(shown.seat).toBe("m");
    shown = feature(shown, people("p2"), 4_000);
    expect(shown.seat).toBe("p2");
    expect(feature(shown, people("m"), 4_500).seat).toBe("m");
    expect(feature(shown, people("p1"), 4_500).seat).toBe("p2");
  });
});

describe("who conducts", () => {
  const mediator = { staff_role: "mediator" } as const;
  const head = { staff_role: "head", chair: true } as const;
  it("is whoever is in the chair, and before that the case's mediator", () => {
    expect(chairOf([seat("p"), seat("m", mediator), seat("h", head)])?.seat).toBe("h");
    expect(chairOf([seat("p"), seat("m", mediator)])?.seat).toBe("m");
    expect(chairOf([seat("p")])).toBeNull();
  });
  it("comes first among those who hear, and is the large picture", () => {
    const seats = [seat("p"), seat("m", mediator), seat("h", head)];
    expect(audienceOf(snapshot({ seats, audience: ["p", "m", "h"] })).map((one) => one.seat)).toEqual(["h", "p", "m"]);
    expect(feature(NOBODY_FEATURED, seats, 0).seat).toBe("h");
  });
});

describe("names", () => {
  it("keeps names that are not plain Han names whole", () => {
    expect(surnameOf("苏慧珍")).toBe("苏");
    expect(surnameOf("欧阳娜娜")).toBe("欧阳");
    expect(surnameOf("买买提·艾力")).toBe("买买提·艾力");
    expect(mediatorName("苏慧珍", "zh-CN")).toBe("苏调解员");
    expect(mediatorName("苏慧珍", "en")).toBe("苏慧珍");
  });
});
