"""The fixed words of a Chinese mediation agreement, its number, and how its clauses are read."""

import re
from typing import Final

from server.domain import amounts
from server.domain.jurisdiction.entries import AgreementTexts, ClauseRules
from server.domain.jurisdiction.texts import Question, Text

NUMBER_FORMAT: Final = "{prefix}人调字〔{year}〕第{serial:03d}号"
NUMBER_PATTERN: Final = re.compile(
    r"(?P<prefix>[^\s〔\[［【(（]{1,12})人调字[〔\[［【(（](?P<year>\d{4})[〕\]］】)）]"
    r"第?(?P<serial>\d{1,6})号?",
    re.ASCII,
)
"""People type all kinds of brackets; only 〔〕 is printed (GB/T 9704)."""

_DIGITS: Final = "零一二三四五六七八九十"
_TEN: Final = 10
_HUNDRED: Final = 100

TEXTS: Final = AgreementTexts(
    effect=Text(
        zh="各方当事人签名、盖章或者按指印，人民调解员签名并加盖人民调解委员会印章，"
        "本协议自三者齐备之日起生效。本协议具有法律约束力，各方应当按照约定履行。",
        en="This agreement takes effect on the day on which all parties have signed, sealed or "
        "put their fingerprint, the mediator has signed, and the committee has sealed. It binds "
        "in law and is to be performed as agreed.",
    ),
    remedies=Text(
        zh="各方就本协议的履行或者内容发生争议的，可以向人民法院提起诉讼。",
        en="A dispute about the performance or content of this agreement may be brought before "
        "the people's court.",
    ),
    confirmation=Text(
        zh="自本协议生效之日起三十日内，各方可以共同向有管辖权的人民法院申请司法确认。",
        en="Within thirty days from its effect the parties may jointly ask the competent people's "
        "court to confirm it.",
    ),
    confirmation_if_open=Text(
        zh="依法可以申请司法确认的，各方可以自本协议生效之日起三十日内，"
        "共同向有管辖权的人民法院提出申请。",
        en="Where the law lets a court confirm it, the parties may jointly ask the competent "
        "people's court to do so within thirty days from its effect.",
    ),
    labour_remedies=Text(
        zh="就支付拖欠劳动报酬、工伤医疗费、经济补偿或者赔偿金达成本协议，用人单位在约定期限内"
        "不履行的，劳动者可以凭本协议依法申请支付令，也可以依法申请劳动仲裁。",
        en="Where the employer fails to pay wages in arrears, work injury costs, compensation or "
        "damages as agreed, the worker may on the strength of this agreement apply for a payment "
        "order, or for labour arbitration, as the law provides.",
    ),
    without_prejudice=Text(
        zh="各方为达成协议所作的让步，在其后的仲裁、诉讼中不作为对其不利的证据；"
        "法律另有规定或者各方均同意的除外。",
        en="What a party conceded in order to agree is no evidence against it in later arbitration "
        "or litigation, unless the law provides otherwise or all parties consent.",
    ),
    electronic_form=Text(
        zh="本协议以电子形式订立。签名、保存和送达的办法以各方分别确认的同意书为准；"
        "符合其中约定条件的电子签名，各方认可为可靠的电子签名。",
        en="This agreement is made in electronic form. How it is signed, kept and delivered "
        "follows the consents each party gave; electronic signatures that meet the conditions "
        "agreed there are accepted as reliable.",
    ),
    paper_form=Text(
        zh="本协议在纸上签署：各方当事人在打印件上签名、盖章或者按指印；签署各页的扫描件经人工"
        "逐页对照，与本件一并存卷。",
        en="This agreement is signed on paper: the parties sign, seal or put their fingerprint on "
        "the printed pages. Scans of them, compared page by page, are kept with this file.",
    ),
    copies=Text(
        zh="本协议一式{copies}份，各方当事人各执一份，人民调解委员会留存一份。",
        en="Made in {copies} copies: one for each party, one for the committee.",
    ),
    knowledge_clause=Text(
        zh="{worker}已经知道：自事故伤害发生之日起一年内（{until}以前）可以申请工伤认定，"
        "伤情相对稳定后可以申请劳动能力鉴定，鉴定结果可能影响应得的待遇。"
        "本协议不限制{worker}依法提出这些申请。",
        en="{worker} knows that recognition as a work injury may be applied for within one year "
        "of the accident (before {until}), and an assessment of working ability once the injury "
        "is stable, and that its result may change what is due. This agreement does not limit "
        "these applications.",
    ),
)

