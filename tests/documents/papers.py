"""Papers of the case file to print: the invented case's minutes and its acceptance form."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from server.domain import printed_acceptance, printed_file, printed_minutes
from server.domain.case import Case, Side
from server.domain.caucuses import Caucus
from server.domain.file_kinds import FileKind
from server.domain.printed_file import Filed
from server.domain.printed_minutes import Sat
from server.domain.printout import (
    Boxes,
    Hand,
    Listing,
    Named,
    Page,
    Part,
    Printout,
    Said,
    SealPlace,
)
from server.domain.retention import Keeping
from server.domain.session import MinutesItem, MinutesMark, SessionState
from tests.support.builders import AGENT, NOW, PACK, WORKER, a_case, a_session, prepared

NAME = "鹭岛市湖滨区禾溪街道人民调解委员会"
MADE = "吴司法于2025年3月20日9时05分打印"
LOG = "日志 9f2c41d06be7a355"
HAND_DAY, SEAL_DAY = "年月日", "（印章）年月日"
TALK = Caucus(
    side=Side.APPLICANT, since=NOW + timedelta(minutes=62), until=NOW + timedelta(minutes=79)
)
WORDS = (
    (MinutesMark.NOTICE, "现在核对身份。双方是否申请更换调解员？"),
    (MinutesMark.ANSWER, "不申请。"),
    (MinutesMark.UNDISPUTED, "住院20天，医疗费48,632.70元由公司支付。"),
    (MinutesMark.DISPUTED, "误工时间、护理天数有不同意见；现场“有安全绳”。"),
)


def named(name: str) -> Case:
    """Return the case with the applicant's name as wished."""
    case = a_case()
    parties = tuple(
        replace(one, name=name) if one.side is Side.APPLICANT else one for one in case.parties
    )
    people = (replace(case.people[0], name=name), *case.people[1:])
    return replace(case, parties=parties, people=people)


def item(
    text: str, mark: MinutesMark = MinutesMark.STATEMENT, speaker: str = "陈水根"
) -> MinutesItem:
    return MinutesItem(id=text, at=NOW, speaker=speaker, text=text, mark=mark)


def minutes(*items: MinutesItem, case: Case | None = None, **changes: Any) -> Printout:
    """Return the minutes of a closed sitting, by default with a few sentences."""
    session = replace(
        prepared(a_session()),
        state=SessionState.CLOSED,
        closed_at=NOW + timedelta(minutes=188),
        outcome="agreed",
        minutes=items or tuple(item(text, mark) for mark, text in WORDS),
        **changes,
    )
    sat = Sat(
        case=case or a_case(),
        session=session,
        pack=PACK,
        committee=NAME,
        caucuses=(TALK,),
        mediator="苏慧珍",
        recorder="江一帆",
    )
    return paper(printed_minutes.TITLE, printed_minutes.parts(sat))


def acceptance(case: Case | None = None) -> Printout:
    """Return the acceptance form."""
    found = printed_acceptance.parts(case or a_case(), PACK, NAME)
    return paper(printed_acceptance.TITLE, found)


def file_cover(case: Case | None = None, **changes: Any) -> Printout:
    """Return cover and contents list of a file in which a little is lacking."""
    fields: dict[str, Any] = {
        "case": case or a_case(),
        "pack": PACK,
        "committee": NAME,
        "mediator": "苏慧珍",
        "sessions": (prepared(a_session()),),
        "kinds": {FileKind.EVIDENCE: 6, FileKind.AUTHORITY: 1},
        "number": "湖禾人调字〔2025〕第017号",
        "delivered": frozenset({WORKER, AGENT}),
        "entries": 57,
        "keeping": Keeping(dispute_type="10", years=10, basis="会议决定"),
        "wards": {},
    }
    filed = Filed(**{**fields, **changes})
    return paper(printed_file.TITLE, printed_file.parts(filed))


def paper(title: str, parts: tuple[Part, ...]) -> Printout:
    return Printout(
        title=title,
        committee=NAME,
        number=a_case().case_no,
        log=LOG,
        made=MADE,
        made_at=NOW + timedelta(days=6),
        parts=parts,
    )


def expected(printout: Printout) -> str:
    """Return, without spaces, all that its pages say between their footers."""
    said = printout.title + "".join(map(_words, printout.parts))
    return "".join(said.split())


def _words(part: Part) -> str:
    match part:
        case Said():
            said = f"{part.speaker}：" if part.speaker else ""
            return said + (f"【{part.tag}】" if part.tag else "") + part.text
        case Boxes():
            return "".join(row.label + "".join(row.lines) for row in part.rows)
        case SealPlace() | Hand():
            return _place(part)
        case Page() | Listing():
            return _contents(part)
        case _:
            return (part.label if isinstance(part, Named) else "") + part.text


def _contents(part: Page | Listing) -> str:
    if isinstance(part, Page):
        return part.title
    return "".join((*part.head, *(word for row in part.rows for word in row)))


def _place(part: SealPlace | Hand) -> str:
    if isinstance(part, Hand):
        return part.label + part.name + HAND_DAY
    return part.committee + SEAL_DAY
