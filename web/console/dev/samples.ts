/** Sample view-models: one labour case, told at different hours. All persons and numbers are invented. */
import type { CaseList, CaseView, Choice, InvitationView, LogView, Me, OutboxMessage, PackView, PersonView, Role, Schemas, StaffView, TodayView } from "../src/api/types.ts";

const choice = (code: string, zh: string, en: string): Choice => ({ code, zh, en });
const member = (id: string, name: string, title: string, roles: Role[]): StaffView => ({
  id,
  login: id,
  name,
  title,
  roles,
  membership: "active",
  locked: false,
  must_change_password: false,
});

export const STAFF: readonly StaffView[] = [
  member("su", "苏慧珍", "人民调解员", ["mediator"]),
  member("jiang", "江一帆", "记录人", ["recorder"]),
  member("he", "何建平", "调委会主任", ["head"]),
  member("ye", "叶书澜", "司法所干部", ["officer"]),
  { ...member("admin", "管理员", "", ["admin"]), membership: "invited", must_change_password: true },
];

export function meAs(role: string): Me {
  const who = STAFF.find((each) => each.roles.includes(role as Role)) ?? STAFF[0];
  if (who === undefined) throw new Error("no staff");
  return {
    staff: { ...who, must_change_password: false },
    committee: {
      id: "k1",
      name: "禾溪街道人民调解委员会",
      short_name: "禾溪调委会",
      number_prefix: "湖禾",
      office: "禾溪街道司法所",
      office_phone: "0592-5550123",
      address: "鹭岛市湖滨区禾溪大道 1 号",
      court: "鹭岛市湖滨区人民法院",
      has_seal_image: true,
      remind_days: 3,
      version: 3,
    },
    step_up_until: null,
    demo: false,
  };
}

export const PACK: PackView = {
  jurisdiction: "zh_cn",
  checked_on: "2025-03-01",
  dispute_types: [
    { ...choice("02", "邻里纠纷", "Neighbours"), e_sign: "allowed", labour: false },
    { ...choice("07", "山林土地纠纷", "Forest and land"), e_sign: "allowed", labour: false },
    { ...choice("10", "劳动争议纠纷", "Labour"), e_sign: "allowed", labour: true },
    { ...choice("10b", "其他劳动争议纠纷", "Other labour disputes"), e_sign: "allowed", labour: true },
    { ...choice("15", "物业纠纷", "Property management"), e_sign: "allowed", labour: false },
    { ...choice("01", "婚姻家庭纠纷", "Marriage and family"), e_sign: "wet_ink", labour: false },
    { ...choice("99", "其他纠纷", "Other"), e_sign: "ask", labour: false },
  ],
  sources: [choice("initiated", "主动调解", "Committee's initiative"), choice("applied", "依申请调解", "On application")],
  end_reasons: [choice("refused", "一方拒绝或者放弃调解", "One side refused"), choice("too_far_apart", "分歧较大，难以达成", "Positions too far apart")],
  id_kinds: [{ ...choice("resident_identity_card", "居民身份证", "Resident identity card"), tells_person: true }, { ...choice("passport", "护照", "Passport"), tells_person: false }],
  agent_kinds: [choice("lawyer", "律师", "Lawyer"), choice("employee", "单位工作人员", "Member of the organisation's staff")],
  agent_scopes: [
    choice("apply_or_end", "代为申请调解或者要求终止调解", "Apply for mediation or ask to end it"),
    choice("evidence", "代为收集、提供证据", "Collect and give evidence"),
    choice("choose_mediator", "代为选择调解员", "Choose a mediator"),
    choice("concede", "代为承认、变更、放弃调解请求", "Admit, change or give up claims"),
    choice("sign", "代为签署调解文书", "Sign documents"),
    choice("fetch", "代为领取文书", "Fetch documents"),
    choice("other", "其他", "Other"),
  ],
  needs: [choice("large_print", "大字", "Large print"), choice("read_aloud", "朗读", "Reading aloud"), choice("bedridden", "卧床", "In bed"), choice("companion", "陪同", "Companion")],
  channels: [choice("counter", "窗口", "Counter"), choice("telephone", "电话", "Telephone")],
  consents: [
    choice("online_mediation", "视频调解", "Mediation by video"),
    choice("e_signature", "用手机签协议", "Signing on the phone"),
    choice("e_delivery", "用手机收文书", "Receiving papers on the phone"),
    choice("preservation", "协议怎么保存", "How the agreement is kept"),
    choice("sensitive_information", "病历和银行账户", "Medical papers and bank account"),
    choice("recording", "录音录像", "Recording"),
  ],
  personal_status: {
    zh: "这次要谈的有没有：谁和谁结婚、离婚，孩子归谁养，收养，或者谁继承遗产？",
    en: "Is it to be settled who is married or divorced, who has custody or guardianship, an adoption, or who inherits?",
    law_zh: "电子签名法第三条",
    law_en: "Electronic Signature Law, art. 3",
  },
  rights: [1, 2, 3, 4, 5].map((no) => ({ no, title_zh: "您的权利", title_en: "Your rights", text_zh: "调解员由您选择或接受。\n调不调解，由您决定。\n随时可以要求停止。", text_en: "You choose or accept the mediator.\nWhether to mediate is up to you.\nYou may stop it at any time." })),
  notices: [choice("privacy", "您的个人信息", "Your personal information"), choice("duties", "您的义务", "Your duties"), choice("sham_mediation", "不能做虚假调解", "No sham mediation")],
  payment_methods: [choice("bank_transfer", "银行转账", "Bank transfer"), choice("cash", "现金", "Cash"), choice("wechat", "微信", "WeChat Pay")],
};

