/** Sample agreements (being written, locked, sealed) and records. */
import type { AgreementView, CalendarView, ClauseView, KeepingList, KeptFile, RecordList, RecordView, Schemas, SignatureView, StaffCredentials } from "../src/api/types.ts";
import { QR, STAFF } from "./samples.ts";

type Given = "agree" | "change" | null;
const answer = (person: string, name: string, label: string, verdict: Given, heard = true, wish = "") => ({
  person_id: person,
  person_name: name,
  party_label: label,
  heard,
  verdict,
  wish,
  at: heard ? "2025-03-14T03:21:00Z" : null,
});
const clause = (no: number, text: string, one: Given | undefined, other: Given | undefined, wish = ""): ClauseView => ({
  id: `k${no}`,
  no,
  text,
  version: 1,
  answers: [
    answer("p1a", "陈水根", "甲方", one ?? null, one !== undefined),
    answer("p2a", "林启航", "乙方", other ?? null, other !== undefined, wish),
  ],
});

const CLAUSES: ClauseView[] = [
  clause(1, "除已支付的住院医疗费外，乙方一次性赔偿甲方各项损失共计人民币 115,000.00 元（大写：壹拾壹万伍仟元整），由七项组成。", "agree", "agree"),
  clause(2, "乙方已支付的住院医疗费 48,632.70 元由乙方自行承担，不得在前款款项中扣减。", "agree", "agree"),
  clause(3, "甲方在收到全部款项之日起十五日内，将其持有的住院医疗费用票据原件交乙方。", "agree", "agree"),
  clause(4, "甲方已知悉其依法可在 2026 年 1 月 18 日前申请工伤认定，已知悉鉴定结果可能影响其应得待遇。", "agree", "agree"),
  clause(5, "乙方任一期款项逾期超过七日的，剩余未付款项视为全部到期，并自逾期之日起按全国银行间同业拆借中心公布的一年期贷款市场报价利率的 1.5 倍支付逾期利息。", "agree", "change", "七日改为十日"),
  clause(6, "除本协议约定外，双方就本次受伤所涉上列赔偿项目无其他争议（第四条情形除外）。", undefined, undefined),
  clause(7, "双方同意自本协议生效之日起三十日内共同向有管辖权的人民法院申请司法确认。", undefined, undefined),
  clause(8, "双方对调解过程及本协议内容保密；双方为达成协议所作的让步，不得作为对其不利的证据。", undefined, undefined),
];
const payment = (no: number, amount: number, words: string, due_on: string) => ({
  no,
  payer: "p2",
  payee: "p1",
  amount,
  amount_words: words,
  due_on,
  method: "bank_transfer",
  account_holder: "陈水根",
  bank: "云岭县农村信用社青石分社",
  account: "6200000000000001230",
});

