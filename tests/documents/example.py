"""An invented agreement: a fall on a building site, three instalments.

Persons, companies and numbers belong to nobody; the region codes are unassigned.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from random import Random

from server.domain.agreement_document import (
    AgreementDocument,
    BankAccount,
    Capacity,
    CaseRef,
    ClauseText,
    CommitteeRef,
    OfficialLine,
    PartyBlock,
    PaymentTerm,
    SignerLine,
)

LOCKED_AT = datetime(2025, 3, 14, 3, 35, tzinfo=UTC)
SEALED_AT = datetime(2025, 3, 14, 3, 52, 47, tzinfo=UTC)

FACTS = (
    "2025年1月18日15时许，甲方在乙方承接劳务的鹭岛市湖滨区“云汀花园”工地从事拆模作业时跌落受伤，"
    "诊断为左胫骨平台骨折、腰1椎体压缩性骨折，于2025年1月18日至2月7日在鹭岛市第三医院住院治疗20天，"
    "住院医疗费48,632.70元已由乙方支付。甲方现返回原籍休养。截至本协议签订之日，甲方尚未申请工伤认定，"
    "未进行劳动能力鉴定。双方对误工、护理、后续治疗及伤残相关补偿的数额存在争议，甲方于2025年3月11日"
    "向本人民调解委员会申请调解。双方均同意以视频方式参加调解并使用电子签名。"
)
CLAUSES = (
    (
        "除已支付的住院医疗费外，乙方一次性赔偿（补偿）甲方各项损失共计人民币115,000.00元"
        "（大写：壹拾壹万伍仟元整）。其中：后续治疗费18,000元，停工期间工资39,000元，护理费9,000元，"
        "住院伙食补助费1,000元，交通费2,000元，营养费3,000元，伤残相关补偿43,000元。"
    ),
    "乙方已支付的住院医疗费48,632.70元由乙方自行承担，不得在前款款项中扣减。",
    "甲方在收到全部款项之日起十五日内，将其持有的住院医疗费用票据原件交乙方。",
    (
        "甲方已知悉其依法可在事故发生之日起一年内（2026年1月18日前）申请工伤认定，并可申请劳动能力鉴定，"
        "已知悉鉴定结果可能影响其应得待遇。本协议不限制甲方依法申请工伤认定的权利；如经依法认定、鉴定后"
        "甲方依法应得的待遇高于本协议约定，双方可再行协商或依法处理，乙方已付款项予以相应抵扣。"
    ),
    (
        "乙方任一期款项逾期超过七日的，剩余未付款项视为全部到期，并自逾期之日起按全国银行间同业拆借中心"
        "公布的一年期贷款市场报价利率的1.5倍支付逾期利息。"
    ),
    "除本协议约定外，双方就本次受伤所涉上列赔偿项目无其他争议（第四条情形除外）。",
    "双方同意自本协议生效之日起三十日内共同向有管辖权的人民法院申请司法确认。",
    (
        "双方对调解过程及本协议内容保密，依法应当提供的除外；双方为达成协议所作的让步，不得在其后的仲裁、"
        "诉讼中作为对其不利的证据。"
    ),
)
CLOSING = (
    (
        "本协议自各方当事人签名（盖章或按指印）、人民调解员签名并加盖人民调解委员会印章之日起生效，具有法律"
        "约束力，当事人应当按照约定履行。当事人就本协议的履行或者内容发生争议的，可以向人民法院提起诉讼；"
        "属于拖欠工伤医疗费、经济补偿或者赔偿金的，可以依法申请支付令或者申请劳动仲裁。"
    ),
    (
        "各方确认：本协议以电子形式形成，电子签名的方式、存证方式和送达方式以各方签署的《在线调解同意书》"
        "《电子签名与电子送达确认书》为准，各方认可其为可靠的电子签名。"
    ),
)
INSTALMENTS = (
    (5_000_000, "伍万元整", date(2025, 3, 17)),
    (3_500_000, "叁万伍仟元整", date(2025, 4, 30)),
    (3_000_000, "叁万元整", date(2025, 6, 30)),
)


def example(name: str = "陈水根", first_fen: int = 5_000_000) -> AgreementDocument:
    """Return the agreement, with party A's name and the first instalment as wished."""
    return AgreementDocument(
        agreement_id="agreement-17",
        text_version=3,
        language="zh-CN",
        locked_at=LOCKED_AT,
        committee=CommitteeRef(id="hexi", name="鹭岛市湖滨区禾溪街道人民调解委员会"),
        case=CaseRef(id="case-41", case_no="禾溪收〔2025〕041", dispute="其他劳动争议纠纷"),
        title="人民调解协议书",
        parties=(worker(name), company()),
        facts=FACTS,
        clauses=tuple(ClauseText(no=no, text=text) for no, text in enumerate(CLAUSES, 1)),
        performance=(),
        payments=_payments(name, first_fen),
        closing=CLOSING,
        copies=3,
        mediator=OfficialLine(signer_id="staff-su", name="苏慧珍", label="人民调解员（签名）："),
        recorder=OfficialLine(signer_id="staff-jiang", name="江一帆", label="记录人（签名）："),
        log_head="9f2c41d06be7a35588c0f3d24a91e6b7" * 2,
    )


