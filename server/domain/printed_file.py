"""Cover and contents list of a case's paper file (卷宗封面, 卷内目录), in the national order.

Each document that this server holds, or that can be printed here, is named with what there is
of it; a compulsory one that is not here is told as lacking. What only paper has (receipts, the
follow-up visit) is left to be written by hand, as are page numbers and whoever binds the file.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from server.domain.case import Case, CaseState, PersonRole
from server.domain.file_kinds import FileKind
from server.domain.ids import PersonId
from server.domain.jurisdiction.entries import CaseFileItem
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.printed_words import CHINA, chinese_date, matter, named_sides, zh
from server.domain.printout import Box, Boxes, Listing, Page, Part
from server.domain.representation import by_law
from server.domain.retention import Keeping
from server.domain.session import Session
from server.domain.wards import Wards

TITLE = "人民调解卷宗"
CONTENTS = "卷内目录"
LACKING = "缺，须补入或者写明原因"
EXPLAIN = "有缺件，须写明原因"
NO_AGREEMENT = "未达成协议，没有此件"
HEAD = ("序号", "文书名称", "必/需", "页号", "备注")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A case with what lies in its file.

    `kinds` counts uploaded files, `delivered` are who has the sealed copy, `number` is the
    sealed agreement's, `entries` of the log; `mediator` is a name.
    """

    case: Case
    pack: JurisdictionPack
    committee: str
    mediator: str
    sessions: tuple[Session, ...]
    kinds: Mapping[FileKind, int]
    number: str
    delivered: frozenset[PersonId]
    entries: int
    keeping: Keeping
    wards: Wards

    def names(self, people: frozenset[PersonId]) -> str:
        """Return the names of these people in the order registered."""
        return "、".join(one.name for one in self.case.people if one.id in people)

    def agreeing(self, scope: str) -> str:
        """Return who agreed in the last sitting that he answered it in; a ward only wishes."""
        said = {
            given.person_id: given.agreed
            for one in self.sessions
            for given in one.answers(scope)
            if not given.wish and given.person_id not in self.wards
        }
        return self.names(frozenset(person for person, agreed in said.items() if agreed))


def parts(filed: Filed) -> tuple[Part, ...]:
    """Return the cover, and on a page of its own the list."""
    notes = {item.code: _note(filed, item) for item in filed.pack.case_file}
    if LACKING in notes.values():
        notes["file_note"] = EXPLAIN
    rows = tuple(_row(item, notes[item.code]) for item in filed.pack.case_file)
    return (
        Boxes(rows=tuple(_cover(filed))),
        Page(title=CONTENTS),
        Listing(head=HEAD, rows=rows),
    )


def _cover(filed: Filed) -> Iterator[Box]:
    case = filed.case
    years = filed.keeping.years
    told = {
        "立卷单位": filed.committee,
        "卷名": f"{named_sides(case)}{matter(case)}",
        "卷号": filed.number,
        "登记号": case.case_no,
        "人民调解员": filed.mediator,
        "调解日期": f"{chinese_date(case.accepted_on)}至{_ended(case)}",
        "立卷人": "",
        "立卷日期": "　　　　年　　月　　日",
        "保管期限": "永久" if years is None else f"{years}年",
        "备注": "",
    }
    for label, text in told.items():
        yield Box(label=label, lines=(text,), signed=True)


def _ended(case: Case) -> str:
    if case.closed_at is None:
        return "　　　　年　　月　　日"
    return chinese_date(case.closed_at.astimezone(CHINA).date())


def _row(item: CaseFileItem, note: str) -> tuple[str, ...]:
    return item.position, zh(item.name), "必" if item.compulsory else "需", "", note


def _note(filed: Filed, item: CaseFileItem) -> str:
    note = _NOTES.get(item.code, _nothing)(filed)
    return note or (LACKING if item.compulsory or _needed(filed, item) else "")


def _needed(filed: Filed, item: CaseFileItem) -> bool:
    """Return whether what is needed only in some cases is needed in this one."""
    if item.code != "power_of_attorney":
        return False
    agents = (one for one in filed.case.people if one.role is PersonRole.AGENT)
    return any(not by_law(one, filed.pack) for one in agents)


def _nothing(_: Filed) -> str:
    return ""


def _here(_: Filed) -> str:
    return "本件"


def _bound(_: Filed) -> str:
    return "装订时加"


def _told(filed: Filed) -> str:
    blocks = filed.pack.blocks_of_rights
    heard = {p.id for p in filed.case.people for s in filed.sessions if s.heard(p.id, blocks)}
    return _by(filed.names(frozenset(heard)))


def _by(names: str) -> str:
    return f"在线确认：{names}" if names else ""


def _consent(*scopes: str) -> Callable[[Filed], str]:
    def note(filed: Filed) -> str:
        found = dict.fromkeys(name for scope in scopes for name in [filed.agreeing(scope)] if name)
        return _by("；".join(found))

    return note


def _compared(filed: Filed) -> str:
    checks = (check for one in filed.sessions for check in one.identity_checks)
    seen = filed.names(frozenset(check.person_id for check in checks if check.matches))
    return f"视频核对：{seen}" if seen else ""


def _logged(filed: Filed) -> str:
    return f"共{filed.entries}条" if filed.entries else ""


def _uploaded(kind: FileKind) -> Callable[[Filed], str]:
    def note(filed: Filed) -> str:
        return f"{filed.kinds[kind]}件" if filed.kinds.get(kind) else ""

    return note


def _minuted(filed: Filed) -> str:
    sittings = sum(bool(one.minutes) for one in filed.sessions)
    return f"{sittings}次" if sittings else ""


def _agreed(filed: Filed) -> str:
    if filed.number:
        got = filed.names(filed.delivered)
        return filed.number + (f"；已领取：{got}" if got else "")
    return NO_AGREEMENT if filed.case.state is CaseState.ENDED else ""


def _preserved(filed: Filed) -> str:
    return "电子卷宗内有核验说明" if filed.number else ""


_NOTES: Mapping[str, Callable[[Filed], str]] = {
    "cover": _here,
    "contents": _here,
    "application": lambda _: "受理登记表",
    "rights_notice": _told,
    "online_consent": _consent("online_mediation"),
    "e_signature_consent": _consent("e_signature", "e_delivery"),
    "sensitive_consent": _consent("sensitive_information"),
    "identity_checks": _compared,
    "session_log": _logged,
    "preservation": _preserved,
    "identity_documents": _uploaded(FileKind.IDENTITY),
    "power_of_attorney": _uploaded(FileKind.AUTHORITY),
    "evidence": _uploaded(FileKind.EVIDENCE),
    "minutes": _minuted,
    "agreement": _agreed,
    "back_cover": _bound,
}
