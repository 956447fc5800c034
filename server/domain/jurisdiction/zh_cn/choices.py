"""Enumerations of Chinese people's mediation, from the ministry's forms and statistics tables."""

from typing import Final

from server.domain.jurisdiction.entries import (
    Arbitration,
    CaseFileItem,
    DisputeType,
    Result,
    RetentionClass,
    SignatureRule,
    Source,
)
from server.domain.jurisdiction.texts import Choice, Text


def _choice(code: str, zh: str, en: str) -> Choice:
    return Choice(code=code, name=Text(zh=zh, en=en))


# 劳动争议调解仲裁法 5; 农村土地承包经营纠纷调解仲裁法 4; by agreement, which contracts often hold:
# 仲裁法 2. Not for marriage and family: 仲裁法 3.
_ARBITRATED: Final = {
    "07": Arbitration.LAND,
    **dict.fromkeys(("04", "05", "11", "12", "12a", "12b", "15", "16", "17"), Arbitration.AGREED),
}


# 电子签名法 3: marriage and family stay on paper; of a house or homestead it may be asked who
# inherits it, and of what has no name of its own anything.
_SIGNED: Final = {
    "01": SignatureRule.WET_INK,
    "03": SignatureRule.ASK,
    "99": SignatureRule.ASK,
}


def _dispute(code: str, zh: str, en: str, *, parent: str = "", bar: str = "") -> DisputeType:
    return DisputeType(
        code=code,
        name=Text(zh=zh, en=en),
        parent=parent,
        signature=_SIGNED.get(code, SignatureRule.ALLOWED),
        arbitration=_ARBITRATED.get(code, Arbitration.NONE),
        confirmation_question=bar,
    )


def _labour(code: str, zh: str, en: str, *, parent: str = "") -> DisputeType:
    return DisputeType(
        code=code,
        name=Text(zh=zh, en=en),
        parent=parent,
        labour=True,
        arbitration=Arbitration.LABOUR,
        confirmation_question="labour_beyond_payment",
    )


DISPUTE_TYPES: Final = (
    _dispute("01", "婚姻家庭纠纷", "Marriage and family", bar="personal_status"),
    _dispute("02", "邻里纠纷", "Neighbours"),
    _dispute("03", "房屋宅基地纠纷", "Houses and homesteads", bar="title_or_ip"),
    _dispute("04", "合同纠纷", "Contracts"),
    _dispute("05", "生产经营纠纷", "Production and business"),
    _dispute("06", "损害赔偿纠纷", "Damages"),
    _dispute("07", "山林土地纠纷", "Forest and land", bar="title_or_ip"),
    _dispute("08", "征地拆迁纠纷", "Expropriation and demolition"),
    _dispute("09", "环境污染纠纷", "Pollution"),
    _labour("10", "劳动争议纠纷", "Labour"),
    _labour("10a", "拖欠农民工工资纠纷", "Migrant workers' unpaid wages", parent="10"),
    _labour("10b", "其他劳动争议纠纷", "Other labour disputes", parent="10"),
    _dispute("11", "旅游纠纷", "Tourism"),
    _dispute("12", "消费纠纷", "Consumers"),
    _dispute("12a", "电子商务消费纠纷", "Consumers, online purchases", parent="12"),
    _dispute("12b", "其他消费纠纷", "Other consumer disputes", parent="12"),
    _dispute("13", "医疗纠纷", "Medical care"),
    _dispute("14", "道路交通事故纠纷", "Traffic accidents"),
    _dispute("15", "物业纠纷", "Property management"),
    _dispute("16", "知识产权纠纷", "Intellectual property", bar="title_or_ip"),
    _dispute("17", "互联网纠纷", "Internet"),
    DisputeType(
        code="18", name=Text(zh="村务管理、计划生育纠纷", en="Village affairs"), historic=True
    ),
    _dispute("99", "其他纠纷", "Other", bar="personal_status"),
)

SOURCES: Final = (
    Source(code="initiated", name=Text(zh="主动调解", en="Committee's initiative"), group=""),
    Source(code="applied", name=Text(zh="依申请调解", en="On application"), group=""),
    *(
        Source(
            code=f"referred_{code}",
            name=Text(zh=f"接受委托移送调解（{zh}）", en=f"Referred by {en}"),
            group="referred",
        )
        for code, zh, en in (
            ("court", "法院", "a court"),
            ("procuratorate", "检察院", "a procuratorate"),
            ("police", "公安机关", "the police"),
            ("petition_office", "信访部门", "a petition office"),
            ("other", "其他部门", "another authority"),
        )
    ),
)

CHANNELS: Final = (
    _choice("counter", "窗口", "Counter"),
    _choice("telephone", "电话", "Telephone"),
    _choice("card", "二维码名片", "Mediator's QR card"),
    _choice("web", "网页", "Web page"),
    _choice("official_account", "公众号", "Official account"),
    _choice("grid", "网格、社区上报", "Grid worker or community"),
    _choice("hotline", "12345、12348 转办", "Hotline 12345 or 12348"),
)

RESULTS: Final = (
    Result(
        code="written_agreement",
        name=Text(zh="达成书面协议", en="Written agreement"),
        success=True,
    ),
    Result(code="oral_agreement", name=Text(zh="达成口头协议", en="Oral agreement"), success=True),
    Result(code="partial_agreement", name=Text(zh="部分达成", en="Partial agreement")),
    Result(code="no_agreement", name=Text(zh="未达成", en="No agreement")),
    Result(code="settled_privately", name=Text(zh="当事人自行和解", en="Settled privately")),
    Result(code="withdrawn", name=Text(zh="撤回申请", en="Application withdrawn")),
    Result(code="transferred", name=Text(zh="移送其他组织", en="Passed to another body")),
    Result(code="not_accepted", name=Text(zh="不予受理", en="Not accepted")),
)