def another(number: int) -> AgreementDocument:
    """Return an agreement as long as the example that tells other facts in other sentences."""
    own, drawn = example(), Random(number)
    told = partial(_shuffled, drawn)
    return replace(
        own,
        parties=tuple(replace(p, lines=tuple(map(told, p.lines))) for p in own.parties),
        facts=told(own.facts),
        clauses=tuple(replace(clause, text=told(clause.text)) for clause in own.clauses),
    )


def _shuffled(drawn: Random, text: str) -> str:
    return "".join(drawn.sample(text, len(text)))


def worker(name: str) -> PartyBlock:
    """Return the injured worker, who signs for himself."""
    signer = SignerLine(
        signer_id="person-chen", name=name, capacity=Capacity.PARTY, label="甲方（签名）："
    )
    line = (
        f"申请人（甲方）：{name}，男，汉族，1979年4月12日出生，45岁，建筑工人，公民身份号码"
        "512099197904123018，联系方式19900000001，住川东省云岭县青石乡水口村3组。"
    )
    return PartyBlock(
        party_id="party-chen",
        side="applicant",
        label="甲方",
        name=name,
        lines=(line,),
        signers=(signer,),
    )


def company() -> PartyBlock:
    """Return the company, for which an agent signs and a seal scan is expected."""
    signer = SignerLine(
        signer_id="person-lin",
        name="林启航",
        capacity=Capacity.AGENT,
        label="委托代理人（签名）：",
    )
    lines = (
        (
            "被申请人（乙方）：鹭岛恒筑建设劳务有限公司，统一社会信用代码91350299MA0DEMX13U，"
            "地址鹭岛市湖滨区禾溪大道100号，法定代表人郑国栋，职务执行董事。"
        ),
        (
            "委托代理人：林启航，男，该公司人事经理，公民身份号码35029919880607501X。代理权限：特别授权"
            "（代为承认、变更、放弃调解请求，参加调解，签署调解文书，领取文书）。"
        ),
    )
    return PartyBlock(
        party_id="party-hengzhu",
        side="respondent",
        label="乙方",
        name="鹭岛恒筑建设劳务有限公司",
        lines=lines,
        signers=(signer,),
        seal_scan_expected=True,
    )


def _payments(holder: str, first_fen: int) -> tuple[PaymentTerm, ...]:
    account = BankAccount(
        holder=holder, bank="云岭县农村信用社青石分社", number="6200000000000001230"
    )
    return tuple(
        PaymentTerm(
            no=no,
            payer="乙方",
            payee="甲方",
            amount_fen=first_fen if no == 1 else fen,
            words=words,
            due_on=due,
            method="银行转账",
            account=account,
        )
        for no, (fen, words, due) in enumerate(INSTALMENTS, 1)
    )
