"""What is owed before somebody may enter a space: a list, not a warning.

人民法院在线调解规则 arts. 4 and 17 by analogy: consent to the online form, an identity
check of this sitting, and the notice of rights and duties heard.
"""

from collections.abc import Iterable

from server.domain import surroundings
from server.domain.case import Case, Person, PersonRole
from server.domain.ids import PersonId
from server.domain.session import Session
from server.domain.wards import NO_WARDS, Wards, decided

ONLINE = "online_mediation"
_SIGNERS_ALONE = frozenset({"e_signature", "e_delivery"})


def asked_of(person: Person, scopes: Iterable[str], wards: Wards = NO_WARDS) -> tuple[str, ...]:
    """Return what of the pack's consents a person is asked; companion and ward sign nothing."""
    signs = person.role is not PersonRole.COMPANION and person.id not in wards
    return tuple(scope for scope in scopes if signs or scope not in _SIGNERS_ALONE)


def refuses_online(session: Session, person: PersonId, wards: Wards) -> bool:
    """Say whether mediation by video was refused for him: the office calls."""
    return decided(session, person, ONLINE, wards) is False


def before_admission(
    session: Session, person: Person, rights_blocks: int, wards: Wards = NO_WARDS
) -> tuple[str, ...]:
    """Return the codes of what one person still owes; empty means he may be admitted.

    For a ward it is `guardian_consent`, which is not his to give.
    """
    owed = []
    if not decided(session, person.id, ONLINE, wards):
        owed.append("guardian_consent" if person.id in wards else "online_consent")
    if not session.identified(person.id):
        owed.append("identity")
    if not _told(session, person, rights_blocks):
        owed.append("rights")
    return tuple(owed)


def _told(session: Session, person: Person, blocks: int) -> bool:
    if person.role is PersonRole.COMPANION or session.rights_skipped:
        return True
    return session.heard(person.id, blocks)


def before_agreed_close(session: Session, case: Case) -> tuple[str, ...]:
    """Return what is owed before a sitting closes with an agreement.

    The minutes are compulsory in the file (人民调解法 art. 27), and every party has seen
    its last version: agreeing or disputing is the party's own affair.
    """
    if not session.minutes:
        return ("minutes",)
    version = session.minutes_version
    answered = {a.person_id for a in session.minutes_answers if a.version == version}
    return tuple(
        f"minutes_answer:{party.label}"
        for party in case.parties
        if answered.isdisjoint(person.id for person in case.people_of(party.id))
    )


def before_joint(
    session: Session, case: Case, blocks: int, wards: Wards = NO_WARDS
) -> tuple[tuple[PersonId, str], ...]:
    """Return what everybody who takes part still owes before the joint session."""
    away = surroundings.absent(session, case)
    return tuple(
        (person.id, code)
        for person in case.people
        if person.id not in away
        for code in before_admission(session, person, blocks, wards)
    )
