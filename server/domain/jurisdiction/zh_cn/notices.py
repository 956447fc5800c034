"""What is read out or shown in a Chinese people's mediation, with the law it rests on.

Lines stay within 16 characters, so that they fit a phone in large print. The committee approves
these texts before it uses them.
"""

from typing import Final

from server.domain.jurisdiction.entries import Arbitration, Notices
from server.domain.jurisdiction.texts import Choice, NoticeBlock, Question, Text


def _lines(*pairs: tuple[str, str]) -> tuple[Text, ...]:
    return tuple(Text(zh=zh, en=en) for zh, en in pairs)


_NATURE: Final = NoticeBlock(
    code="nature",
    title=Text(zh="这是什么调解", en="What this mediation is"),
    lines=_lines(
        ("由人民调解委员会主持。", "A people's mediation committee conducts it."),
        ("双方自愿，地位平等。", "Both sides take part freely and as equals."),
        ("全程不收任何费用。", "There is no fee of any kind."),
        ("调解不成，仲裁、行政、", "If it fails, arbitration, the administration"),
        ("司法的路都还可以走。", "and the courts all remain open."),
    ),
    law=Text(zh="人民调解法第二条至第四条、第二十六条", en="People's Mediation Law, arts. 2-4, 26"),
)

_RIGHTS: Final = NoticeBlock(
    code="rights",
    title=Text(zh="您的权利", en="Your rights"),
    lines=_lines(
        ("调解员由您选择或接受。", "You choose or accept the mediator."),
        ("调不调解，由您决定。", "Whether to mediate is up to you."),
        ("随时可以要求停止。", "You may stop it at any time."),
        ("公开还是不公开，您可以提。", "You may ask for it to be public or not."),
        ("想法自己说，", "You speak for yourself,"),
        ("愿意了才达成协议。", "and agree only if you want to."),
    ),
    law=Text(zh="人民调解法第二十三条", en="People's Mediation Law, art. 23"),
)

_DUTIES: Final = NoticeBlock(
    code="duties",
    title=Text(zh="您的义务", en="Your duties"),
    lines=_lines(
        ("纠纷的事实，请如实说。", "Please state the facts truthfully."),
        ("遵守秩序，尊重调解员。", "Keep order and respect the mediator."),
        ("尊重对方行使权利。", "Respect the other side's rights."),
    ),
    law=Text(zh="人民调解法第二十四条", en="People's Mediation Law, art. 24"),
)

_EFFECT: Final = NoticeBlock(
    code="effect",
    title=Text(zh="协议的效力", en="What an agreement does"),
    lines=_lines(
        ("各方签名、调解员签名、", "All parties sign, the mediator signs,"),
        ("调委会盖章，齐了才生效。", "the committee seals: only then is it in force."),
        ("生效后有约束力，应当履行。", "It then binds and is to be carried out."),
        ("对协议有争议，可以起诉。", "A dispute about it may go to court."),
        ("生效后三十日内，可以共同", "Within 30 days you may jointly"),
        ("申请法院确认它有效。", "ask the court to confirm it."),
        ("确认有效后对方不履行，", "If a confirmed one is not carried out,"),
        ("可以申请强制执行。", "you may apply for enforcement."),
    ),
    law=Text(
        zh="人民调解法第二十九条、第三十一条至第三十三条",
        en="People's Mediation Law, arts. 29, 31-33",
    ),
)

_CONFIDENCE: Final = NoticeBlock(
    code="confidence",
    title=Text(zh="保密和让步", en="Confidence and concessions"),
    lines=_lines(
        ("您的隐私和商业秘密，", "Your privacy and trade secrets"),
        ("调解员不得泄露。", "must not be disclosed by the mediator."),
        ("为谈成作的让步，", "What you concede to reach agreement"),
        ("一般不能在以后的诉讼中", "may not as a rule be used against you"),
        ("用来对您不利。", "in later proceedings."),
        ("平时不录音，不录像；", "Normally nothing is recorded;"),
        ("请您自己也不要录。", "please do not record either."),
    ),
    law=Text(
        zh="人民调解法第十五条；民事诉讼法司法解释第一百零七条；"
        "参照《人民法院在线调解规则》第十八条、第二十二条",
        en="People's Mediation Law, art. 15; Interpretation of the Civil Procedure Law, art. 107; "
        "Online Mediation Rules, arts. 18, 22, by analogy",
    ),
)

