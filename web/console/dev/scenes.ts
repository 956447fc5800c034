/** Sample snapshots of the room at different hours of the same sitting, and a line that plays them. */
import type { Change, Reply } from "@heyi/core";
import type { DeskSeat, SeatState, Snapshot } from "../src/api/types.ts";
import type { OpenLine } from "../src/room/line.ts";

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();
const seat = (id: string, name: string, change: Partial<SeatState>): SeatState => ({
  seat: id,
  you: false,
  staff_role: null,
  chair: false,
  person_id: id,
  person_role: "party",
  side: "applicant",
  name,
  party: "",
  beside: [],
  present: true,
  absence: "none",
  since: ago(4_000),
  space: "lobby",
  admitted: true,
  microphone: true,
  camera: true,
  speaking: false,
  network: "good",
  ...change,
});
const SCOPES = ["online_mediation", "e_signature", "e_delivery", "preservation", "sensitive_information", "recording"];
/** So many consents given, the last one refused once all the others are. */
const answered = (given: number): DeskSeat["consents"] =>
  SCOPES.map((scope, at) => ({ scope, agreed: at < given ? true : given === SCOPES.length - 1 ? false : null, withdrawn: false, wish: null }));
const desk = (id: string, change: Partial<DeskSeat> = {}): DeskSeat => ({
  seat: id,
  identity: "matches",
  consents: answered(5),
  decided_by: null,
  online_consent: true,
  rights_heard: 5,
  environment: "妻子",
  call: null,
  device_waiting: false,
  locked_link: null,
  owed: [],
  ...change,
});

const SU = seat("su", "苏慧珍", { you: true, staff_role: "mediator", chair: true, person_id: null, person_role: null, side: null, space: "joint" });
const CHEN = seat("p1a", "陈水根", { beside: ["刘春梅"], network: "weak", party: "陈水根" });
const LIN = seat("p2a", "林启航", { side: "respondent", person_role: "agent", party: "恒筑公司" });
const ZHENG = seat("p2b", "郑国栋", { side: "respondent", person_role: "legal_representative", party: "恒筑公司", admitted: false });

const BASE: Snapshot = {
  n: 40,
  session_id: "s1",
  state: "open",
  space: "joint",
  caucus_side: null,
  since: ago(432),
  hold: "none",
  hold_minutes: null,
  hold_text: "",
  lamp: "none",
  lamp_at: null,
  audience: ["p1a", "p2a"],
  unseen_by: [],
  seats: [SU, { ...CHEN, space: "joint", speaking: true }, { ...LIN, space: "joint" }],
  slots: [{ slot: 0, seat: "p1a", audio: true, video: true }],
  device: "holder",
  rights_block: 5,
  rights_total: 5,
  minutes: {
    version: 4,
    ready: false,
    items: [
      { id: "m1", at: ago(2_400), speaker: "苏慧珍", text: "出示 1 至 6 号材料，双方看过。", mark: "procedure" },
      { id: "m2", at: ago(2_200), speaker: "", text: "月工资约 6,500 元，公司转账发放。", mark: "undisputed" },
      { id: "m3", at: ago(2_000), speaker: "", text: "住院 20 天，公司付医疗费 48,632.70 元。", mark: "undisputed" },
      { id: "m4", at: ago(1_900), speaker: "林启航", text: "对 5 号照片部分不认可。", mark: "disputed" },
    ],
    answers: {},
  },
  agreement_revision: 0,
  agreement_state: null,
  reading: null,
  recording: { state: "off", since: null, reason: "", own_consent: null },
  outcome: "",
  end_reason: "",
  rights_heard: [],
  environment: null,
  identified: false,
  desk: { seats: [desk("p1a"), desk("p2a", { environment: "" })], owed_for_joint: [], media_ok: true, log_ok: true, recorder_in_caucus: false, elapsed_s: 4_140, owed_for_recording: [] },
};
const withDesk = (seats: DeskSeat[], elapsed = 300): Snapshot["desk"] => ({ seats, owed_for_joint: [], media_ok: true, log_ok: true, recorder_in_caucus: false, elapsed_s: elapsed, owed_for_recording: ["not_joint"] });

/** Before the sitting is opened. */
const BEFORE: Snapshot = {
  ...BASE,
  state: "scheduled",
  space: "lobby",
  audience: [],
  slots: [],
  rights_block: 0,
  minutes: { version: 0, ready: false, items: [], answers: {} },
};

