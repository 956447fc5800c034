"""The invented case that the demonstration plays, dated so that the sitting is today.

Every person, company and number is invented; identity numbers and credit codes pass
their check digits and carry region codes that belong to nobody.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from server.domain.committee import Committee
from server.domain.ids import CommitteeId

COMMITTEE = Committee(
    id=CommitteeId(""),
    name="鹭岛市湖滨区禾溪街道人民调解委员会",
    short_name="禾溪",
    number_prefix="湖禾",
    office="禾溪街道司法所",
    office_phone="0592-5550148",
    address="鹭岛市湖滨区禾溪大道 8 号",
    court="鹭岛市湖滨区人民法院",
)


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account. Its password is printed at the start; its authenticator is not fixed."""

    login: str
    name: str
    title: str
    roles: tuple[str, ...]
    password: str


ACCOUNTS = (
    Account("su", "苏慧珍", "人民调解员", ("mediator",), "tiaojie-2025"),
    Account("jiang", "江一帆", "记录人", ("recorder",), "jilu-2025-jyf"),
    Account("he", "何建平", "调委会主任", ("head",), "gaizhang-2025"),
    Account("ye", "叶书澜", "司法所干部", ("officer",), "dangan-2025"),
    Account("guan", "管理员", "系统管理员", ("admin",), "guanli-2025"),
    Account("yin", "尹慎之", "审计员", ("auditor",), "shenji-2025"),
)

WORKER_MOBILE, WIFE_MOBILE, AGENT_MOBILE = "19900000001", "19900000002", "19900000003"
TOTAL = 11_500_000
ITEMS = (
    ("后续治疗费", 1_800_000),
    ("停工期间工资", 3_900_000),
    ("护理费", 900_000),
    ("住院伙食补助费", 100_000),
    ("交通费", 200_000),
    ("营养费", 300_000),
    ("伤残相关补偿", 4_300_000),
)
INSTALMENTS = ((5_000_000, 3), (3_500_000, 47), (3_000_000, 108))


@dataclass(frozen=True, slots=True)
class Dates:
    """The story's days, counted from the day of the sitting."""

    today: date

    def day(self, offset: int) -> date:
        """Return the day `offset` days from the sitting."""
        return self.today + timedelta(days=offset)

    @property
    def injured(self) -> date:
        """When he fell."""
        return self.day(-55)

    @property
    def recognition_until(self) -> date:
        """The last day for asking that the injury be recognised: one year on."""
        injured = self.injured
        try:
            return injured.replace(year=injured.year + 1)
        except ValueError:
            return injured.replace(year=injured.year + 1, day=28)


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def case(today: date, planned_at: datetime | None, recorder: str, mediator: str) -> dict[str, Any]:
    """Return the body that registers the case."""
    dates = Dates(today)
    injured = dates.injured
    return {
        "dispute_type": "10b",
        "sub_type": "工伤赔偿",
        "source": "applied",
        "channel": "telephone",
        "matter": f"{injured.month} 月 {injured.day} 日工地受伤的赔偿",
        "summary": (
            f"{_zh(injured)}下午，申请人在云汀花园工地拆模板时从二楼跌落受伤，住院 20 天。"
            "公司付了住院费，后续费用和误工没有谈拢。申请人现在老家卧床，不便远行，急需医疗费用。"
        ),
        "claims": ["赔偿各项损失共计 180,000 元", "通过视频方式调解"],
        "amount_claimed": 18_000_000,
        "occurred_on": injured.isoformat(),
        "place": "禾溪街道云汀花园工地",
        "accepted_on": dates.day(-2).isoformat(),
        "labour": {
            "injured_on": injured.isoformat(),
            "received_on": dates.day(-3).isoformat(),
            "recognised": False,
            "graded": False,
        },
        "mediator_id": mediator,
        "recorder_id": recorder,
        "planned_at": planned_at.isoformat() if planned_at else None,
        "parties": [_worker(), _company(dates)],
    }


def _worker() -> dict[str, Any]:
    return {
        "side": "applicant",
        "kind": "person",
        "name": "陈水根",
        "address": "川东省云岭县青石乡水口村3组",
        "needs": ["large_print", "bedridden"],
        "people": [
            {
                "role": "party",
                "name": "陈水根",
                "mobile": WORKER_MOBILE,
                "id_no": "512099197904123018",
                "ethnic": "汉族",
                "occupation": "建筑工人",
            },
            {
                "role": "companion",
                "name": "刘春梅",
                "mobile": WIFE_MOBILE,
                "id_no": "512099198209234028",
                "relation": "配偶",
            },
        ],
    }