const invited = (id: string, change: Partial<InvitationView> = {}): InvitationView => ({
  id,
  channel: "sms",
  state: "open",
  sent_at: "2025-03-12T01:20:00Z",
  opened_at: "2025-03-12T01:31:00Z",
  expires_at: "2025-04-11T01:20:00Z",
  answer: "accepted",
  answered_at: "2025-03-12T01:31:00Z",
  answer_text: "",
  wrong_digits: 0,
  device_bound: true,
  device_waiting: false,
  ...change,
});
const person = (id: string, name: string, role: PersonView["role"], change: Partial<PersonView> = {}): PersonView => ({
  id,
  role,
  name,
  mobile_masked: "199****0001",
  id_kind: "resident_identity_card",
  id_no_masked: "512099********3018",
  gender: "male",
  birth: "1979-04-12",
  ethnic: "汉族",
  occupation: "",
  relation: "",
  authority: null,
  signs: role !== "companion",
  refuses_online: false,
  refuses: [],
  invitation: null,
  ...change,
});

export const CASE: CaseView = {
  id: "c1",
  case_no: "禾溪受〔2025〕041",
  version: 4,
  state: "mediating",
  dispute_type: "10b",
  sub_type: "工伤赔偿",
  source: "applied",
  channel: "telephone",
  matter: "1 月 18 日工地受伤的赔偿",
  summary: "2025 年 1 月 18 日下午，申请人在云汀花园工地拆模板时从二楼跌落受伤，住院 20 天。公司付了住院费，后续费用和误工没有谈拢。申请人现在老家卧床，不便远行。",
  claims: ["赔偿各项损失共计 180,000 元", "请求通过视频方式调解"],
  amount_claimed: 18_000_000,
  occurred_on: "2025-01-18",
  place: "禾溪街道云汀花园工地",
  accepted_on: "2025-03-12",
  due_on: "2025-04-11",
  labour: { injured_on: "2025-01-18", received_on: "2025-03-11", recognised: false, graded: false },
  personal_status: null,
  public: false,
  e_sign: "allowed",
  mediator_id: "su",
  mediator_name: "苏慧珍",
  recorder_id: "jiang",
  recorder_name: "江一帆",
  parties: [
    {
      id: "p1",
      side: "applicant",
      kind: "person",
      name: "陈水根",
      short_name: "陈水根",
      label: "甲方",
      capacity: "full",
      address_masked: "川东省云岭县****",
      uscc: "",
      legal_representative: "",
      legal_representative_post: "",
      needs: ["large_print", "bedridden"],
      people: [
        person("p1a", "陈水根", "party", { invitation: invited("i1"), occupation: "建筑工人" }),
        person("p1c", "刘春梅", "companion", { mobile_masked: "199****0002", id_no_masked: "512099********4028", relation: "配偶" }),
      ],
    },
    {
      id: "p2",
      side: "respondent",
      kind: "organisation",
      name: "鹭岛恒筑建设劳务有限公司",
      short_name: "恒筑公司",
      label: "乙方",
      capacity: "full",
      address_masked: "鹭岛市湖滨区****",
      uscc: "91350299MA0DEMX13U",
      legal_representative: "郑国栋",
      legal_representative_post: "执行董事",
      needs: [],
      people: [
        person("p2a", "林启航", "agent", {
          mobile_masked: "199****0003",
          id_no_masked: "350299********501X",
          occupation: "人事经理",
          authority: { kind: "employee", scopes: ["apply_or_end", "evidence", "choose_mediator", "concede", "sign", "fetch"], valid_from: "2025-03-12", valid_to: null, licence_no: "", file: "f1", can_sign: true },
          invitation: invited("i2", { answer: "other_time", answer_text: "最好是上午", device_bound: false }),
        }),
        person("p2b", "郑国栋", "legal_representative", { mobile_masked: "199****0004", id_no_masked: "350299********6012", signs: false, refuses_online: true, refuses: ["online_mediation", "e_signature"], invitation: invited("i3") }),
      ],
    },
  ],
  files: [{ id: "f1", name: "授权委托书.pdf", kind: "authority", media_type: "application/pdf", size: 182000, sha256: "x" }, { id: "f2", name: "诊断证明.jpg", kind: "evidence", media_type: "image/jpeg", size: 920000, sha256: "y" }],
  sittings: [{ id: "s1", planned_at: "2025-03-14T01:00:00Z", state: "scheduled", opened_at: null, closed_at: null, outcome: "", end_reason: "" }],
  deadlines: [
    { code: "labour_arbitration_open", on: "2025-03-26", calendar_missing: null },
    { code: "mediation", on: "2025-04-11", calendar_missing: null },
    { code: "recognition_worker", on: "2026-01-18", calendar_missing: 2026 },
    { code: "labour_arbitration", on: "2026-03-11", calendar_missing: 2026 },
  ],
  agreement_state: null,
  agreement_number: null,
  record_id: null,
  result: "",
  end_reason: "",
  destroyed_on: null,
};