export const DRAFT: AgreementView = {
  id: "a1",
  case_id: "c1",
  session_id: "s1",
  state: "drafting",
  revision: 3,
  text_version: 1,
  facts: "2025 年 1 月 18 日 15 时许，甲方在乙方承接劳务的“云汀花园”工地从事拆模作业时跌落受伤，住院治疗 20 天，住院医疗费 48,632.70 元已由乙方支付。",
  clauses: CLAUSES,
  items: [
    { name: "后续治疗费", amount: 1_800_000 },
    { name: "停工期间工资", amount: 3_900_000 },
    { name: "护理费", amount: 900_000 },
    { name: "住院伙食补助", amount: 100_000 },
    { name: "交通费", amount: 200_000 },
    { name: "营养费", amount: 300_000 },
    { name: "伤残相关补偿", amount: 4_300_000 },
  ],
  total: 11_500_000,
  total_words: "壹拾壹万伍仟元整",
  payments: [payment(1, 5_000_000, "伍万元整", "2025-03-17"), payment(2, 3_500_000, "叁万伍仟元整", "2025-04-30"), payment(3, 3_000_000, "叁万元整", "2025-06-30")],
  characters: [],
  findings: [{ code: "confirmation_open_labour_beyond_payment", level: "warning", where: "", facts: {} }, { code: "last_payment_after_confirmation_deadline", level: "warning", where: "payments.2", facts: {} }],
  missing_on_paper: [],
  route_reason: "",
  paper: null,
  missing: [
    { code: "clause_change_wanted", level: "error", where: "k5", facts: { number: 5, party: "乙方", name: "林启航" } },
    { code: "clause_not_heard", level: "error", where: "k6", facts: { number: 6, party: "甲方", name: "陈水根" } },
    { code: "clause_not_heard", level: "error", where: "k6", facts: { number: 6, party: "乙方", name: "林启航" } },
  ],
  reading: null,
  digest: null,
  pdf_sha256: null,
  sealed_sha256: null,
  pages: 0,
  signatures: [],
  refusals: [],
  on_paper: [],
  taken_back: [],
  sealing: { two: false, rule_by: [], rule_at: null, awaited: null, awaited_of: [], may_release: [], may_seal: ["何建平"], released_by: null, released_by_me: false, released_at: null, until: null, expired: false },
  seal_waits: false,
  number: null,
  effective_on: null,
  confirmation: "depends",
  for_court: [
    {
      code: "labour_beyond_payment",
      zh: "除了付钱，协议还写了劳动关系上的事吗？",
      en: "Does the agreement settle more between worker and employer than payments?",
      hint_zh: "如解除合同、恢复工作、补缴社保。只写付钱，答没有。",
      hint_en: "Such as ending the contract, taking the job up again, paying social insurance. If it only says what is paid: no.",
      law_zh: "劳动争议司法解释（一）第五十二条",
      law_en: "Interpretation (I) on Labour Disputes, art. 52",
      answer: null,
    },
  ],
  confirmation_deadline: null,
  calendar_missing: null,
  record_id: null,
};
const signer = (id: string, name: string, role: string, label: string, change: Partial<SignatureView> = {}): SignatureView => ({
  signer: id,
  name,
  role,
  label,
  signed_at: null,
  code_verified: null,
  key_control: null,
  has_handwriting: false,
  seal_scan_needed: false,
  seal_scan: null,
  blocked: null,
  route: "electronic",
  attested_at: null,
  attested_by: [],
  declared: false,
  witnesses: 0,
  taping: null,
  ...change,
});
const done = { code_verified: true, key_control: "browser", has_handwriting: true } as const;

/** A name with two characters that no font has: one picture is there, one is lacking. */
export const UNPICTURED: AgreementView = {
  ...DRAFT,
  characters: [
    { character: "\u{31350}", code: "U+31350", picture: "iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQAAAACCEkxzAAABj0lEQVR4nDWRvYoTURhAz/3msneKJRPEwiKQPEIQixTiDFik9FXWLo1k/AGx2n0ACx/B1q0mGyGlUwpuMQtCppxhhdwLM/ezWD0PcOBw0E5VVVVIC+4KEGwDBRUa58dGdS7ALWhHBaYBJ4ACCGDQuEEznzc65JaNp1mQWeD6CAiFOX3SYQmA0yEXgGAsElQvKwCfq9urV8vOJAAWYDRs8Vv9WIHiIdtrUAGInBByRc0UoaAEAz7XbK/hJOwMo3EID1zgt3pZwVGAMlFtLOwYDUZgxQLA6zDvILEGWSQK+O1OO32rYitIS0EknrX2+ry1/AqzkfVM3rVlBKJdv7Sr+s/3KLNI+ySmnUz4Nhtu+seWM+Lk/HVi08N6zeSHJ3zOD5AfrMMBNZTgVEsnr+5Lmhakn7j29232U1Ca8QVfJbkLK3fTb8Q+egiToXMeMi/jgqtQcCUQNtCX4jpSV4EMuA6yTsYpdSioBcJT6J9J0oGriGL559GL/3O/hPRNwcmaauT9834q2KXjA8YoULPkL72fvhteBGQnAAAAAElFTkSuQmCC" },
    { character: "\u{31351}", code: "U+31351", picture: null },
  ],
  missing: [{ code: "characters_unpictured", level: "error", where: "", facts: { characters: "\u{31351}", codes: "U+31351" } }],
};

