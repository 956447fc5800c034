"""Declares aloud before witnesses, as at a bedside."""

from typing import Any

from server.domain.agreement import Agreement
from server.domain.signing_route import RoutePlan
from server.domain.staff import Actor
from server.domain.witnessing import Way, Witness
from server.usecases import witness_signing
from server.usecases.witness_signing import DeclarationForm, WitnessForm
from tests.support import paper, signing
from tests.support.signing import Sitting, stepped_up
from tests.support.world import Stage

NURSE = Witness(name="马护士", relation="病房护士", words="我在床边，听到他说同意。")
HELPER = Witness(
    name="阮志愿", relation="社区志愿者", words="平板上有画面，他念了名字，说同意上述协议。"
)


async def locked(scene: Stage, **changes: Any) -> Sitting:
    """Return the sitting with its text locked; the worker, whose hands are hurt, declares."""
    return await lock(await signing.agreed(scene, **changes))


async def lock(made: Sitting) -> Sitting:
    """Lock the text for it."""
    who = frozenset({made.worker.invitation.person_id})
    await paper.lock(made, RoutePlan(witnessed=who, reason="双手受伤，不能写字"))
    return made


async def record(
    made: Sitting,
    *witnesses: Witness,
    login: str = "su",
    who: Actor | None = None,
    **changes: Any,
) -> Agreement:
    """Record the declaration as the mediator, or another, heard it."""
    fields = {
        "pdf_sha256": await signing.pdf_sha256(made),
        "signer": signer(made),
        "way": Way.VIDEO,
        **changes,
    }
    form = DeclarationForm(witnesses=witnesses, **fields)
    by = who or stepped_up(login)
    return await witness_signing.record(made.world, by, made.case.id, form)


async def confirm(
    made: Sitting, login: str = "jiang", words: str = "我在视频里看到、听到他说同意。"
) -> Agreement:
    """Let a member of staff speak as a witness."""
    form = WitnessForm(pdf_sha256=await signing.pdf_sha256(made), signer=signer(made), words=words)
    return await witness_signing.confirm(made.world, stepped_up(login), made.case.id, form)


def signer(made: Sitting) -> str:
    return made.worker.invitation.person_id