export const CASES: CaseList = {
  total: 3,
  page: 1,
  cases: [
    { id: "c1", case_no: CASE.case_no, parties: ["陈水根", "鹭岛恒筑建设劳务有限公司"], matter: CASE.matter, dispute_type: "10b", state: "mediating", planned_at: "2025-03-14T01:00:00Z", mediator_name: "苏慧珍", session_id: "s1", session_state: "scheduled" },
    { id: "c2", case_no: "禾溪受〔2025〕042", parties: ["黄秀英", "许志明"], matter: "邻里漏水", dispute_type: "02", state: "accepted", planned_at: "2025-03-14T06:00:00Z", mediator_name: "苏慧珍", session_id: "s2", session_state: "scheduled" },
    { id: "c3", case_no: "禾溪受〔2025〕043", parties: ["禾溪花园业委会", "安居物业"], matter: "物业服务", dispute_type: "15", state: "agreed", planned_at: "2025-03-14T08:00:00Z", mediator_name: "苏慧珍", session_id: "s3", session_state: "scheduled" },
  ],
};
const [FIRST, SECOND, THIRD] = CASES.cases as [CaseList["cases"][0], CaseList["cases"][0], CaseList["cases"][0]];

export const TODAY: TodayView = {
  today: "2025-03-14",
  now: "2025-03-14T00:52:00Z",
  sittings: [
    {
      case: FIRST,
      session_id: "s1",
      people: [
        { name: "陈水根", side: "applicant", role: "party", invited: true, answer: "accepted", refuses_online: false, here: true, device: "yellow" },
        { name: "刘春梅", side: "applicant", role: "companion", invited: false, answer: "none", refuses_online: false, here: true, device: "" },
        { name: "林启航", side: "respondent", role: "agent", invited: true, answer: "accepted", refuses_online: false, here: true, device: "green" },
        { name: "郑国栋", side: "respondent", role: "legal_representative", invited: true, answer: "accepted", refuses_online: true, here: false, device: "" },
      ],
      due_on: "2025-04-11",
      missing: ["refuses_online:郑国栋", "consents"],
      to_sign: false,
    },
    { case: SECOND, session_id: "s2", people: [{ name: "黄秀英", side: "applicant", role: "party", invited: true, answer: "accepted", refuses_online: false, here: false, device: "green" }], due_on: "2025-04-11", missing: [], to_sign: false },
    { case: THIRD, session_id: "s3", people: [{ name: "安居物业", side: "respondent", role: "agent", invited: true, answer: "none", refuses_online: false, here: false, device: "" }], due_on: "2025-04-11", missing: [], to_sign: false },
  ],
  later: [{ ...SECOND, id: "c4", planned_at: "2025-03-17T01:30:00Z", parties: ["周永泉", "安居物业"], matter: "物业费" }],
  unplanned: [{ ...SECOND, id: "c5", planned_at: "2025-03-11T01:30:00Z", session_state: "adjourned", parties: ["周永泉", "许志明"], matter: "邻里漏水" }],
  duties: [
    { case_id: "c4", parties: ["周永泉", "安居物业"], code: "payment", on: "2025-03-14" },
    { case_id: "c9", parties: ["林阿姨", "许志明"], code: "court_confirmation", on: "2025-03-21" },
    { case_id: "c1", parties: ["陈水根", "恒筑公司"], code: "labour_arbitration_open", on: "2025-03-26" },
    { case_id: "c1", parties: ["陈水根", "恒筑公司"], code: "mediation", on: "2025-04-11" },
  ],
  more_duties: 12,
  seals: [
    { case_id: "c8", case_no: "禾溪受〔2025〕037", parties: ["陈水根", "恒筑公司"], awaited: "release", awaited_of: ["苏慧珍", "江一帆"] },
    { case_id: "c9", case_no: "禾溪受〔2025〕035", parties: ["林阿姨", "许志明"], awaited: "seal", awaited_of: ["何建平"] },
  ],
  sealing: { two: true, by: ["何建平"], at: "2025-03-10T02:00:00Z", back_by: "许管理" },
};

