"""Decides whether a person may sign the locked text now, and what he has to show for it."""

from server.domain.agreement import Agreement, AgreementState, Expected, Locked, expect_text
from server.domain.case import CaseState, Person
from server.domain.draft_check import owed_by_signer
from server.domain.errors import ForbiddenError, MissingStepsError, WrongStateError
from server.domain.ids import PersonId
from server.domain.representation import may_sign
from server.domain.session import IdentityCheck, Session
from server.domain.signing_order import expect_turn, line_of, settled_at
from server.domain.signing_route import SigningRoute
from server.usecases.read_agreement import OwnDesk
from server.usecases.read_case import CaseFacts
from server.usecases.send_code import has_code_channel
from server.usecases.world import World


def why_not(world: World, desk: OwnDesk) -> str | None:
    """Return what keeps the person from signing, None when nothing does.

    Codes: not_locked, not_signer, signed, locked_before, wet_ink, witnessed, authority,
    identity, e_signature_consent, e_signature_refused, confirmed_on_video.
    """
    agreement = desk.agreement
    ended = desk.facts.case.state is CaseState.ENDED
    if agreement is None or agreement.state is not AgreementState.LOCKED or ended:
        return "not_locked"
    line = line_of(agreement, desk.person.id)
    if line is None:
        return "not_signer"
    if (code := _closed(agreement, line)) is not None:
        return code
    return owed_now(world, desk.facts, desk.person)


def _closed(agreement: Agreement, line: Expected) -> str | None:
    """Return why this line of the locked text takes no signature with a key."""
    if settled_at(agreement, line) is not None:
        return "signed"
    if agreement.locked is not None and not agreement.locked.certified:
        return "locked_before"
    return None if line.route is SigningRoute.ELECTRONIC else line.route


def owed_now(world: World, facts: CaseFacts, person: Person) -> str | None:
    """Return the code of what the signer himself still owes.

    Codes: authority, identity, e_signature_consent, e_signature_refused, confirmed_on_video.
    """
    if (owed := _owed(world, facts, person, SigningRoute.ELECTRONIC)) is not None:
        return owed
    proved = has_code_channel(world, person) or seen_on_video(facts.shown, person)
    return None if proved else "confirmed_on_video"


def owed_before_witnesses(world: World, facts: CaseFacts, line: Expected) -> str | None:
    """Return what keeps somebody from declaring before witnesses; they stand for the code."""
    who = facts.case.person(PersonId(line.signer))
    return _owed(world, facts, who, SigningRoute.WITNESSED)


def _owed(world: World, facts: CaseFacts, person: Person, route: SigningRoute) -> str | None:
    if not may_sign(facts.case, person, world.pack, facts.today):
        return "authority"
    owed = owed_by_signer(person, facts.shown, route)
    return owed[0] if owed else None


def seen_on_video(session: Session | None, person: Person) -> IdentityCheck | None:
    """Return the check in which staff compared the person's number on video."""
    if session is None or not session.identified(person.id):
        return None
    own = [check for check in session.identity_checks if check.person_id == person.id]
    return own[-1] if own[-1].phone_confirmed_on_video else None


def expect_ready(world: World, desk: OwnDesk, pdf_sha256: str) -> Locked:
    """Return the text that may be signed now.

    Raises ForbiddenError, WrongStateError, StaleRevisionError for another PDF,
    MissingStepsError with what is owed.
    """
    if desk.agreement is None:
        raise ForbiddenError(act="sign")
    if desk.facts.case.state is CaseState.ENDED:
        raise WrongStateError(state=desk.facts.case.state)
    expect_turn(desk.agreement, desk.person.id)
    locked = expect_text(desk.agreement, pdf_sha256)
    if (code := owed_now(world, desk.facts, desk.person)) is not None:
        raise MissingStepsError(missing=[code])
    return locked