END_REASONS: Final = (
    _choice("refused", "一方拒绝或者放弃调解", "One side refused or gave up mediation"),
    _choice("unreachable", "调解期限内无法联系", "Could not be reached in time"),
    _choice("too_far_apart", "分歧较大，难以达成", "Positions too far apart"),
    _choice("period_over", "期限届满，未同意延长", "Period over, no extension agreed"),
    _choice("signing_refused", "当事人不签章", "A party did not sign"),
    _choice("settled_and_withdrawn", "当事人和解后撤回", "Settled between them and withdrawn"),
    _choice("sham_suspected", "涉嫌虚假调解", "Suspected sham mediation"),
    _choice("out_of_scope", "不属受理范围", "Outside the committee's scope"),
    _choice("event", "发生特定事由", "A death, loss of capacity or similar event"),
    _choice("other", "其他", "Other"),
)

PARTY_KINDS: Final = (
    _choice("person", "自然人", "Natural person"),
    _choice("organisation", "法人、非法人组织", "Organisation"),
)

SIDES: Final = (
    _choice("applicant", "申请人", "Applicant"),
    _choice("respondent", "被申请人", "Respondent"),
    _choice("third", "第三人", "Third party"),
)

CAPACITIES: Final = (
    _choice("full", "完全民事行为能力", "Full capacity"),
    _choice("limited", "限制民事行为能力", "Limited capacity"),
    _choice("none", "无民事行为能力", "No capacity"),
    _choice("doubtful", "存疑", "In doubt"),
)

NEEDS: Final = (
    _choice("large_print", "大字", "Large print"),
    _choice("read_aloud", "朗读", "Reading aloud"),
    _choice("sign_language", "手语", "Sign language"),
    _choice("interpreter", "口译", "Interpreter"),
    _choice("bedridden", "卧床", "In bed"),
    _choice("wheelchair", "轮椅", "Wheelchair"),
    _choice("companion", "陪同", "Companion"),
    _choice("no_smartphone", "无智能手机", "No smartphone"),
    _choice("telephone_only", "仅电话", "Telephone only"),
    _choice("no_face_to_face", "不见面", "Must not meet the other side"),
    _choice("hide_address", "隐藏网络地址", "Network address hidden"),
)

PAYMENT_METHODS: Final = (
    _choice("bank_transfer", "银行转账", "Bank transfer"),
    _choice("cash", "现金", "Cash"),
    _choice("wechat", "微信", "WeChat Pay"),
    _choice("alipay", "支付宝", "Alipay"),
    _choice("set_off", "抵扣", "Set-off"),
)


def _item(position: str, code: str, zh: str, en: str, *, must: bool = False) -> CaseFileItem:
    return CaseFileItem(position=position, code=code, name=Text(zh=zh, en=en), compulsory=must)


CASE_FILE: Final = (
    _item("0", "cover", "卷宗封面", "Cover", must=True),
    _item("", "contents", "卷内目录", "Table of contents", must=True),
    _item("1", "application", "人民调解申请书或者受理登记表", "Application or register", must=True),
    _item("2", "rights_notice", "当事人权利义务告知书", "Rights and duties", must=True),
    _item("2-1", "online_consent", "在线调解同意书", "Consent to online mediation"),
    _item("2-2", "e_signature_consent", "电子签名与电子送达确认书", "E-signature and e-delivery"),
    _item("2-3", "sensitive_consent", "个人信息处理单独同意书", "Sensitive personal information"),
    _item("2-4", "identity_checks", "身份核验记录", "Identity checks"),
    _item("2-5", "session_log", "在线调解日志摘要", "Session log summary"),
    _item("2-6", "preservation", "存证与验证说明", "Preservation and verification"),
    _item("3", "identity_documents", "当事人身份证明", "Identity documents", must=True),
    _item("4", "power_of_attorney", "授权委托书", "Power of attorney"),
    _item("5", "inquiry", "人民调解调查记录", "Inquiry record"),
    _item("6", "evidence", "人民调解证据材料", "Evidence"),
    _item("7", "minutes", "人民调解记录", "Minutes", must=True),
    _item("8", "agreement", "人民调解协议书或者口头协议登记表", "Agreement", must=True),
    _item("9", "performance_proof", "收条、汇款单等履行凭证", "Proof of performance"),
    _item("10", "follow_up", "人民调解回访记录", "Follow-up record"),
    _item("11", "confirmation", "司法确认有关材料", "Judicial confirmation"),
    _item("12", "file_note", "卷宗情况说明", "Note on the file"),
    _item("13", "back_cover", "封底", "Back cover", must=True),
)

# No national text fixes the years: every committee may replace this table by its own.
RETENTION: Final = (
    RetentionClass(code="short", name=Text(zh="短期", en="Short"), years=5),
    RetentionClass(code="long", name=Text(zh="长期", en="Long"), years=10),
    RetentionClass(code="thirty", name=Text(zh="定期三十年", en="Thirty years"), years=30),
    RetentionClass(code="permanent", name=Text(zh="永久", en="Permanent"), years=None),
)