export const QR = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 21 21"><path d="M1 1h7v7H1zM13 1h7v7h-7zM1 13h7v7H1zM10 2h1v3h-1zM10 10h4v1h-4zM15 14h2v2h-2zM18 17h2v2h-2z"/></svg>';
export const MESSAGES: OutboxMessage[] = [
  { id: "m1", person_id: "p1a", person_name: "陈水根", kind: "invitation", state: "waiting", at: "2025-03-12T01:20:00Z", text: "陈水根您好，禾溪街道人民调解委员会请您 3 月 14 日上午 9:00 参加视频调解。点这里：https://tj.example.org/j/8f3kq0… 电话 0592-5550123", link: "https://tj.example.org/j/8f3kq0", qr_svg: QR },
  { id: "m2", person_id: "p2a", person_name: "林启航", kind: "sealed", state: "sent", at: "2025-03-12T06:02:00Z", text: "林启航您好，调解时间改为 3 月 14 日上午 9:00。", link: "", qr_svg: "" },
];
export const MINUTES: Schemas["CaseMinutes"] = {
  sittings: [{
    session_id: "s0", opened_at: "2025-03-10T01:02:00Z", closed_at: "2025-03-10T02:40:00Z", version: 6, left_out: 1,
    items: [
      { id: "m1", at: "2025-03-10T01:05:00Z", speaker: "", mark: "notice", text: "已向双方宣读权利义务告知书。" },
      { id: "m2", at: "2025-03-10T01:12:00Z", speaker: "陈水根", mark: "statement", text: "一月十八号下午三点在云汀花园工地从脚手架上摔下来，住院二十一天。" },
      { id: "m3", at: "2025-03-10T01:20:00Z", speaker: "林启航", mark: "undisputed", text: "受伤的时间、地点公司认可，住院费四万八千六百三十二元七角是公司付的。" },
      { id: "m4", at: "2025-03-10T01:31:00Z", speaker: "林启航", mark: "disputed", text: "停工期间工资按什么标准算，双方说法不同。" },
    ],
    replies: [
      { name: "陈水根", version: 6, agreed: true, remark: "", at: "2025-03-10T02:30:00Z" },
      { name: "林启航", version: 5, agreed: false, remark: "住院费的数目请核对发票", at: "2025-03-10T02:28:00Z" },
    ],
  }],
};
export const LOG: LogView = {
  case_no: "禾溪调受〔2025〕041号",
  names: { jiang: "江一帆", p1a: "陈水根" },
  covered: 2,
  head: "9f2c71ab4e08d3c59f2c71ab4e08d3c59f2c71ab4e08d3c59f2c71ab4e08d3c5",
  entries: [
    { seq: 1, at: "2025-03-12T01:10:00Z", kind: "case.accepted", actor: "jiang", actor_name: "江一帆", facts: { source: "applied" }, hash: "a" },
    { seq: 2, at: "2025-03-12T01:20:00Z", kind: "invite.sent", actor: "jiang", actor_name: "江一帆", facts: { channel: "sms", person: "p1a" }, hash: "b" },
  ],
};