export const LOCKED: AgreementView = {
  ...DRAFT,
  case_id: "c2",
  state: "locked",
  missing: [],
  findings: [],
  digest: "9f2c71ab4e08d3c59f2c71ab4e08d3c59f2c71ab4e08d3c59f2c71ab4e08d3c5",
  pdf_sha256: "9f2c71ab4e08d3c59f2c71ab4e08d3c59f2c71ab4e08d3c59f2c71ab4e08d3c5",
  sealed_sha256: null,
  pages: 3,
  signatures: [
    signer("p1a", "陈水根", "party", "甲方", { ...done, signed_at: "2025-03-14T03:38:20Z" }),
    signer("p2a", "林启航", "agent", "乙方", { ...done, signed_at: "2025-03-14T03:41:05Z", seal_scan_needed: true }),
    signer("su", "苏慧珍", "mediator", "", { blocked: "seal_scan" }),
    signer("jiang", "江一帆", "recorder", "", { blocked: "mediator" }),
  ],
};
const inked = (id: string, name: string, role: string, label: string, change: Partial<SignatureView> = {}): SignatureView =>
  signer(id, name, role, label, { route: "wet_ink", blocked: "wet_ink", ...change });
const brought = (page: number, file: string | null) => ({ page, file, uploaded_by: file ? "江一帆" : "", uploaded_at: file ? "2025-03-14T03:40:00Z" : null });
export const BY_LAW: AgreementView = {
  ...DRAFT,
  case_id: "c4",
  missing: [{ code: "e_sign_wet_ink", level: "error", where: "", facts: {} }, { code: "e_signature_consent", level: "error", where: "p1a", facts: { party: "甲方", name: "陈水根" } }],
};
export const ON_PAPER: AgreementView = {
  ...LOCKED,
  case_id: "c5",
  route_reason: "甲方双手受伤，到现场按指印",
  paper: { pages: [brought(1, "file-0001"), brought(2, "file-0002"), brought(3, null)], compared: false, may_not_compare: false },
  signatures: [
    inked("p1a", "陈水根", "party", "甲方"),
    inked("p2a", "林启航", "agent", "乙方", { seal_scan_needed: true }),
    signer("su", "苏慧珍", "mediator", "", { blocked: "parties" }),
    signer("jiang", "江一帆", "recorder", "", { blocked: "parties" }),
  ],
};
export const SPOKEN: AgreementView = {
  ...LOCKED,
  case_id: "c7",
  route_reason: "双手受伤，不能写字",
  signatures: [signer("p1a", "陈水根", "party", "甲方", { route: "witnessed", blocked: "witnessed", declared: true, witnesses: 1, taping: "none" }), ...LOCKED.signatures.slice(1)],
};
export const COMPARED: AgreementView = {
  ...ON_PAPER,
  case_id: "c6",
  paper: { pages: [brought(1, "file-0001"), brought(2, "file-0002"), brought(3, "file-0003")], compared: true, may_not_compare: false },
  signatures: ON_PAPER.signatures.map((each) =>
    each.route === "wet_ink" ? { ...each, blocked: null, attested_at: "2025-03-14T03:52:10Z", attested_by: ["苏慧珍"] } : { ...each, blocked: each.role === "mediator" ? null : "mediator" },
  ),
};
export const SIGNED: AgreementView = {
  ...LOCKED,
  case_id: "c3",
  state: "signed",
  signatures: LOCKED.signatures.map((each) => ({ ...each, signed_at: each.signed_at ?? "2025-03-14T03:46:10Z", blocked: null, seal_scan: each.seal_scan_needed ? "f9" : null, key_control: each.key_control ?? "server" })),
};