_SHAM: Final = NoticeBlock(
    code="sham_mediation",
    title=Text(zh="不能做虚假调解", en="No sham mediation"),
    lines=_lines(
        ("串通编造纠纷，", "Inventing a dispute together"),
        ("损害国家或别人的利益，", "to harm the state or other people"),
        ("要承担法律责任。", "has legal consequences."),
        ("发现了，调解马上停止，", "Once found, mediation stops at once"),
        ("并报告有关机关。", "and the authorities are told."),
    ),
    law=Text(
        zh="参照《人民法院在线调解规则》第十七条、第二十三条",
        en="Online Mediation Rules, arts. 17, 23, by analogy",
    ),
)

_ENVIRONMENT: Final = Question(
    code="environment",
    text=Text(zh="现在您身边有谁？", en="Who is with you now?"),
    lines=_lines(
        ("请把镜头慢慢转一圈。", "Please turn the camera slowly around."),
        ("在场的人，请说出名字。", "Please name everyone in the room."),
    ),
    answers=(
        Choice(code="alone", name=Text(zh="只有我自己", en="I am alone")),
        Choice(code="companion", name=Text(zh="有家人或陪同的人", en="Family or a companion")),
        Choice(code="others", name=Text(zh="还有其他人", en="Other people too")),
    ),
    law=Text(
        zh="参照《人民法院在线诉讼规则》第二十四条",
        en="Online Litigation Rules, art. 24, by analogy",
    ),
)

_MEDIATOR: Final = Question(
    code="mediator_accepted",
    text=Text(zh="这位调解员，您接受吗？", en="Do you accept this mediator?"),
    lines=_lines(
        ("调解员与各方的关系，", "How the mediator relates to either side"),
        ("已经说明。", "has been disclosed."),
        ("不接受，可以换一位。", "If not, another one can be appointed."),
    ),
    law=Text(
        zh="人民调解法第十九条、第二十三条；参照《人民法院在线调解规则》第十三条、第十四条",
        en="People's Mediation Law, arts. 19, 23; Online Mediation Rules, arts. 13, 14, by analogy",
    ),
)

_PUBLIC: Final = Question(
    code="open_to_public",
    text=Text(zh="调解要公开进行吗？", en="Shall the mediation be public?"),
    lines=_lines(("没有人提出，就不公开。", "Unless somebody asks, it is not.")),
    law=Text(zh="人民调解法第二十三条", en="People's Mediation Law, art. 23"),
)

_VOLUNTARY_LAW: Final = Text(
    zh="人民调解法第二十三条；民事诉讼法司法解释第三百五十八条",
    en="People's Mediation Law, art. 23; Interpretation of the Civil Procedure Law, art. 358",
)

_VOLUNTARY: Final = (
    Question(
        code="heard_clearly",
        text=Text(zh="刚才读的，您听清楚了吗？", en="Did you hear and understand it all?"),
        law=_VOLUNTARY_LAW,
    ),
    Question(
        code="own_will",
        text=Text(zh="这样约定，是您自愿的吗？", en="Do you agree of your own free will?"),
        law=_VOLUNTARY_LAW,
    ),
    Question(
        code="no_pressure",
        text=Text(zh="有没有人逼您？", en="Has anybody put pressure on you?"),
        law=_VOLUNTARY_LAW,
    ),
    Question(
        code="teach_back",
        text=Text(
            zh="请您说一遍：多少钱，哪天付。", en="Please say it back: how much, and on which day."
        ),
        law=_VOLUNTARY_LAW,
    ),
)

