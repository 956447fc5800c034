"""What the seal prints of the committee is asked of the fonts before there is a number."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from server.documents.work import TypstRenderer
from server.domain.agreement import AgreementState
from server.domain.committee import Committee
from server.domain.errors import InvalidValueError
from server.ports.store import Store
from server.usecases import manage_committee
from server.usecases.seal_agreement import resume_sealing
from server.usecases.world import World
from tests.documents.brush import UNKNOWN
from tests.support import paper, signing
from tests.support.signing import Sitting, agreement, picture
from tests.support.world import COMMITTEE, Stage, actor

NO_SPACE = "\u200b"
HOUSE = "\U0001f3e0"


async def on_paper(office: Stage) -> Sitting:
    """Return the example signed in ink, compared, and signed by the officials."""
    made = await paper.locked(office)
    await paper.bring_all(made)
    await paper.compare(made)
    for login in ("su", "jiang"):
        await signing.staff_signs(made, login)
    return made


async def behind_our_back(store: Store, **changes: Any) -> None:
    """Change the committee as no form may any more: from before, or with other fonts."""
    async with store.write() as uow:
        committee = await uow.committees.get(COMMITTEE)
        await uow.committees.save(replace(committee, **changes))


@pytest.mark.parametrize("signed", [signing.signed, on_paper], ids=["phones", "paper"])
@pytest.mark.parametrize(
    ("changes", "field", "codes"),
    [
        ({"number_prefix": f"湖{NO_SPACE}禾"}, "number_prefix", "U+200B"),
        ({"address": f"{HOUSE}禾溪街道{UNKNOWN}巷"}, "address", "U+1F3E0 U+31350"),
        ({"name": f"{UNKNOWN}溪调委会", "address": "禾溪街道1号"}, "name", "U+31350"),
    ],
    ids=["prefix", "address", "name"],
)
async def test_what_cannot_be_printed_is_refused_before_there_is_a_number(
    office: Stage,
    signed: Callable[[Stage], Awaitable[Sitting]],
    changes: dict[str, str],
    field: str,
    codes: str,
) -> None:
    world, made = office.world, await signed(office)
    async with world.store.read() as uow:
        before = await uow.committees.get(COMMITTEE)
    await behind_our_back(world.store, **changes)
    with pytest.raises(InvalidValueError) as refused:
        await signing.seal(made)
    told = refused.value.facts
    assert (told["field"], told["reason"], told["codes"]) == (field, "seal_characters", codes)
    assert (await agreement(world, made.case.id)).sealing is None
    await behind_our_back(world.store, **{name: getattr(before, name) for name in changes})
    await signing.seal(made)
    seal = (await agreement(world, made.case.id)).seal
    assert seal is not None
    assert seal.number.endswith("第001号"), "the refusal used up no number"


async def test_a_name_that_only_an_image_shows_needs_no_font(office: Stage) -> None:
    world, made = office.world, await signing.signed(office)
    await manage_committee.put_seal_image(world, actor("admin"), picture())
    await behind_our_back(world.store, name=f"{UNKNOWN}溪调委会", address="禾溪街道1号")
    await signing.seal(made)
    assert (await agreement(world, made.case.id)).state is AgreementState.SEALED


@dataclass(frozen=True)
class _Meanwhile(TypstRenderer):
    """Fonts that somebody is quicker than: the committee is another when they have answered."""

    store: Store | None = None

    async def missing_characters(self, text: str) -> frozenset[str]:
        assert self.store is not None
        found = await super().missing_characters(text)
        await behind_our_back(self.store, number_prefix=NO_SPACE, address=HOUSE)
        return found


async def test_what_was_asked_for_is_what_is_printed(office: Stage) -> None:
    world, made = office.world, await signing.signed(office)
    assert isinstance(world.renderer, TypstRenderer)
    slow = _Meanwhile(world.renderer.work, world.renderer.fonts, store=world.store)
    await signing.seal(made, replace(world, renderer=slow))
    await resume_sealing(world)
    seal = (await agreement(world, made.case.id)).seal
    assert seal is not None
    assert seal.number == "湖禾人调字〔2025〕第001号"


async def present(world: World) -> Committee:
    return await manage_committee.committee_of(world, actor("admin"))


@pytest.mark.parametrize(
    ("field", "text", "codes"),
    [
        ("number_prefix", f"湖{NO_SPACE}禾", "U+200B"),
        ("address", f"禾溪街道{HOUSE}", "U+1F3E0"),
        ("name", f"{UNKNOWN}溪街道人民调解委员会", "U+31350"),
    ],
)
async def test_the_form_refuses_what_no_seal_could_print(
    office: Stage, field: str, text: str, codes: str
) -> None:
    before = await present(office.world)
    typed: Any = {field: text}
    with pytest.raises(InvalidValueError) as refused:
        await manage_committee.change_committee(
            office.world, actor("admin"), replace(before, **typed)
        )
    told = refused.value.facts
    assert (told["field"], told["reason"], told["codes"]) == (field, "characters_missing", codes)
    assert await present(office.world) == before


async def test_the_form_takes_what_the_seal_does_not_print(office: Stage) -> None:
    world, admin = office.world, actor("admin")
    await manage_committee.put_seal_image(world, admin, picture())
    typed = replace(
        await present(world), name=f"{UNKNOWN}溪调委会", address="1号", short_name=UNKNOWN
    )
    saved = await manage_committee.change_committee(world, admin, typed)
    assert saved == replace(typed, version=saved.version)