export const SCENES: Record<string, Snapshot> = {
  joint: BASE,
  muted: { ...BASE, seats: BASE.seats.map((each) => (each.seat === "p1a" ? { ...each, microphone: false } : each)) },
  held: {
    ...BASE,
    slots: [
      { slot: 0, seat: "p1a", audio: true, video: true },
      { slot: 1, seat: "p2a", audio: true, video: false },
    ],
    unseen_by: ["p1a"],
  },
  caucus: {
    ...BASE,
    space: "caucus",
    caucus_side: "applicant",
    lamp: "isolated",
    lamp_at: ago(430),
    audience: ["p1a"],
    seats: [{ ...SU, space: "caucus" }, { ...CHEN, space: "caucus", speaking: true }, LIN, ZHENG],
    desk: withDesk([desk("p1a"), desk("p2a"), desk("p2b", { identity: "unchecked", owed: ["identity", "rights"], consents: answered(2), rights_heard: 0 })], 4_140),
  },
  cutting: { ...BASE, space: "caucus", caucus_side: "respondent", lamp: "cutting", audience: [], slots: [], seats: [{ ...SU, space: "caucus" }, CHEN, { ...LIN, space: "caucus" }] },
  scheduled: {
    ...BEFORE,
    seats: [{ ...SU, space: "lobby" }, { ...CHEN, admitted: false }, { ...LIN, admitted: false, present: false, absence: "not_yet", since: null }],
    desk: withDesk([desk("p1a", { identity: "unchecked", owed: ["identity", "rights"], rights_heard: 0 }), desk("p2a", { identity: "unchecked", online_consent: null, consents: answered(0), owed: ["online_consent", "identity", "rights"], rights_heard: 0 })], 0),
  },
  refused: {
    ...BEFORE,
    seats: [{ ...SU, space: "lobby" }, { ...CHEN, admitted: false, present: false, absence: "not_yet", since: null, beside: [] }, { ...LIN, admitted: false, present: false, absence: "network" }],
    desk: withDesk([desk("p1a", { identity: "unchecked", online_consent: false, consents: answered(0), owed: ["online_consent", "identity", "rights"], rights_heard: 0 }), desk("p2a", { identity: "unchecked", locked_link: "i2", owed: ["identity", "rights"], rights_heard: 0 })], 0),
  },
  lobby: {
    ...BASE,
    space: "lobby",
    audience: [],
    slots: [],
    rights_block: 2,
    minutes: { version: 0, ready: false, items: [], answers: {} },
    seats: [{ ...SU, space: "lobby" }, { ...CHEN, admitted: false }, { ...LIN, admitted: false }],
    desk: withDesk([desk("p1a", { owed: [] }), desk("p2a", { identity: "unchecked", online_consent: null, consents: answered(0), owed: ["online_consent", "identity", "rights"], rights_heard: 2, call: "talk_alone", device_waiting: false })]),
  },
  reception: {
    ...BASE,
    space: "reception",
    caucus_side: "applicant",
    audience: ["p1a"],
    rights_block: 2,
    minutes: { version: 0, ready: false, items: [], answers: {} },
    seats: [{ ...SU, space: "reception" }, { ...CHEN, space: "reception", admitted: false }, { ...LIN, admitted: false }],
    desk: withDesk([desk("p1a", { owed: ["rights"], rights_heard: 2 }), desk("p2a", { identity: "unchecked", owed: ["identity", "rights"], rights_heard: 0 })]),
  },
  secondPhone: {
    ...BASE,
    space: "reception",
    caucus_side: "applicant",
    audience: ["p1a"],
    seats: [{ ...SU, space: "reception" }, { ...CHEN, space: "reception", admitted: false }, { ...LIN, admitted: false, beside: ["我们的律师张伟"], present: false, absence: "gone", since: ago(30) }],
    desk: withDesk([desk("p1a", { identity: "unchecked", owed: ["identity"] }), desk("p2a", { environment: "我们的律师张伟", device_waiting: true })]),
  },
  frozen: { ...BASE, state: "frozen", space: "lobby", hold: "mediator_lost", audience: [], slots: [], seats: [{ ...SU, space: "lobby" }, CHEN, { ...LIN, present: false, absence: "network" }] },
  recorded: { ...BASE, recording: { state: "on", since: ago(300), reason: "", own_consent: null } },
  recordingStopping: { ...BASE, recording: { state: "stopping", since: ago(5), reason: "withdrawn", own_consent: null } },
  unlogged: {
    ...BASE,
    space: "lobby",
    audience: [],
    slots: [],
    seats: [{ ...SU, space: "lobby" }, CHEN, LIN],
    recording: { state: "stopped", since: ago(60), reason: "app_restarted", own_consent: null },
    desk: { ...withDesk([desk("p1a"), desk("p2a")], 4_140), log_ok: false } as Snapshot["desk"],
  },
  recordable: { ...BASE, desk: { ...withDesk([desk("p1a"), desk("p2a")], 4_140), owed_for_recording: ["consent:p2a"] } as Snapshot["desk"] },
  drafting: { ...BASE, agreement_revision: 3, agreement_state: "drafting", desk: withDesk([desk("p1a", { call: "talk_alone" }), desk("p2a", { device_waiting: true })]) },
  eight: {
    ...BASE,
    seats: [
      { ...SU, space: "joint" },
      seat("jiang", "江一帆", { staff_role: "recorder", person_id: null, person_role: null, side: null, space: "joint" }),
      { ...CHEN, space: "joint" },
      seat("p3", "黄秀英", { space: "joint" }),
      { ...LIN, space: "joint", speaking: true },
      seat("p4", "古丽娜扎·艾尼", { space: "joint", side: "respondent" }),
      seat("p5", "许志明", { space: "joint", side: "third", camera: false }),
    ],
  },
};

/** A line that shows one scene and says yes to everything. */
export const sceneLine = (name: string): OpenLine => (_session, events) => {
  const snapshot = SCENES[name] ?? BASE;
  const yes: Reply = { ok: true, code: null, facts: {} };
  window.setTimeout(() => events.up(), 0);
  return {
    enter: () => {
      const change: Change = { n: snapshot.n, events: [], snapshot };
      window.setTimeout(() => events.change(change), 0);
      return Promise.resolve(yes);
    },
    ask: (event) => Promise.resolve(event === "media.start" ? { ok: false, code: null, facts: {} } : yes),
    check: () => Promise.resolve(),
    close: () => undefined,
  };
};