_CAUCUS_NO_RECORD: Final = NoticeBlock(
    code="no_record",
    title=Text(zh="不录音", en="Not recorded"),
    lines=_lines(("不记谈话内容", "Nothing said is written down")),
)

_CAUCUS_PROMISES: Final = (
    NoticeBlock(
        code="not_passed_on",
        title=Text(zh="不转告", en="Not passed on"),
        lines=_lines(
            ("您不同意，", "Unless you agree,"),
            ("调解员不转告", "the mediator passes nothing on"),
        ),
    ),
    NoticeBlock(
        code="heard_alone_too",
        title=Text(zh="也会单独听您说", en="You are heard alone too"),
        lines=_lines(("之后也会单独听您说。", "Afterwards you will be heard alone too.")),
    ),
)

_REMEDIES: Final = NoticeBlock(
    code="remedies",
    title=Text(zh="调解到这里结束", en="The mediation ends here"),
    lines=_lines(
        ("没有谈成，不是谁的错。", "That it did not work out is nobody's fault."),
        ("您还可以走这些路：", "These ways remain open to you:"),
        ("愿意再谈，可以再申请。", "You may apply for mediation again."),
    ),
    law=Text(zh="人民调解法第三条、第二十六条", en="People's Mediation Law, arts. 3, 26"),
)

# 仲裁法 2-5; 劳动争议调解仲裁法 5: before the court; 农村土地承包经营纠纷调解仲裁法 4: beside it.
_ADMINISTRATION: Final = ("也可以请行政机关处理。", "or the administrative authorities.")
_WAYS: Final = {
    Arbitration.NONE: _lines(
        ("向人民法院起诉；", "an action in the people's court;"), _ADMINISTRATION
    ),
    Arbitration.AGREED: _lines(
        ("向人民法院起诉；", "an action in the people's court;"),
        ("约定过仲裁的，申请仲裁；", "where you had agreed on it, arbitration;"),
        _ADMINISTRATION,
    ),
    Arbitration.LABOUR: _lines(
        ("申请劳动争议仲裁；", "labour arbitration;"),
        ("不服裁决的，可以起诉；", "against its award, an action in court;"),
        _ADMINISTRATION,
    ),
    Arbitration.LAND: _lines(
        ("向人民法院起诉；", "an action in the people's court;"),
        ("承包的农村土地，", "for contracted rural land"),
        ("还可以申请仲裁；", "arbitration, too;"),
        _ADMINISTRATION,
    ),
}

_LABOUR: Final = NoticeBlock(
    code="labour",
    title=Text(zh="劳动争议，请您知道", en="Labour disputes: please note"),
    lines=_lines(
        ("收到申请十五日内没谈成，", "No agreement within 15 days of applying:"),
        ("可以申请劳动仲裁。", "you may go to labour arbitration."),
        ("申请仲裁的期限是一年，", "The period for arbitration is one year;"),
        ("申请调解后重新计算。", "applying for mediation starts it anew."),
        ("工伤认定，单位应在三十日内", "Work injury: the employer applies within"),
        ("申请，本人一年内可以申请。", "30 days, you yourself within one year."),
        ("鉴定的等级会影响待遇。", "The grade found affects what is due to you."),
        ("欠薪、工伤医疗费、补偿金、", "Wages, injury costs, compensation agreed"),
        ("赔偿金谈成后不付的，", "and then not paid:"),
        ("可以依法申请支付令。", "you may apply for a payment order."),
        ("农民工要工资、工伤赔偿，", "Migrant workers claiming wages or injury"),
        ("申请法律援助不查困难。", "get legal aid without a means check."),
    ),
    law=Text(
        zh="劳动争议调解仲裁法第十四条至第十六条、第二十七条；工伤保险条例第十七条、"
        "第二十一条；法律援助法第四十二条",
        en="Labour Dispute Mediation and Arbitration Law, arts. 14-16, 27; Work Injury Insurance "
        "Regulations, arts. 17, 21; Legal Aid Law, art. 42",
    ),
)

