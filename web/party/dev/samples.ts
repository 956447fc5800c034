/** Invented view-models for looking at every screen; never part of the build. */
import { begin, type PartyAgreement, type PartyState, type SeatState, type SeatView, type Snapshot } from "@heyi/core";

const day = "2025-03-14T";
const minutesAgo = (n: number): string => new Date(Date.now() - n * 60_000).toISOString();

/** As the pack tells them in a labour dispute. */
const REMEDIES = ["没有谈成，不是谁的错。", "您还可以走这些路：", "申请劳动争议仲裁；", "不服裁决的，可以起诉；", "也可以请行政机关处理。", "愿意再谈，可以再申请。"];

export const SEAT: SeatView = {
  link_state: "open",
  person_id: "p1",
  person_name: "陈水根",
  role: "party",
  side: "applicant",
  party_name: "陈水根",
  party_label: "甲方",
  committee: "鹭岛市湖滨区禾溪街道人民调解委员会",
  office: "禾溪街道司法所",
  office_phone: "0590-555 0117",
  mediator: "苏慧珍",
  planned_at: `${day}01:00:00Z`,
  other_side: ["鹭岛恒筑建设劳务有限公司"],
  arbitration: "labour",
  matter: "1 月 18 日工地受伤的赔偿",
  answer: "none",
  needs: [],
  consents: [
    ["online", "视频调解", true],
    ["e_sign", "用手机签协议", null],
    ["e_delivery", "电子送达", null],
    ["storage", "存证方式", null],
    ["sensitive", "身份证和医疗材料", null],
    ["recording", "录音录像", null],
  ].map(([scope, title, answer]) => ({
    scope: String(scope),
    title: String(title),
    statement: "谈成以后，您在自己手机上手写名字，和在纸上签一样算数。",
    points: ["签之前会逐条读给您听", "验证码只发到您的手机", "签之前随时可以改主意"],
    terms: ["第一条 ……", "第二条 ……"],
    law: "电子签名法第十三条",
    question: "用手机签，您同意吗？",
    agree_means: "当天签完，电子版发给您",
    refuse_means: "改寄纸质协议，调解照常进行",
    ends_online: scope === "online",
    text_version: "1",
    answer: answer as boolean | null,
    given: answer as boolean | null,
    given_at: answer === null ? null : "2125-03-12T01:40:00Z",
    answers: answer === null ? 0 : 1,
    withdraw_means: "还没签的，改签纸质的，\n或者当着见证人说。\n已经签了的，仍然有效。",
  })),
  answered_by: null,
  answers_for: [],
  rights: [
    { no: 1, title: "自愿", text: "调解是自愿的。您可以随时不谈，也可以不接受任何方案。\n不谈了，您还可以去仲裁、去法院。" },
    { no: 2, title: "不收费", text: "这次调解不收任何费用。" },
  ],
  caucus_promises: ["不录音，不记谈话内容", "您不同意，调解员不转告"],
  environment_question: "您身边现在有谁？",
  device: "none",
  code_channel: true,
  mobile_masked: "199****0001",
  session_id: "s1",
  session_state: "open",
  rests: false,
  may_sign: true,
  sign_refused: false,
  agreement_state: null,
  receipt: null,
  ended: null,
};

function seat(id: string, name: string, more: Partial<SeatState>): SeatState {
  return {
    seat: id,
    you: false,
    staff_role: null,
    chair: false,
    person_id: id,
    person_role: "party",
    side: "respondent",
    name,
    party: "",
    beside: [],
    present: true,
    absence: "none",
    since: null,
    space: "joint",
    admitted: true,
    microphone: true,
    camera: true,
    speaking: false,
    network: "good",
    ...more,
  };
}

export const SU = seat("m", "苏慧珍", { staff_role: "mediator", chair: true, person_role: null, side: null, speaking: true });
export const CHEN = seat("p1", "陈水根", { you: true, side: "applicant", beside: ["刘春梅"] });
export const LIN = seat("p2", "林启航", { party: "恒筑公司", person_role: "agent" });
const MANY = ["郑国栋", "买买提·艾力", "王小明", "欧阳娜娜"].map((name, n) => seat(`x${n}`, name, { party: "恒筑公司" }));

