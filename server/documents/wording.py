"""The words the printed agreement adds to the agreement object, in Chinese.

One pure function turns the object into the paragraphs of the page, in order, so that
layout knows no wording and a test can compare the page with the object.
"""

from dataclasses import dataclass
from datetime import datetime

from server.domain.agreement_document import (
    AgreementDocument,
    PartyBlock,
    PaymentTerm,
    SignerLine,
    code_of,
    digest,
)
from server.domain.printed_words import CHINA, chinese_date, yuan
from server.domain.signing_route import SigningRoute

DIGITS = "零一二三四五六七八九"
SEAM = "骑 缝 处：各页在此骑缝签名或者按指印"
DIGEST_LABEL = "完整校验码（SHA-256）"
WITNESSED = "本人口头表示同意，由两名见证人见证，见证人的陈述附卷"
_KINDS = {
    SigningRoute.ELECTRONIC: "person",
    SigningRoute.WITNESSED: "witnessed",
    SigningRoute.WET_INK: "ink",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InkWords:
    """The small words around the place where somebody signs on paper."""

    signature: str = "签名"
    fingerprint: str = "指印"
    seal: str = "盖章处"
    day: str = "　　　年　　月　　日"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the signature block.

    `kind` is person or seal_scan, filled in later; ink or ink_seal, written on paper;
    or witnessed, where `note` says so.
    """

    kind: str
    id: str
    label: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """Every word on the page, in the order of the page."""

    title: str
    number_label: str
    parties: tuple[tuple[str, ...], ...]
    facts_heading: str
    facts: tuple[str, ...]
    clauses_heading: str
    clauses: tuple[str, ...]
    performance_heading: str
    performance: tuple[str, ...]
    payments: tuple[str, ...]
    closing: tuple[str, ...]
    lines: tuple[Line, ...]
    committee: str
    seal_label: str
    place_label: str
    effective_label: str
    sealed_label: str
    check_code: str
    digest_label: str
    digest: str
    log_head: str
    ink: InkWords
    seam: str
    scan_label: str = "扫码核验"
    scan_alt: str = "二维码：本站核验页面的网址和本协议的校验码"

    def text(self) -> str:
        """Return the running text without the signature block."""
        blocks = (
            (self.title, self.number_label),
            *self.parties,
            (self.facts_heading, *self.facts) if self.facts else (),
            (self.clauses_heading, *self.clauses),
            (self.performance_heading, *self.performance, *self.payments),
            self.closing,
        )
        return "\n".join(line for block in blocks for line in block)


def printed(document: AgreementDocument) -> Printed:
    """Return the page's words for a Chinese agreement."""
    whole = digest(document)
    return Printed(
        title=document.title,
        number_label="编号：",
        parties=tuple(party.lines for party in document.parties),
        facts_heading="纠纷主要事实、争议事项：",
        facts=_paragraphs(document.facts),
        clauses_heading="经调解，自愿达成如下协议：",
        clauses=tuple(f"{chinese_number(c.no)}、{c.text}" for c in document.clauses),
        performance_heading="履行方式、时限：",
        performance=document.performance,
        payments=payment_lines(document.payments),
        closing=(*document.closing, copies_line(document.copies)),
        lines=_lines(document),
        committee=document.committee.name,
        seal_label="（印章）",
        place_label="签订地点：",
        effective_label="生效日期：",
        sealed_label="盖章时间",
        check_code=f"校验码 {code_of(whole)}",
        digest_label=DIGEST_LABEL,
        digest=whole,
        log_head=f"日志 {document.log_head[:16]}",
        ink=InkWords(),
        seam=SEAM if _on_paper(document) else "",
    )


def _on_paper(document: AgreementDocument) -> bool:
    lines = (line for party in document.parties for line in party.signers)
    return any(line.route is SigningRoute.WET_INK for line in lines)


def payment_lines(payments: tuple[PaymentTerm, ...]) -> tuple[str, ...]:
    """Return an introduction per run of equal routes, and a line per instalment."""
    lines: list[str] = []
    route = None
    for payment in payments:
        now = (payment.payer, payment.payee, payment.method, payment.account)
        if now != route:
            lines.append(_route_line(payment))
            route = now
        last = payment is payments[-1]
        lines.append(_instalment_line(payment, alone=len(payments) == 1) + ("。" if last else "；"))
    return tuple(lines)


def copies_line(copies: int) -> str:
    """Return how many copies there are and who keeps them."""
    return f"本协议一式{chinese_number(copies)}份，当事人、人民调解委员会各持一份。"


def chinese_number(number: int) -> str:
    """Return 1 to 99 in Chinese numerals, as clauses are numbered."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{DIGITS[tens]}十")
    return head + (DIGITS[ones] if ones or not tens else "")


def chinese_moment(moment: datetime) -> str:
    """Return 2025年3月14日 11:38 in the time of China."""
    there = moment.astimezone(CHINA)
    return f"{chinese_date(there.date())} {there:%H:%M}"


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _route_line(payment: PaymentTerm) -> str:
    account = payment.account
    if account is None:
        return f"{payment.payer}以{payment.method}方式支付给{payment.payee}："
    return (
        f"{payment.payer}以{payment.method}方式支付至{payment.payee}指定账户"
        f"（户名：{account.holder}；开户行：{account.bank}；账号：{account.number}）："
    )


def _instalment_line(payment: PaymentTerm, *, alone: bool) -> str:
    head = "人民币" if alone else f"第{chinese_number(payment.no)}期 "
    words = f"大写：{payment.words}" if alone else payment.words
    amount = yuan(payment.amount_fen)
    return f"{head}{amount}（{words}），于{chinese_date(payment.due_on)}前付清"


def _lines(document: AgreementDocument) -> tuple[Line, ...]:
    of_parties = [line for party in document.parties for line in _party_lines(party)]
    officials = [o for o in (document.mediator, document.recorder) if o is not None]
    signed = [Line(kind="person", id=o.signer_id, label=o.label, name=o.name) for o in officials]
    return (*of_parties, *signed)


def _party_lines(party: PartyBlock) -> list[Line]:
    persons = [_person_line(signer) for signer in party.signers]
    if not party.seal_scan_expected:
        return persons
    ink = any(signer.route is SigningRoute.WET_INK for signer in party.signers)
    label, kind = f"{party.label}（盖章）：", "ink_seal" if ink else "seal_scan"
    return [Line(kind=kind, id=party.party_id, label=label, name=party.name), *persons]


def _person_line(signer: SignerLine) -> Line:
    witnessed = signer.route is SigningRoute.WITNESSED
    return Line(
        kind=_KINDS[signer.route],
        id=signer.signer_id,
        label=signer.label,
        name=signer.name,
        note=WITNESSED if witnessed else "",
    )