_PRIVACY: Final = NoticeBlock(
    code="privacy",
    title=Text(zh="您的个人信息", en="Your personal data"),
    lines=_lines(
        ("由本调解委员会处理，", "Handled by this committee,"),
        ("只用于这次调解和归档。", "for this case alone."),
        ("姓名、证件、电话、住址，", "Name, identity document, telephone, address"),
        ("和您为调解交来的材料，", "and what you hand in for the mediation"),
        ("加密保存，查看留有记录。", "are kept encrypted; looking is on record."),
        ("存在本单位，不出境。", "They are stored here, not sent abroad,"),
        ("到期删除。", "and deleted when their time is over."),
        ("您可以查阅、复制、更正，", "You may see, copy and correct them,"),
        ("也可以撤回同意。", "and withdraw a consent."),
    ),
    law=Text(
        zh="个人信息保护法第十三条至第十九条、第四十四条至第四十七条",
        en="Personal Information Protection Law, arts. 13-19, 44-47",
    ),
)

_RECORD: Final = NoticeBlock(
    code="record",
    title=Text(zh="核验说明", en="About this check"),
    lines=_lines(
        ("核验看五件事：有没有改动、", "Five facts are checked: unchanged,"),
        ("签名对不对、是否可信、", "valid, trusted,"),
        ("齐不齐全、由谁签署。", "complete, and by whom."),
        ("没有联网认证机构参与。", "No outside authority takes part."),
        ("证据怎么采信，由法院决定。", "What it proves is for a court to decide."),
    ),
    law=Text(
        zh="《最高人民法院关于民事诉讼证据的若干规定》第九十三条、第九十四条",
        en="Supreme People's Court, Provisions on Evidence in Civil Proceedings, arts. 93, 94",
    ),
)

_LEGAL: Final = NoticeBlock(
    code="legal",
    title=Text(zh="使用说明", en="About this service"),
    lines=_lines(
        ("这里提供调解的场所和记录，", "A place and a record for mediation;"),
        ("不判断谁对谁错，", "it does not judge who is right,"),
        ("不计算应得的数额。", "nor compute what is due."),
        ("有法律问题，可拨 12348。", "For questions of law, ring 12348."),
    ),
)

NOTICES: Final = Notices(
    rights_and_duties=(_NATURE, _RIGHTS, _DUTIES, _EFFECT, _CONFIDENCE),
    sham_mediation=_SHAM,
    environment=_ENVIRONMENT,
    mediator_accepted=_MEDIATOR,
    open_to_public=_PUBLIC,
    voluntary=_VOLUNTARY,
    caucus_no_record=_CAUCUS_NO_RECORD,
    caucus_promises=_CAUCUS_PROMISES,
    remedies=_REMEDIES,
    ways=_WAYS,
    labour=_LABOUR,
    privacy=_PRIVACY,
    record=_RECORD,
    legal=_LEGAL,
    wish_for=_lines(
        ("调解员知道您愿意，", "The mediator knows that you want it,"),
        ("由法定代理人决定", "your guardian decides"),
    ),
    wish_against=_lines(
        ("调解员会听您为什么，", "The mediator will hear your reasons,"),
        ("由法定代理人决定", "your guardian decides"),
    ),
    without_prejudice=Text(
        zh="为达成调解所作的陈述和让步，不得作为对其不利的证据。",
        en="What is said or conceded in order to reach agreement is no evidence against a party.",
    ),
    minutes_read=Text(
        zh="以上记录已向各方宣读，经核对无误。",
        en="This record was read to the parties and checked by them.",
    ),
    minutes_caucus=Text(
        zh="{start}至{end}，调解员与{side}单独谈话，内容不记录。",
        en="{start} to {end}: the mediator spoke with the {side} alone; nothing is recorded of it.",
    ),
)
