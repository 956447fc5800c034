"""Which copies of a sealed agreement go out on paper, by what each signer consented to.

Who did not agree to receive papers on the phone gets his copy by hand or by post; who did not
agree to how the electronic file is kept has a printed one filed beside it
(人民调解法 art. 29; 在线诉讼规则 arts. 29-32 by analogy). Both go by what holds today.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.domain.agreement import Agreement
from server.domain.ids import PersonId
from server.domain.session import Session
from server.domain.session_log import Entry
from server.domain.signing_order import OFFICIALS, lines
from server.domain.signing_route import SigningRoute

E_DELIVERY, PRESERVATION = "e_delivery", "preservation"
KIND = "delivery.paper"


class PaperWay(StrEnum):
    """What became of a copy on paper."""

    BY_HAND = "by_hand"
    BY_POST = "by_post"
    FILED = "filed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCopy:
    """A copy on paper that is owed because of somebody's answer; `way` once it was seen to."""

    person: PersonId
    scope: str
    way: PaperWay | None = None
    at: datetime | None = None

    def takes(self, way: PaperWay) -> bool:
        """Whether that settles it: what goes to the file is not handed to the person."""
        return (way is PaperWay.FILED) == (self.scope == PRESERVATION)


def paper_copies(
    agreement: Agreement, session: Session | None, log: Iterable[Entry]
) -> tuple[PaperCopy, ...]:
    """Return the copies on paper of a sealed agreement, in the order of its signers."""
    if agreement.seal is None or session is None:
        return ()
    done = list(_done(log))
    return tuple(_settled(copy, done) for copy in _owed(agreement, session))


def _owed(agreement: Agreement, session: Session) -> Iterator[PaperCopy]:
    for line in lines(agreement):
        if line.role in OFFICIALS:
            continue
        person = PersonId(line.signer)
        received, kept = session.consent(person, E_DELIVERY), session.consent(person, PRESERVATION)
        if received is None or not received.agreed:
            yield PaperCopy(person=person, scope=E_DELIVERY)
        on_paper = line.route is SigningRoute.WET_INK
        if kept is not None and not kept.agreed and not on_paper:
            yield PaperCopy(person=person, scope=PRESERVATION)


def _done(log: Iterable[Entry]) -> Iterator[PaperCopy]:
    for body in (json.loads(entry.body) for entry in log):
        if body["kind"] == KIND:
            yield PaperCopy(
                person=PersonId(body["facts"]["person"]),
                scope="",
                way=PaperWay(body["facts"]["way"]),
                at=datetime.fromisoformat(body["at"]),
            )


def _settled(copy: PaperCopy, done: Sequence[PaperCopy]) -> PaperCopy:
    for one in done:
        if one.person == copy.person and one.way is not None and copy.takes(one.way):
            return PaperCopy(person=copy.person, scope=copy.scope, way=one.way, at=one.at)
    return copy