export const SNAPSHOT: Snapshot = {
  n: 7,
  session_id: "s1",
  state: "open",
  space: "joint",
  caucus_side: null,
  since: minutesAgo(27),
  hold: "none",
  hold_minutes: null,
  hold_text: "",
  lamp: "none",
  lamp_at: null,
  audience: ["m", "p2"],
  unseen_by: [],
  seats: [SU, CHEN, LIN],
  slots: [
    { slot: 0, seat: "m", audio: true, video: true },
    { slot: 1, seat: "p2", audio: true, video: true },
  ],
  device: "holder",
  rights_block: 0,
  rights_total: 5,
  rights_heard: [],
  environment: null,
  identified: false,
  minutes: { version: 1, ready: false, items: [], answers: {} },
  agreement_revision: 1,
  agreement_state: null,
  reading: null,
  recording: { state: "off", since: null, reason: "", own_consent: null },
  outcome: "",
  end_reason: "",
  desk: null,
};

export const AGREEMENT: PartyAgreement = {
  state: "drafting",
  revision: 3,
  text_version: 3,
  label: "甲方",
  answers_for_party: true,
  parties: [
    { label: "甲方", name: "陈水根", is_you: true },
    { label: "乙方", name: "鹭岛恒筑建设劳务有限公司", is_you: false },
  ],
  sign_box: { page: 3, x: 0.1, y: 0.1, width: 0.8, height: 0.05 },
  facts: "",
  clauses: [
    ["c1", 1, "除已支付的住院医疗费外，乙方一次性赔偿甲方各项损失共计人民币 115,000.00 元。", true, "agree"],
    ["c2", 2, "乙方已支付的住院医疗费 48,632.70 元由乙方自行承担，不得在前款款项中扣减。", true, null],
    ["c3", 3, "甲方在收到全部款项之日起十五日内，将住院医疗费用票据原件交乙方。", false, null],
  ].map(([id, no, text, heard, verdict]) => ({
    id: String(id),
    no: Number(no),
    text: String(text),
    version: 1,
    changed: id === "c3",
    heard: Boolean(heard),
    verdict: verdict as "agree" | null,
    wish: "",
  })),
  payments: [{ no: 1, payer: "鹭岛恒筑建设劳务有限公司", payee: "陈水根", amount: 5_000_000, amount_words: "伍万元整", due_on: "2025-03-17", method: "bank_transfer" }],
  total: 11_500_000,
  total_words: "壹拾壹万伍仟元整",
  reading: "c2",
  pages: 3,
  digest: "ab".repeat(32),
  pdf_sha256: "9f2c71ab".repeat(8),
  may_sign: true,
  sign_blocked: null,
};

const RECEIPT: NonNullable<SeatView["receipt"]> = {
  signed_at: `${day}03:38:20Z`,
  fingerprint: "9f2c71ab".repeat(2),
  progress: [
    { label: "甲方", name: "陈水根", is_you: true, signed_at: `${day}03:38:20Z`, route: "electronic", seal_owed: false },
    { label: "恒筑公司代理人", name: "林启航", is_you: false, signed_at: null, route: "electronic", seal_owed: false },
    { label: "mediator", name: "苏慧珍", is_you: false, signed_at: null, route: "electronic", seal_owed: false },
    { label: "recorder", name: "江一帆", is_you: false, signed_at: null, route: "electronic", seal_owed: false },
  ],
  state: "locked",
  number: null,
  effective_on: null,
  confirmation_deadline: null,
  confirmation_depends: false,
  copy_until: null,
};

function live(snapshot: Partial<Snapshot>, more: Partial<PartyState> = {}): PartyState {
  const base = begin({ ...SEAT, answer: "accepted" });
  return { ...base, step: "live", line: "on", media: "up", snapshot: { ...SNAPSHOT, ...snapshot }, ...more };
}
function at(step: PartyState["step"], change: Partial<SeatView> = {}): PartyState {
  return { ...begin({ ...SEAT, ...change }), step };
}
/** One refused, one still open, agreed to all others. */
const ANSWERED = SEAT.consents.map((each) => {
  const answer = each.scope === "sensitive" ? null : each.scope !== "e_delivery";
  return { ...each, answer, given: answer, given_at: answer === null ? null : "2125-03-12T01:40:00Z", answers: answer === null ? 0 : 1 };
});
/** The sitting that follows one that was adjourned. */
const NEXT = { session_id: "s2", session_state: "scheduled", planned_at: "2125-03-21T01:00:00Z", rests: true } as const;
function adjourned(change: Partial<SeatView>): PartyState {
  return live({ state: "adjourned", agreement_state: "locked" }, { line: "off", seat: { ...SEAT, answer: "accepted", ...NEXT, ...change } });
}
const lobby = { space: "lobby", audience: [], slots: [], seats: [{ ...CHEN, admitted: false }] } as const;
const caucus = {
  space: "caucus",
  caucus_side: "applicant",
  lamp_at: `${day}02:02:00Z`,
  since: minutesAgo(7),
  audience: ["m"],
  seats: [{ ...SU, space: "caucus" as const, speaking: false }, { ...CHEN, space: "caucus" as const }],
} as const;