PERSONAL_STATUS: Final = Question(
    code="personal_status",
    text=Text(
        zh="这次要谈的有没有：谁和谁结婚、离婚，孩子归谁养，收养，或者谁继承遗产？",
        en="Is it to be settled who is married or divorced, who has custody or guardianship, "
        "an adoption, or who inherits?",
    ),
    law=Text(zh="电子签名法第三条", en="Electronic Signature Law, art. 3"),
)

_CONFIRMATION_LAW: Final = Text(
    zh="民事诉讼法司法解释第三百五十五条", en="Interpretation of the Civil Procedure Law, art. 355"
)

CONFIRMATION_QUESTIONS: Final = (
    Question(
        code="personal_status",
        text=Text(
            zh="协议有没有写谁和谁是不是夫妻、是不是亲子，或者收养算不算数？",
            en="Does the agreement say who is married or no longer is, whose child somebody is, "
            "or whether an adoption stands?",
        ),
        lines=(
            Text(
                zh="只分财产、只付钱、只分遗产，答没有。",
                en="If it only divides property or an estate or pays money: no.",
            ),
        ),
        law=_CONFIRMATION_LAW,
    ),
    Question(
        code="title_or_ip",
        text=Text(
            zh="协议有没有写房子、土地、登记的权利或者专利、商标、著作权归谁？",
            en="Does the agreement say who owns a house, land, a registered right, a patent, "
            "trade mark or copyright?",
        ),
        lines=(
            Text(
                zh="只写谁付钱、谁修、谁让开，答没有。",
                en="If it only says who pays, repairs or gives way: no.",
            ),
        ),
        law=_CONFIRMATION_LAW,
    ),
    Question(
        code="labour_beyond_payment",
        text=Text(
            zh="除了付钱，协议还写了劳动关系上的事吗？",
            en="Does the agreement settle more between worker and employer than payments?",
        ),
        lines=(
            Text(
                zh="如解除合同、恢复工作、补缴社保。只写付钱，答没有。",
                en="Such as ending the contract, taking the job up again, paying social "
                "insurance. If it only says what is paid: no.",
            ),
        ),
        law=Text(
            zh="劳动争议司法解释（一）第五十二条",
            en="Interpretation (I) on Labour Disputes, art. 52",
        ),
    ),
)


def count_in_words(number: int) -> str:
    """Write 1 to 99 in everyday Chinese numerals, other numbers in figures: 12 → 十二."""
    if not 0 < number < _HUNDRED:
        return str(number)
    tens, ones = divmod(number, _TEN)
    head = (_DIGITS[tens] if tens > 1 else "") + "十" if tens else ""
    return head + (_DIGITS[ones] if ones else "")


_WAYS: Final = (
    r"(?:起诉|诉讼|诉权|(?:劳动)?仲裁|司法确认|支付令|强制执行|投诉|举报|"
    r"工伤认定|劳动能力鉴定|法律援助)"
)
_NO_LONGER: Final = r"(?:不得|不准|不许|不能|不可|不再|永不|无权)"
_AGAIN: Final = r"(?:再次|再行|另行|再|以任何(?:理由|方式|形式|途径))*"
_ABOUT: Final = r"(?:[向就因对以][^，。；]{0,16}?)?"
_ACT: Final = r"(?:再次|再行|另行|再)?(?:提起|提出|申请|进行)?"
# What follows tells an obstacle to a right from a ban on obstacles, and a place from an act.
_NOT_AN_ACT: Final = r"(?!中|而|为由|请求|进行|设置|加以|予以)"
_PEOPLES_WORDS: Final = r"(?:打官司|告状|上告|法院告|上诉|信访|上访|主张(?:任何|一切|其他)?权利)"

CLAUSES: Final = ClauseRules(
    waiver=(
        re.compile(rf"(?<![不未得])放弃[^，。；]{{0,12}}{_WAYS}{_NOT_AN_ACT}"),
        re.compile(f"{_NO_LONGER}{_AGAIN}{_ABOUT}{_ACT}{_WAYS}{_NOT_AN_ACT}"),
        re.compile(r"(?<![不未])放弃(?:一切|全部|所有|任何)(?:法律)?权利"),
    ),
    doubtful=(re.compile(rf"(?:{_NO_LONGER}|不去|保证不)[^，。；]{{0,20}}?{_PEOPLES_WORDS}"),),
    knowledge=(
        re.compile(r"知道|知悉|明白|清楚|了解"),
        re.compile(r"工伤认定|劳动能力鉴定"),
    ),
    amount_words=amounts.words,
    printed_number=re.compile(
        r"\s*(?:第(?P<ordinal>[一二三四五六七八九十]{1,3})条|"
        r"(?P<listed>[一二三四五六七八九十]{1,3})、|(?P<figure>\d{1,2})[.．、](?!\d))"
    ),
    number_in_words=count_in_words,
)
