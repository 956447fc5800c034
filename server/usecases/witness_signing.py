"""Records what a party declares aloud before witnesses, and takes a staff witness's own word.

The mediator records the declaration with the words of witnesses who have no account here;
a member of staff who witnesses it confirms with his own key.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from server.domain import access
from server.domain.access import Act
from server.domain.agreement import Agreement, Locked, expect_text
from server.domain.attested import RECORD_DECLARATION, WITNESS_DECLARATION
from server.domain.attested_words import Sight
from server.domain.case import Case
from server.domain.declaring import Taping
from server.domain.errors import MissingStepsError
from server.domain.ids import CaseId
from server.domain.staff import Actor, Membership
from server.domain.witnessing import (
    Way,
    Witness,
    expect_other_part,
    expect_witnessed,
    expect_witnesses,
    witnessed,
)
from server.ports.store import UnitOfWork
from server.usecases.attest import attest, told
from server.usecases.change_agreement import Changed, change
from server.usecases.locked_text import locked_text
from server.usecases.may_sign_now import owed_before_witnesses
from server.usecases.read_case import gather
from server.usecases.seen_declared import Told, expect_seen, seen_declared, taping_now
from server.usecases.world import World

STAFF = "staff"
"""What a staff witness is to the party."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationForm:
    """What was declared before whom, over the PDF that was read out.

    `taping` is what the recorder was told of its recording, None where he was told nothing.
    """

    pdf_sha256: str
    signer: str
    way: Way
    witnesses: tuple[Witness, ...] = ()
    taping: Taping | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessForm:
    """A staff witness's own words."""

    pdf_sha256: str
    signer: str
    words: str


async def record(world: World, actor: Actor, case_id: CaseId, form: DeclarationForm) -> Agreement:
    """Record the declaration, with its sitting and recording; done again, the later one stands.

    Raises StepUpNeededError, StaleRevisionError for another PDF, WrongStateError for a line
    signed otherwise and once an official has signed, MissingStepsError with what the signer
    himself still owes, InvalidValueError for witnesses, for a video without a sitting and where
    it is recorded otherwise than he was told, ForbiddenError for who witnessed it.
    """
    saw = {"way": form.way.value, "witnesses": [asdict(one) for one in form.witnesses]}
    said = _Said(
        pdf_sha256=form.pdf_sha256,
        signer=form.signer,
        purpose=RECORD_DECLARATION,
        saw=saw,
        witnesses=form.witnesses,
        form=form,
    )
    return await _attested(world, actor, case_id, said)


async def confirm(world: World, actor: Actor, case_id: CaseId, form: WitnessForm) -> Agreement:
    """Keep a staff witness's statement; raises as `record` does."""
    own = Witness(name=actor.name, relation=STAFF, words=form.words)
    said = _Said(
        pdf_sha256=form.pdf_sha256,
        signer=form.signer,
        purpose=WITNESS_DECLARATION,
        saw={"witnesses": [asdict(own)]},
        witnesses=(own,),
    )
    return await _attested(world, actor, case_id, said)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """An attestation to be made, and the witnesses who speak in it; `form` of a declaration."""

    pdf_sha256: str
    signer: str
    purpose: str
    saw: Mapping[str, object]
    witnesses: tuple[Witness, ...]
    form: DeclarationForm | None = None

    def sight(self, found: Mapping[str, object]) -> Sight:
        return Sight(
            purpose=self.purpose,
            signers=(self.signer,),
            saw={**self.saw, **found},
            witnesses=len(self.witnesses),
        )


async def _attested(world: World, actor: Actor, case_id: CaseId, said: _Said) -> Agreement:
    async with world.store.read() as uow:
        case = await uow.cases.get(case_id)
        access.allow(actor, Act.ATTEST, access.of_case(case, actor))
        agreement, _ = await locked_text(uow, case_id)
        locked = await _expect_fit(world, uow, case, agreement, (actor, said))
    seen = await _seen(world, case_id, locked, said.form) if said.form else {}
    made = await attest(world, actor, agreement, said.sight(seen))

    async def step(uow: UnitOfWork, case: Case, fresh: Agreement) -> Changed:
        access.allow(actor, Act.ATTEST, access.of_case(case, actor))
        await _expect_fit(world, uow, case, fresh, (actor, said))
        return witnessed(fresh, made), (told("sign.witnessed", made, fresh),)

    return await change(world, case_id, step)


async def _seen(world: World, case_id: CaseId, locked: Locked, form: DeclarationForm) -> Told:
    return await seen_declared(world, case_id, form.signer, locked.at, form.taping)


async def _expect_fit(
    world: World, uow: UnitOfWork, case: Case, agreement: Agreement, what: tuple[Actor, _Said]
) -> Locked:
    actor, said = what
    locked = expect_text(agreement, said.pdf_sha256)
    line = expect_witnessed(agreement, said.signer)
    expect_other_part(agreement, actor.staff_id, said.signer, said.purpose)
    others, staff = _other_witnesses(agreement, actor, said), said.purpose == WITNESS_DECLARATION
    colleagues = await _colleagues(uow, actor)
    expect_witnesses(agreement, said.witnesses, others, colleagues, staff=staff)
    facts = await gather(world, uow, case)
    owed = owed_before_witnesses(world, facts, line)
    if owed is not None:
        raise MissingStepsError(missing=[owed])
    if said.form is not None:
        expect_seen(taping_now(facts, agreement, said.signer), said.form.way, said.form.taping)
    return locked


async def _colleagues(uow: UnitOfWork, actor: Actor) -> frozenset[str]:
    """Return the names of all who could speak for themselves; who records is among them."""
    members = await uow.staff.of_committee(actor.committee_id)
    active = (one.name for one in members if one.membership is Membership.ACTIVE)
    return frozenset({actor.name, *active})


def _other_witnesses(agreement: Agreement, actor: Actor, said: _Said) -> tuple[str, ...]:
    """Return the witnesses named by attestations that the new one does not replace."""
    recording = said.purpose == RECORD_DECLARATION
    kept = (
        one
        for one in agreement.attestations
        if said.signer in one.signers
        and (one.purpose != said.purpose or (not recording and one.by != actor.staff_id))
    )
    spoken = (json.loads(one.statement)["saw"].get("witnesses", ()) for one in kept)
    return tuple(witness["name"] for witnesses in spoken for witness in witnesses)