SIGNED.sealing = { ...SIGNED.sealing, awaited: "seal", awaited_of: ["何建平"] };
const TWO = { ...SIGNED.sealing, two: true, rule_by: ["何建平"], rule_at: "2025-03-01T02:00:00Z", may_release: ["苏慧珍", "江一帆"] };
/** Sealed; one takes no papers on the phone, and wants no electronic keeping. */
export const COPIES: AgreementView = {
  ...SIGNED,
  case_id: "c11",
  state: "sealed",
  number: "湖禾人调字〔2025〕第 017 号",
  effective_on: "2025-03-14",
  record_id: "r1",
  sealing: { ...SIGNED.sealing, awaited: null, awaited_of: [] },
  on_paper: [
    { person_id: "p1a", name: "陈水根", label: "甲方", scope: "e_delivery", way: null, at: null },
    { person_id: "p1a", name: "陈水根", label: "甲方", scope: "preservation", way: "filed", at: "2025-03-14T04:10:00Z" },
  ],
};
/** Locked; since then the payee wants his account used no more, and has not signed. */
export const ACCOUNT: AgreementView = {
  ...LOCKED,
  case_id: "c13",
  signatures: LOCKED.signatures.map((each) => ({ ...each, signed_at: null, has_handwriting: false })),
  taken_back: [{ code: "account_refused", level: "error", where: "p1", facts: { party: "甲方", name: "陈水根" } }],
};
/** Ready but for one who will not sign on a phone. */
export const REFUSING: AgreementView = {
  ...DRAFT,
  case_id: "c12",
  missing: [{ code: "e_signature_refused", level: "error", where: DRAFT.signatures[0]?.signer ?? "", facts: { party: "甲方", name: "陈水根" } }],
};
export const TO_RELEASE: AgreementView = { ...SIGNED, case_id: "c8", sealing: { ...TWO, awaited: "release", awaited_of: TWO.may_release } };
export const RELEASED: AgreementView = {
  ...SIGNED,
  case_id: "c9",
  sealing: { ...TWO, released_by: "苏慧珍", released_by_me: true, released_at: "2025-03-14T03:52:00Z", until: "2025-03-17T03:52:00Z" },
};

export const RECORDS: RecordList = {
  total: 3,
  page: 1,
  records: [
    { id: "r0", number: "湖禾人调字〔2025〕第 061 号", parties: ["陈水耕", "林玉珠"], dispute_type: "02", sub_type: "邻里通行", amount: 0, effective_on: "2025-10-22", confirmation_deadline: null, confirmation_depends: false, mediator_name: "苏慧珍" },
    { id: "r1", number: "湖禾人调字〔2025〕第 017 号", parties: ["陈水根", "鹭岛恒筑建设劳务有限公司"], dispute_type: "10b", sub_type: "工伤赔偿", amount: 11_500_000, effective_on: "2025-03-14", confirmation_deadline: "2025-04-14", confirmation_depends: false, mediator_name: "苏慧珍" },
    { id: "r2", number: "湖禾人调字〔2025〕第 012 号", parties: ["陈水耕", "许志明"], dispute_type: "02", sub_type: "邻里漏水", amount: 380_000, effective_on: "2025-02-27", confirmation_deadline: "2025-03-31", confirmation_depends: false, mediator_name: "江一帆" },
  ],
};
const kept = (record: string, number: string, changes: Partial<KeptFile>): KeptFile => ({
  case: `c-${record}`, record, number, parties: ["陈水根", "鹭岛恒筑建设劳务有限公司"], dispute_type: "10b", sub_type: "工伤赔偿", closed_on: "2025-03-14", due_on: "2036-01-01", due: true, basis: "会议决定", storage: null, holds: [], proposal: null, ...changes,
});
const keepingRule = (dispute_type: string, years: number | null, basis: string, own = false) => ({ dispute_type, years, basis, own });
export const KEEPING: KeepingList = {
  total: 7,
  page: 1,
  files: [
    kept("r0", "禾溪受〔2025〕019", { record: null, parties: ["黄秀英", "许志明"], sub_type: "邻里通行" }),
    kept("r2", "湖禾人调字〔2025〕第 012 号", { parties: ["陈水耕", "许志明"], sub_type: "邻里漏水" }),
    kept("r3", "湖禾人调字〔2025〕第 013 号", { proposal: { by: "吴司法", at: "2036-01-05T01:00:00Z", until: "2036-02-04T01:00:00Z", reason: "保管期满", mine: true, lapsed: false } }),
    kept("r6", "湖禾人调字〔2025〕第 014 号", { proposal: { by: "吴司法", at: "2035-11-05T01:00:00Z", until: "2035-12-05T01:00:00Z", reason: "保管期满", mine: true, lapsed: true } }),
    kept("r5", "湖禾人调字〔2025〕第 016 号", { storage: "owed", holds: [{ id: "h2", by: "吴司法", at: "2036-01-05T01:00:00Z", document: "（2035）鹭湖法函 42 号", reason: "法院调卷" }] }),
    kept("r4", "湖禾人调字〔2025〕第 015 号", { proposal: { by: "何建平", at: "2036-01-05T01:00:00Z", until: "2036-02-04T01:00:00Z", reason: "保管期满", mine: false, lapsed: false } }),
    kept("r1", "湖禾人调字〔2025〕第 017 号", { due_on: null, due: false, storage: "held", holds: [{ id: "h1", by: "何建平", at: "2035-05-05T01:00:00Z", document: "（2035）鹭湖法函 41 号", reason: "法院调卷" }] }),
  ],
  rules: [
    keepingRule("10", 20, "调委会 2025 年第 3 次会议", true),
    keepingRule("10", 30, "涉及人身损害、分期履行，建议定期三十年（国家档案局令第8号）"),
    keepingRule("07", null, "涉及土地、房屋权属，建议永久保管（国家档案局令第8号）"),
    keepingRule("", 10, "法律未定年限，默认十年（人民调解法第二十七条；国家档案局令第8号）"),
  ],
  stamps: { due: 12, failed: 1, numbers: ["湖禾人调字〔2025〕第 014 号"], below_lta: 2, waiting: ["湖禾人调字〔2025〕第 021 号", "湖禾人调字〔2025〕第 033 号"], last_at: "2036-01-04T18:20:00Z" },
};

