"""What is owed before somebody may enter a space: a list, not a warning.

人民法院在线调解规则 arts. 4 and 17 by analogy: consent to the online form, an identity
check of this sitting, and the notice of rights and duties heard.
"""

from collections.abc import Iterable

from server.domain import surroundings
from server.domain.case import Case, Person, PersonRole
from server.domain.ids import PersonId
from server.domain.session import Session

ONLINE = "online_mediation"
_SIGNERS_ALONE = frozenset({"e_signature", "e_delivery"})


def asked_of(person: Person, scopes: Iterable[str]) -> tuple[str, ...]:
    """Return which of the pack's consents a person is asked for; a companion signs nothing."""
    companion = person.role is PersonRole.COMPANION
    return tuple(scope for scope in scopes if not (companion and scope in _SIGNERS_ALONE))


def refuses_online(session: Session, person: PersonId) -> bool:
    """Say whether he answered that he does not want mediation by video: the office calls him."""
    consent = session.consent(person, ONLINE)
    return consent is not None and not consent.agreed


def before_admission(session: Session, person: Person, rights_blocks: int) -> tuple[str, ...]:
    """Return the codes of what one person still owes; empty means he may be admitted."""
    owed = []
    consent = session.consent(person.id, ONLINE)
    if consent is None or not consent.agreed:
        owed.append("online_consent")
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


def before_joint(session: Session, case: Case, blocks: int) -> tuple[tuple[PersonId, str], ...]:
    """Return what everybody who takes part still owes before the joint session."""
    away = surroundings.absent(session, case)
    return tuple(
        (person.id, code)
        for person in case.people
        if person.id not in away
        for code in before_admission(session, person, blocks)
    )