const DROPPED = { present: false, absence: "network", speaking: false } as const;

export const STATES: Record<string, () => PartyState> = {
  invitation: () => at("invitation"),
  invitationUnheard: () => at("invitation"),
  declined: () => at("declined"),
  consents: () => at("consents"),
  consentsUnheard: () => at("consents"),
  consentsWish: () => at("consents", { answered_by: ["陈大根"] }),
  consentsFor: () => at("consents", { answers_for: ["陈小根"] }),
  consentsDone: () => at("consents", { consents: SEAT.consents.map((each) => ({ ...each, answer: each.scope !== "recording" })) }),
  consentsRefused: () => at("consents", { consents: SEAT.consents.map((each) => ({ ...each, answer: each.ends_online ? false : each.answer })) }),
  device: () => at("device"),
  lobby: () => live({ ...lobby, seats: [...lobby.seats] , audience: [], slots: [] }),
  reception: () => live({ space: "reception", audience: ["m"], seats: [{ ...SU, space: "reception" }, { ...CHEN, space: "reception" }] }),
  rights: () => live({ space: "reception", audience: ["m"], rights_block: 1, seats: [{ ...SU, space: "reception" }, { ...CHEN, space: "reception" }] }),
  joint: () => live({}),
  jointMuted: () => live({ seats: [SU, CHEN, { ...LIN, microphone: false }] }),
  jointHeld: () => live({ slots: [{ slot: 0, seat: "m", audio: true, video: true }, { slot: 1, seat: "p2", audio: true, video: false }] }),
  jointUnseen: () => live({ unseen_by: ["p2"] }),
  jointRedrafted: () => live({ agreement_state: "drafting" }, { seat: { ...SEAT, answer: "accepted", may_sign: true } }),
  jointWeak: () => live({ slots: [SNAPSHOT.slots[0] as Snapshot["slots"][0], { slot: 1, seat: "p2", audio: true, video: false }] }),
  recorded: () => live({ recording: { state: "on", since: minutesAgo(3), reason: "", own_consent: true } }),
  recordedUnheard: () => live({ recording: { state: "on", since: minutesAgo(3), reason: "", own_consent: true } }),
  recordingStopping: () => live({ recording: { state: "stopping", since: minutesAgo(0), reason: "", own_consent: false } }),
  recordingStopped: () => live({ recording: { state: "stopped", since: minutesAgo(0), reason: "withdrawn", own_consent: false } }),
  jointMany: () => live({ seats: [SU, CHEN, LIN, ...MANY], audience: ["m", "p2", "x0", "x1", "x2", "x3"] }, { own: { microphone: false, camera: true } }),
  lost: () => live({}, { line: "lost", lostAt: Date.now() - 12_000 }),
  soundLocked: () => live({}, { soundLocked: true }),
  caucusUnrecorded: () => live({ ...caucus, lamp: "isolated", seats: [...caucus.seats], audience: ["m"], recording: { state: "waiting", since: minutesAgo(3), reason: "", own_consent: true } }),
  caucus: () => live({ ...caucus, lamp: "isolated", seats: [...caucus.seats], audience: ["m"] }),
  caucusCutting: () => live({ ...caucus, lamp: "cutting", seats: [...caucus.seats], audience: [] }),
  caucusFailed: () => live({ ...caucus, lamp: "failed", seats: [...caucus.seats], audience: [] }),
  hold: () => live({ space: "lobby", hold: "other_side_talks", hold_minutes: 10, hold_text: "请先看看 5 号材料，一会儿问您。", since: minutesAgo(7), audience: [], slots: [] }),
  paused: () => live({ state: "paused", hold: "paused", audience: [] }),
  frozen: () => live({ state: "frozen", hold: "mediator_lost", audience: [] }),
  readBack: () => live({ agreement_state: "drafting", reading: "c2" }),
  readBackAnswered: () => live({ agreement_state: "drafting", reading: "c3" }),
  readBackWeak: () => live({ agreement_state: "drafting", reading: "c2", unseen_by: ["p2"], slots: [{ slot: 0, seat: "m", audio: true, video: true }, { slot: 1, seat: "p2", audio: true, video: false }] }),
  minutes: () => live({ minutes: { version: 1, ready: true, answers: {}, items: [
    { id: "1", at: `${day}01:52:00Z`, speaker: "陈水根", text: "月工资约 6,500 元，公司转账发放。", mark: "undisputed" },
    { id: "2", at: `${day}01:55:00Z`, speaker: "林启航", text: "住院 20 天，公司付医疗费 48,632.70 元。", mark: "undisputed" },
  ] } }),
  sign: () => live({ agreement_state: "locked" }, { seat: { ...SEAT, agreement_state: "locked" } }),
  signPaper: () => live({ agreement_state: "locked" }, { seat: { ...SEAT, agreement_state: "locked" } }),
  signWitnessed: () => live({ agreement_state: "locked" }, { seat: { ...SEAT, agreement_state: "locked" } }),
  signAdjourned: () => adjourned({ agreement_state: "locked" }),
  signRefused: () => adjourned({ agreement_state: "locked", sign_refused: true }),
  consentsNext: () => at("consents", { ...NEXT, consents: SEAT.consents.map((each) => ({ ...each, answer: each.scope === "recording" ? null : true })) }),
  signUnheard: () => at("papers", { session_state: "closed", agreement_state: "locked" }),
  signLater: () => at("papers", { session_state: "closed", agreement_state: "locked" }),
  receipt: () => at("papers", { session_state: "closed", receipt: RECEIPT }),
  receiptSeal: () => at("papers", { session_state: "closed", receipt: { ...RECEIPT, progress: RECEIPT.progress.map((each) => ({ ...each, is_you: each.name === "林启航", signed_at: each.name === "林启航" ? RECEIPT.signed_at : each.signed_at, seal_owed: each.name === "林启航" })) } }),
  effective: () => at("papers", { session_state: "closed", receipt: { ...RECEIPT, state: "sealed", number: "湖禾人调字〔2025〕第017号", effective_on: "2025-03-14", confirmation_deadline: "2025-04-14" } }),
  effectiveIf: () => at("papers", { session_state: "closed", receipt: { ...RECEIPT, state: "sealed", number: "湖禾人调字〔2025〕第017号", effective_on: "2025-03-14", confirmation_deadline: "2025-04-14", confirmation_depends: true } }),
  destroyed: () => at("papers", { may_sign: false, ended: { outcome: "not_agreed", end_reason: "too_far_apart", remedies: REMEDIES, destroyed_on: "2036-01-01" } }),
  stopped: () => at("papers", { may_sign: false, ended: { outcome: "not_agreed", end_reason: "party_stopped", remedies: REMEDIES, destroyed_on: null } }),
  adjourned: () => at("papers", { may_sign: false, session_state: "adjourned" }),
  adjournedAgain: () => at("papers", { ...NEXT, may_sign: false, answer: "accepted" }),
  left: () => at("left"),
  leftUnheard: () => at("left"),
  leftLate: () => at("left"),
  own: () => at("papers", { session_state: "adjourned", may_sign: false, consents: ANSWERED }),
  ownUnheard: () => at("papers", { session_state: "adjourned", may_sign: false, consents: ANSWERED }),
  second: () => live({ device: "waiting", seats: [], slots: [] }),
  cutSignedOut: () => live({}, { line: "off", cut: "signed_out" }),
  cutLink: () => live({}, { line: "off", cut: "link_ended" }),
  cutRefused: () => live({}, { line: "off", snapshot: null, cut: "forbidden" }),
  replaced: () => live({}, { line: "replaced" }),
  moved: () => live({}, { line: "replaced", cut: "moved" }),
  deviceBack: () => at("device", { device: "holder" }),
  caucusDropped: () => live({ ...caucus, lamp: "isolated", seats: [{ ...caucus.seats[0], ...DROPPED }, caucus.seats[1]], audience: [] }),
  jointDropped: () => live({ seats: [{ ...SU, ...DROPPED }, CHEN, LIN], audience: ["p2"] }),
  closed: () => at("papers", { may_sign: false, session_state: "closed", ended: { outcome: "agreed", end_reason: "", remedies: [], destroyed_on: null } }),
};
