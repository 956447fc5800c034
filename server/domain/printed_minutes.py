"""The minutes of one sitting as they are printed, read to the parties and signed.

Contents and order follow the national form 人民调解记录: when, where, about what, who was
there, that rights and duties were told; what was said; the result; places to sign.
Concessions and private talks are left out for every reader alike, and the page says so
whether or not there were any, so that nobody learns it from the paper.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from server.domain import minutes
from server.domain.agreement_document import Capacity
from server.domain.agreement_text import capacity_of
from server.domain.case import Case, Party, PartyKind, Person, PersonRole
from server.domain.caucuses import Caucus
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.printed_words import clock, day, matter, moment, named_sides, side_name, zh
from server.domain.printout import Hand, Named, Part, Said, Section, Words
from server.domain.session import MinutesAnswer, MinutesMark, Session

TITLE = "人民调解记录"
TOLD = "人民调解委员会已将人民调解的相关规定告知各方当事人。"
UNTOLD = "没有各方当事人对权利义务告知的确认。"
NOTHING = "没有列入本记录的内容。"
LEFT_OUT = "单独谈话的内容、为达成调解所作的让步，不列入本记录。"
ROUTES = "当事人可以依法通过仲裁、行政、司法等途径维护自己的权利。"
_TAGS = {
    MinutesMark.UNDISPUTED: "无争议事实",
    MinutesMark.DISPUTED: "争议",
    MinutesMark.NOTICE: "告知",
    MinutesMark.PROCEDURE: "程序",
}
_SIGNS = {
    Capacity.PARTY: "{label}（签名盖章或按指印）：",
    Capacity.LEGAL_REPRESENTATIVE: "{label}法定代表人（签名）：",
    Capacity.AGENT: "{label}委托代理人（签名）：",
    Capacity.GUARDIAN: "{label}法定代理人（签名）：",
}
_FOR = {
    Capacity.LEGAL_REPRESENTATIVE: "法定代表人",
    Capacity.AGENT: "委托代理人",
    Capacity.GUARDIAN: "法定代理人",
}
_RESULTS = {
    "agreed": "达成协议",
    "partly_agreed": "部分达成协议",
    "not_agreed": "未达成协议",
    "adjourned": "本次未达成协议，另定时间继续调解",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sat:
    """A sitting with all that its minutes say of it besides.

    `number` is the sealed agreement's, `caucuses` are the case's, `mediator` and `recorder`
    names, empty where nobody is.
    """

    case: Case
    session: Session
    pack: JurisdictionPack
    committee: str
    caucuses: tuple[Caucus, ...]
    mediator: str
    recorder: str
    number: str = ""

    @property
    def present(self) -> tuple[Person, ...]:
        """Return who was identified in this sitting, in the order registered."""
        seen = {check.person_id for check in self.session.identity_checks if check.matches}
        return tuple(person for person in self.case.people if person.id in seen)

    def of(self, party: Party) -> tuple[Person, ...]:
        """Return who was there and speaks for a party: he himself, or for him."""
        spoke = (one for one in self.present if one.role is not PersonRole.COMPANION)
        return tuple(one for one in spoke if one.party_id == party.id)


def parts(sat: Sat) -> tuple[Part, ...]:
    """Return the whole form, in order."""
    return (*_head(sat), *_body(sat), *_result(sat), *_signatures(sat))


def _head(sat: Sat) -> Iterator[Part]:
    yield Named(label="时间：", text=_time(sat.session))
    yield Named(label="地点：", text=f"{sat.committee}网络调解室（视频调解）")
    yield Named(label="事由：", text=f"{named_sides(sat.case)}{matter(sat.case)}")
    yield Named(label="当事人：", text="；".join(_party(sat, one) for one in sat.case.parties))
    yield Named(label="参加人：", text="；".join(_companions(sat)) or "无")
    yield from (Words(text=line) for line in _told(sat).splitlines())


def _time(session: Session) -> str:
    begun = session.opened_at or session.planned_at
    ended = session.closed_at
    if ended is None:
        return f"{moment(begun)}至　　时　　分"
    same = day(begun) == day(ended)
    return f"{moment(begun)}至{clock(ended) if same else moment(ended)}"


def _party(sat: Sat, party: Party) -> str:
    title = f"{side_name(party.side, sat.pack)}（{party.label}）{party.name}"
    there = sat.of(party)
    if not there:
        return f"{title}（未参加）"
    others = [f"{_standing(sat, one)}{one.name}" for one in there if not _himself(one)]
    own = any(_himself(one) for one in there) or party.kind is PartyKind.ORGANISATION
    said = [*([] if own else ["本人未参加"]), *others]
    return f"{title}（{'，'.join(said)}）" if said else title


def _himself(person: Person) -> bool:
    return person.role is PersonRole.PARTY


def _standing(sat: Sat, person: Person) -> str:
    return _FOR[capacity_of(person, sat.pack)]


def _companions(sat: Sat) -> Iterator[str]:
    for one in sat.present:
        if one.role is PersonRole.COMPANION:
            side = side_name(sat.case.side_of(one.id), sat.pack)
            yield f"{one.name}（{side}的陪同人{f'，{one.relation}' if one.relation else ''}）"


def _told(sat: Sat) -> str:
    if sat.session.rights_skipped:
        return f"{TOLD}\n没有逐项确认的原因：{sat.session.rights_skipped}"
    asked = [one for party in sat.case.parties for one in sat.of(party)]
    blocks = sat.pack.blocks_of_rights
    all_heard = bool(asked) and all(sat.session.heard(one.id, blocks) for one in asked)
    return TOLD if all_heard else UNTOLD


def _body(sat: Sat) -> Iterator[Part]:
    yield Section(text="调解记录：")
    lines = [*_said(sat), *_talks(sat)]
    lines.sort(key=lambda line: line[0])
    yield from [part for _, part in lines] or [Words(text=NOTHING)]
    yield Words(text=LEFT_OUT + zh(sat.pack.notices.without_prejudice))


def _said(sat: Sat) -> Iterator[tuple[datetime, Part]]:
    for item in minutes.printed(sat.session.minutes, sat.caucuses):
        lines = [line.strip() for line in item.text.splitlines() if line.strip()]
        for number, text in enumerate(lines):
            first = number == 0
            tag = _TAGS.get(item.mark, "") if first else ""
            yield item.at, Said(speaker=item.speaker if first else "", tag=tag, text=text)


def _talks(sat: Sat) -> Iterator[tuple[datetime, Part]]:
    begun = sat.session.opened_at
    ended = sat.session.closed_at
    for one in sat.caucuses:
        if begun is None or one.since < begun or (ended is not None and one.since > ended):
            continue
        words = zh(sat.pack.notices.minutes_caucus).format(
            start=clock(one.since),
            end=clock(one.until) if one.until else "　　时　　分",
            side=side_name(one.side, sat.pack),
        )
        yield one.since, Said(speaker="", tag="", text=words)


def _result(sat: Sat) -> Iterator[Part]:
    yield Named(label="调解结果：", text=_outcome(sat))
    yield from (Words(text=_checked(sat, one)) for one in sat.session.minutes_answers)


def _outcome(sat: Sat) -> str:
    session = sat.session
    words = _RESULTS.get(session.outcome, "")
    if session.outcome in {"agreed", "partly_agreed"}:
        return f"{words}，详见{sat.number}人民调解协议书。" if sat.number else f"{words}。"
    if session.outcome != "not_agreed":
        return f"{words}。" if words else ""
    reasons = {one.code: zh(one.name) for one in sat.pack.end_reasons}
    reason = reasons.get(session.end_reason, "")
    return f"{words}。{f'原因：{reason}。' if reason else ''}{ROUTES}"


def _checked(sat: Sat, answer: MinutesAnswer) -> str:
    """Say who checked what; his remark may quote a concession, so he writes it down himself."""
    name = next((one.name for one in sat.case.people if one.id == answer.person_id), "")
    later = "" if answer.version == sat.session.minutes_version else "，此后记录有改动"
    found = "核对无误" if answer.agreed else "有异议，由本人在签名处写明"
    return f"{name}于{moment(answer.at)}在线核对第{answer.version}稿：{found}{later}。"


def _signatures(sat: Sat) -> Iterator[Part]:
    yield Words(text=zh(sat.pack.notices.minutes_read))
    there = [(party, one) for party in sat.case.parties for one in sat.of(party)]
    for party, one in there:
        label = _SIGNS[capacity_of(one, sat.pack)].format(label=party.label)
        yield Hand(label=label, name=one.name)
    for party in () if there else sat.case.parties:
        yield Hand(label=_SIGNS[Capacity.PARTY].format(label=party.label), name=party.name)
    yield Hand(label="人民调解员（签名）：", name=sat.mediator)
    yield Hand(label="记录人（签名）：", name=sat.recorder)