def _company(dates: Dates) -> dict[str, Any]:
    return {
        "side": "respondent",
        "kind": "organisation",
        "name": "鹭岛恒筑建设劳务有限公司",
        "short_name": "恒筑公司",
        "address": "鹭岛市湖滨区禾溪大道100号",
        "uscc": "91350299MA0DEMX13U",
        "legal_representative": "郑国栋",
        "legal_representative_post": "执行董事",
        "people": [
            {
                "role": "agent",
                "name": "林启航",
                "mobile": AGENT_MOBILE,
                "id_no": "35029919880607501X",
                "occupation": "人事经理",
                "relation": "公司人事经理",
                "authority": {
                    "kind": "employee",
                    "scopes": [
                        "apply_or_end",
                        "evidence",
                        "choose_mediator",
                        "concede",
                        "sign",
                        "fetch_documents",
                    ],
                    "valid_from": dates.day(-2).isoformat(),
                    "valid_to": dates.day(120).isoformat(),
                },
            }
        ],
    }


def facts(today: date) -> str:
    """Return the main facts and matters in dispute, as the agreement prints them."""
    dates = Dates(today)
    injured, out = dates.injured, dates.day(-35)
    return (
        f"{_zh(injured)}15时许，甲方在乙方承接劳务的鹭岛市湖滨区“云汀花园”工地从事拆模作业时跌落"
        f"受伤，诊断为左胫骨平台骨折、腰1椎体压缩性骨折，于{_zh(injured)}至{out.month}月{out.day}日"
        "在鹭岛市第三医院住院治疗20天，住院医疗费48,632.70元已由乙方支付。甲方现返回原籍休养。截至"
        "本协议签订之日，甲方尚未申请工伤认定，未进行劳动能力鉴定。双方对误工、护理、后续治疗及伤残"
        f"相关补偿的数额存在争议，甲方于{_zh(dates.day(-3))}向本人民调解委员会申请调解。双方均同意"
        "以视频方式参加调解并使用电子签名。"
    )


def clauses(today: date) -> list[str]:
    """Return the eight clauses."""
    until = _zh(Dates(today).recognition_until)
    return [
        (
            "除已支付的住院医疗费外，乙方一次性赔偿（补偿）甲方各项损失共计人民币115,000.00元（大写："
            "壹拾壹万伍仟元整）。其中：后续治疗费18,000元，停工期间工资39,000元，护理费9,000元，住院"
            "伙食补助费1,000元，交通费2,000元，营养费3,000元，伤残相关补偿43,000元。"
        ),
        "乙方已支付的住院医疗费48,632.70元由乙方自行承担，不得在前款款项中扣减。",
        "甲方在收到全部款项之日起十五日内，将其持有的住院医疗费用票据原件交乙方。",
        (
            f"甲方已知悉其依法可在事故发生之日起一年内（{until}前）申请工伤认定，并可申请劳动能力鉴定，"
            "已知悉鉴定结果可能影响其应得待遇。本协议不限制甲方依法申请工伤认定的权利；如经依法认定、"
            "鉴定后甲方依法应得的待遇高于本协议约定，双方可再行协商或依法处理，乙方已付款项予以相应抵扣。"
        ),
        (
            "乙方任一期款项逾期超过七日的，剩余未付款项视为全部到期，并自逾期之日起按全国银行间同业拆借"
            "中心公布的一年期贷款市场报价利率的1.5倍支付逾期利息。"
        ),
        "除本协议约定外，双方就本次受伤所涉上列赔偿项目无其他争议（第四条情形除外）。",
        "双方同意自本协议生效之日起三十日内共同向有管辖权的人民法院申请司法确认。",
        (
            "双方对调解过程及本协议内容保密，依法应当提供的除外；双方为达成协议所作的让步，不得在其后的"
            "仲裁、诉讼中作为对其不利的证据。"
        ),
    ]


def payments(today: date, payer: str, payee: str) -> list[dict[str, Any]]:
    """Return the three instalments from party `payer` to party `payee`."""
    dates = Dates(today)
    return [
        {
            "payer": payer,
            "payee": payee,
            "amount": amount,
            "due_on": dates.day(offset).isoformat(),
            "method": "bank_transfer",
            "account_holder": "陈水根",
            "bank": "云岭县农村信用社青石分社",
            "account": "6200000000000001230",
        }
        for amount, offset in INSTALMENTS
    ]


# Whether it settles more than payments is answered next. The last instalment comes long after the
# court would have confirmed: told, and meant so.
FINDINGS = {
    "confirmation_open_labour_beyond_payment",
    "last_payment_after_confirmation_deadline",
}

MINUTES = (
    ("苏慧珍", "现在核对身份。双方是否申请更换调解员？", "procedure"),
    ("陈水根", "不申请。", "answer"),
    ("林启航", "不申请。", "answer"),
    (
        "双方",
        "申请人在云汀花园工地受伤，住院 20 天，医疗费 48,632.70 元由被申请人支付。",
        "undisputed",
    ),
    ("双方", "误工时间、护理天数、伤残相关补偿数额。", "disputed"),
    (
        "苏慧珍",
        "现在还没有做工伤认定和劳动能力鉴定，以后评出的待遇可能比协议多，也可能少。您清楚吗？",
        "notice",
    ),
    ("陈水根", "清楚，我急着做第二次手术，愿意这样调解，没有人逼我。", "answer"),
)
