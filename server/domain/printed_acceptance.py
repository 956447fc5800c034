"""The acceptance form of a case (人民调解受理登记表), from what was registered.

Nothing is entered twice: the rows of the national form, what the committee registers besides,
and empty places to sign and to seal.
"""

from collections.abc import Iterator

from server.domain.case import Case
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.printed_words import chinese_date, yuan, zh
from server.domain.printout import Box, Boxes, Part, SealPlace, Words

TITLE = "人民调解受理登记表"
BY_COMMITTEE = "此表由人民调解委员会填写。"
_APPLIED, _INITIATED = "applied", "initiated"


def parts(case: Case, pack: JurisdictionPack, committee: str) -> tuple[Part, ...]:
    """Return the whole form, in order."""
    return (
        Words(text=_accepted(case)),
        Boxes(rows=tuple(_rows(case, pack))),
        SealPlace(committee=committee),
        Words(text=f"备注：{BY_COMMITTEE}"),
    )


def _accepted(case: Case) -> str:
    why = "依当事人申请" if case.source == _APPLIED else "经当事人同意"
    names = "、".join(party.name for party in case.parties)
    day = chinese_date(case.accepted_on)
    return f"{day}，人民调解委员会{why}，调解{names}之间的纠纷。"


def _rows(case: Case, pack: JurisdictionPack) -> Iterator[Box]:
    kind = zh(pack.dispute_type(case.dispute_type).name)
    yield Box(label="纠纷类型", lines=(kind + (f"（{case.sub_type}）" if case.sub_type else ""),))
    yield Box(label="案件来源", lines=tuple(_sources(case, pack)))
    yield Box(
        label="登记途径", lines=tuple(zh(c.name) for c in pack.channels if c.code == case.channel)
    )
    yield Box(label="纠纷简要情况", lines=tuple(_summary(case)))
    yield Box(label="申请事项", lines=tuple(_claims(case)))
    yield Box(label="当事人（签名）", lines=tuple(f"{p.name}：" for p in case.parties), signed=True)
    yield Box(label="登记人（签名）", lines=("",), signed=True)


def _sources(case: Case, pack: JurisdictionPack) -> Iterator[str]:
    known = next((one for one in pack.sources if one.code == case.source), None)
    other = known is not None and known.code not in {_APPLIED, _INITIATED}
    yield f"{_box(ticked=case.source == _APPLIED)} ①当事人申请"
    yield f"{_box(ticked=case.source == _INITIATED)} ②人民调解委员会主动调解"
    yield f"{_box(ticked=other)} ③{zh(known.name) if known and other else '接受委托移送调解'}"


def _box(*, ticked: bool) -> str:
    return "■" if ticked else "□"


def _summary(case: Case) -> Iterator[str]:
    if case.occurred_on:
        yield f"发生时间：{chinese_date(case.occurred_on)}"
    if case.place:
        yield f"发生地点：{case.place}"
    yield f"事由：{case.matter}"
    yield from (line.strip() for line in case.summary.splitlines() if line.strip())


def _claims(case: Case) -> Iterator[str]:
    for number, claim in enumerate(case.claims, 1):
        yield f"{number}. {claim}"
    if case.amount_claimed is not None:
        yield f"请求金额：{yuan(case.amount_claimed)}"
