"""What changes in a committee is logged in its own chain, without its words."""

import json
from dataclasses import replace

import pytest

from server.documents.work import TypstRenderer
from server.domain.canonical import sha256_hex
from server.domain.errors import ForbiddenError, InvalidValueError
from server.domain.retention import Keeping
from server.domain.session_log import verify
from server.usecases import keep_files, manage_committee
from server.usecases.committee_log import log_of
from server.usecases.log_tree import place
from server.usecases.world import World
from tests.support import cases
from tests.support.papers import fonts
from tests.support.signing import picture
from tests.support.world import COMMITTEE, InlinePool, Stage, actor

BASIS = "2025年第3次会议决定"
TEN = Keeping(dispute_type="10", years=10, basis=BASIS)
FOR_GOOD = Keeping(dispute_type="", years=None, basis=BASIS)


@pytest.fixture
def world(scene: Stage) -> World:
    """A world with fonts: they are asked for what a seal will print."""
    return replace(scene.world, renderer=TypstRenderer(InlinePool(), fonts()))


async def told(world: World) -> list[tuple[str, str, dict[str, object]]]:
    """Return kind, actor and facts of the committee's entries, whose chain holds."""
    async with world.store.read() as uow:
        entries = await uow.log.of_case(log_of(COMMITTEE))
    verify(entries)
    bodies = [json.loads(entry.body) for entry in entries]
    assert BASIS not in str(bodies)
    return [(body["kind"], body["actor"], body["facts"]) for body in bodies]


async def test_each_rule_of_keeping_that_changes_is_told(world: World) -> None:
    basis = sha256_hex(BASIS.encode())
    await keep_files.set_rules(world, actor("he"), (TEN, FOR_GOOD))
    both = [
        ("keeping.rule", "staff-he", {"dispute_type": "10", "years": 10, "basis_sha256": basis}),
        ("keeping.rule", "staff-he", {"dispute_type": "", "years": None, "basis_sha256": basis}),
    ]
    assert await told(world) == both
    await keep_files.set_rules(world, actor("he"), (TEN, FOR_GOOD))
    assert await told(world) == both, "nothing changed"
    await keep_files.set_rules(world, actor("he"), (replace(TEN, years=1),))
    one, dropped = (await told(world))[2:]
    assert (one[0], one[2]["years"]) == ("keeping.rule", 1)
    assert dropped == ("keeping.rule_dropped", "staff-he", {"dispute_type": ""})
    await place(world)
    async with world.store.read() as uow:
        assert len(await uow.tree.positions(log_of(COMMITTEE), 9)) == 4


async def test_another_prefix_is_told_by_its_digest(world: World) -> None:
    async with world.store.read() as uow:
        before = await uow.committees.get(COMMITTEE)
    saved = await manage_committee.change_committee(
        world, actor("admin"), replace(before, address="禾溪街道1号")
    )
    assert await told(world) == []
    await manage_committee.change_committee(
        world, actor("admin"), replace(saved, number_prefix="湖新")
    )
    digests = {
        "before_sha256": sha256_hex(before.number_prefix.encode()),
        "sha256": sha256_hex("湖新".encode()),
    }
    assert await told(world) == [("committee.number_prefix", "staff-admin", digests)]


async def test_another_seal_image_is_told_by_its_digest(world: World) -> None:
    saved = await manage_committee.put_seal_image(world, actor("admin"), picture())
    facts = {"file": saved.seal_image, "sha256": sha256_hex(picture())}
    assert await told(world) == [("committee.seal_image", "staff-admin", facts)]


async def test_what_is_refused_is_not_told(world: World) -> None:
    await cases.registered(world)
    with pytest.raises(InvalidValueError):
        await keep_files.set_rules(world, actor("he"), (TEN, TEN))
    with pytest.raises(ForbiddenError):
        await keep_files.set_rules(world, actor("officer"), (TEN,))
    with pytest.raises(InvalidValueError):
        await manage_committee.put_seal_image(world, actor("admin"), b"no picture")
    assert await told(world) == []