const step = (at: string, kind: string, space: string | null = null, side: string | null = null, who = "", scope: string | null = null, notice: string | null = null) => ({ at, kind, space, side, who, scope, notice, version: notice && "5e1c09d7".repeat(8) });
const fact = (code: string, facts: Record<string, string | number> = {}, holds: boolean | null = true, parts: string[] = []) => ({ code, holds, parts, facts });

export const RECORD: RecordView = {
  id: "r1",
  opening: "o1",
  opened_at: "2028-06-05T01:14:00Z",
  reason: "法院来函调卷，（2028）鹭湖法函 41 号",
  number: "湖禾人调字〔2025〕第 017 号",
  parties: ["陈水根", "鹭岛恒筑建设劳务有限公司"],
  dispute_type: "10b",
  sub_type: "工伤赔偿",
  amount: 11_500_000,
  effective_on: "2025-03-14",
  confirmation_deadline: "2025-04-14",
  confirmation_depends: true,
  facts: [fact("readable"), fact("complete", { files: 17 }), fact("intact", { files: 15 }, false, ["consents.json"]), fact("manifest_signed"), fact("signatures", { signers: 4 }), fact("everybody_signed", { signers: 4 }), fact("same_text"), fact("attachment"), fact("only_blanks_filled"), fact("pdf_signatures", { signatures: 6 }), fact("seal", { signer: "禾溪街道人民调解委员会" }), fact("seal_chain"), fact("trusted", {}, null), fact("log_chain", { entries: 42 })],
  suites: ["sm2-sm3", "p256-sha256"],
  verified_in_ms: 812,
  course: [
    step("2025-03-12T01:10:00Z", "case.accepted"),
    step("2025-03-14T01:00:00Z", "session.open"),
    step("2025-03-14T00:58:00Z", "notice.shown", null, null, "陈水根", null, "privacy"),
    step("2025-03-14T01:10:00Z", "rights.read", null, null, "苏慧珍", null, "duties"),
    step("2025-03-14T01:12:00Z", "rights.read", null, null, "苏慧珍", null, "sham_mediation"),
    step("2025-03-14T01:02:00Z", "consent.given", null, null, "陈水根", "online_mediation"),
    step("2025-03-14T01:02:30Z", "consent.given", null, null, "陈水根", "e_signature"),
    step("2025-03-14T01:23:00Z", "room.open", "joint"),
    step("2025-03-14T02:02:00Z", "room.open", "caucus", "applicant"),
    step("2025-03-14T03:35:00Z", "agreement.locked", null, null, "苏慧珍"),
    step("2025-03-14T03:36:00Z", "device.moved", null, null, "陈水根"),
    step("2025-03-14T03:38:20Z", "sign.done", null, null, "陈水根"),
    step("2025-03-14T03:41:05Z", "sign.done", null, null, "林启航"),
    step("2025-03-14T03:52:47Z", "agreement.effective"),
    step("2025-03-14T04:08:00Z", "session.close"),
    step("2036-01-05T02:10:00Z", "keeping.held", null, null, "何建平"),
    step("2036-02-07T02:10:00Z", "keeping.lifted", null, null, "何建平"),
  ],
  signers: [
    { name: "陈水根", role: "party", signed_at: "2025-03-14T03:38:20Z", how: "phone_code", holds: true, signer: "p1a", has_handwriting: true, attested_by: [] },
    { name: "林启航", role: "agent", signed_at: "2025-03-14T03:41:05Z", how: "phone_code", holds: true, signer: "p2a", has_handwriting: true, attested_by: [] },
    { name: "苏慧珍", role: "mediator", signed_at: "2025-03-14T03:45:33Z", how: "staff_key", holds: true, signer: "su", has_handwriting: false, attested_by: [] },
  ],
  pages: 3,
  package_size: 2_516_582,
  manifest_sha256: "9f2c71ab4e08d3c59f2c71ab4e08d3c59f2c71ab4e08d3c59f2c71ab4e08d3c5",
  openings: [{ at: "2026-01-12T02:02:00Z", name: "叶书澜", reason: "案卷评查" }],
};

export const SEALING: Schemas["SealingRuleView"] = {
  two: true,
  back: { by: "何建平", at: "2025-03-12T02:00:00Z", mine: false },
  changes: [
    { step: "back_asked", by: "何建平", at: "2025-03-12T02:00:00Z" },
    { step: "to_two", by: "何建平", at: "2025-03-01T02:00:00Z" },
  ],
};

export const CALENDAR: CalendarView = {
  years: [{ year: 2025, shipped: true, holidays: ["2025-01-01", "2025-01-28", "2025-01-29", "2025-01-30"], working_days: ["2025-01-26", "2025-02-08"] }],
  missing: [2026],
};

export function credentials(): StaffCredentials {
  const [staff] = STAFF;
  if (staff === undefined) throw new Error("no staff");
  return { staff, password: "river-lamp-orchard-seven", totp_secret: "JBSWY3DPEHPK3PXP", totp_uri: "otpauth://totp/x", totp_qr_svg: QR };
}

export const RECORDINGS: Schemas["RecordingList"] = {
  may_watch: true,
  recordings: [
    { id: "v1", started_at: "2025-03-14T01:20:00Z", stopped_at: "2025-03-14T01:51:00Z", reason: "mediator", state: "whole", octets: 212_000_000, seats: [{ seat: "m", name: "苏慧珍" }, { seat: "p1a", name: "陈水根" }, { seat: "p2a", name: "林启航" }], grid: { state: "making", percent: 42, octets: 0, why: "" } },
    { id: "v2", started_at: "2025-03-14T02:05:00Z", stopped_at: "2025-03-14T02:09:00Z", reason: "disk_full", state: "cut_short", octets: 21_000_000, seats: [{ seat: "p1a", name: "陈水根" }], grid: { state: "failed", percent: 0, octets: 0, why: "disk_full" } },
    { id: "v3", started_at: "2025-03-14T02:10:00Z", stopped_at: "2025-03-14T02:20:00Z", reason: "over", state: "destroyed", octets: 0, seats: [{ seat: "p1a", name: "陈水根" }], grid: { state: "none", percent: 0, octets: 0, why: "" } },
    { id: "v4", started_at: "2025-03-14T02:30:00Z", stopped_at: "2025-03-14T02:50:00Z", reason: "over", state: "whole", octets: 140_000_000, seats: [{ seat: "m", name: "苏慧珍" }, { seat: "p1a", name: "陈水根" }], grid: { state: "ready", percent: 0, octets: 64_000_000, why: "" } },
    { id: "v5", started_at: "2025-03-14T03:00:00Z", stopped_at: "2025-03-14T03:05:00Z", reason: "withdrawn", state: "whole", octets: 30_000_000, seats: [{ seat: "m", name: "苏慧珍" }], grid: { state: "none", percent: 0, octets: 0, why: "" } },
  ],
};
