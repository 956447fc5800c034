"""Locking, signing, sealing and what becomes of a record never keep the event loop for long.

Calls and media wait on it. A turn of the loop may take as much processor time as a fixed piece of
work in the same process, about 5 ms; a ticker on the loop may come that much later than it meant
to for whatever its process did, and for 5 ms where that stood still. What else the machine does
meanwhile is no part of any of them, nor when its host lets it wait. The first agreement counts as
every other.
"""

from pathlib import Path

import pytest

from server.config import Settings
from tests.support.s3 import KEY, REGION, SECRET, S3Server
from tests.torture import office
from tests.torture.conftest import told
from tests.torture.loop_seen import Seen
from tests.torture.machine import witnessed
from tests.torture.office import Draft, Office, Paper
from tests.torture.office_work import bring, compare, lock, renewed, taken, verify
from tests.torture.served import Nursery, Served, serving
from tests.torture.signers import Signing

MANY = 2_000
"""More entries than two recorded hours leave in a case's log, one each five seconds."""
pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(600)]


@pytest.mark.parametrize(
    ("settings", "rounds", "more"),
    [
        ("sqlite", 3, 0),
        ("sqlite", 2, MANY),
        pytest.param("postgresql", 3, 0, marks=pytest.mark.postgres),
    ],
    indirect=["settings"],
)
async def test_nothing_from_the_lock_to_the_renewed_record_keeps_the_loop(
    born: Nursery, settings: Settings, rounds: int, more: int
) -> None:
    at, drafts, agreements = await prepared(settings, rounds, more)
    async with witnessed() as witnesses:
        seen = Seen(witnesses)
        await see_everything(born, at, drafts, agreements, seen)
    assert seen.long() == {}
    assert min(seen.turns, seen.ticks) > 1_000


async def see_everything(
    born: Nursery, at: Office, drafts: list[Draft], agreements: list[Signing], seen: Seen
) -> None:
    """Lock, sign, seal, take away, verify, and renew what was sealed."""
    async with serving(born, at.settings, watch=True) as served:
        await served.watched()  # what came before it was ready is of no interest
        for draft, signing in zip(drafts, agreements, strict=True):
            await lock(at, served, draft)
            await seen.add(served, "lock")
            await signing.go_on(served.url, until="jiang")
            await seen.add(served, "sign")
            await signing.go_on(served.url)
            await seen.add(served, "seal")
            await see_record(at, served, seen)
    await see_renewal(born, at, seen)


async def see_record(at: Office, served: Served, seen: Seen) -> None:
    """Take the newest record away, and verify it."""
    package = await taken(at, served)
    await seen.add(served, "take away")
    await verify(served, package)
    await seen.add(served, "verify")


async def see_renewal(born: Nursery, at: Office, seen: Seen) -> None:
    """Renew what was sealed, at night."""
    replaced = at.settings.model_copy(update={"renew_digest": "sha384"})
    async with serving(born, replaced, broken="night when told", watch=True) as served:
        await served.watched()
        await renewed(at)
        await seen.add(served, "renew")


async def test_nothing_of_an_agreement_signed_in_ink_keeps_the_loop(
    born: Nursery, settings: Settings
) -> None:
    await expect_paper_keeps_none(born, await office.found(settings))


async def test_a_bucket_keeps_the_loop_no_longer(
    born: Nursery, tmp_path: Path, s3_server: S3Server
) -> None:
    at = await office.found(await in_bucket(told(tmp_path / "data"), s3_server))
    await expect_paper_keeps_none(born, at)


async def expect_paper_keeps_none(born: Nursery, at: Office) -> None:
    async with office.at_work(at.settings) as scene:
        paper = await office.make_paper(scene)
    async with witnessed() as witnesses:
        seen = Seen(witnesses)
        await see_paper(born, at, paper, seen)
    assert seen.long() == {}
    assert min(seen.turns, seen.ticks) > 1_000


async def see_paper(born: Nursery, at: Office, paper: Paper, seen: Seen) -> None:
    """Bring large scans, compare, seal, take away, verify and renew them."""
    async with serving(born, at.settings, watch=True) as served:
        await served.watched()
        for page, photo in enumerate(paper.photos, start=1):
            await bring(at, served, paper, page, photo)
            await seen.add(served, "bring")
        await compare(at, served, paper)
        await seen.add(served, "compare")
        await Signing(at, paper.ready).go_on(served.url)
        await seen.add(served, "seal")
        await see_record(at, served, seen)
    await see_renewal(born, at, seen)


async def test_work_done_on_the_loop_is_caught(born: Nursery, tmp_path: Path) -> None:
    seen = await seen_signing(born, tmp_path, "working on the loop")
    assert seen.most("worked")[0] > 2
    assert seen.most("kept")[0] > 2


async def test_a_turn_that_stands_still_is_caught(born: Nursery, tmp_path: Path) -> None:
    seen = await seen_signing(born, tmp_path, "sleeping on the loop")
    assert any(share > 1 and "prepare" in where for share, where, _ in seen.delays["stood"]), seen


async def test_a_thread_that_keeps_the_interpreter_is_caught(born: Nursery, tmp_path: Path) -> None:
    seen = await seen_signing(born, tmp_path, "keeping the interpreter")
    assert seen.most("kept")[0] > 2


async def seen_signing(born: Nursery, folder: Path, broken: str) -> Seen:
    """Return what is seen while one party signs."""
    at, _, (signing,) = await prepared(told(folder / "data"), 1)
    async with (
        witnessed() as witnesses,
        serving(born, at.settings, broken=broken, watch=True) as served,
    ):
        seen = Seen(witnesses)
        await served.watched()
        await signing.go_on(served.url, until=next(iter(signing.signers)))
        await seen.add(served, "sign")
    return seen


async def prepared(
    settings: Settings, count: int, more: int = 0
) -> tuple[Office, list[Draft], list[Signing]]:
    """Return an office with drafts that wait for their lock, and agreements for signatures.

    The log of each case has so many entries more.
    """
    at = await office.found(settings)
    async with office.at_work(at.settings) as scene:
        drafts = [await office.make_draft(scene, more) for _ in range(count)]
        return at, drafts, [Signing(at, await office.make_ready(scene, more)) for _ in range(count)]


async def in_bucket(settings: Settings, service: S3Server) -> Settings:
    """Return the settings of an office whose records lie in a new bucket."""
    secret = settings.data.parent / "s3-secret"
    secret.write_text(SECRET)
    address = {"s3_endpoint": service.url, "s3_bucket": (await service.new_bucket()).name}
    account = {"s3_region": REGION, "s3_key": KEY, "s3_secret_file": secret}
    return settings.model_copy(update={"archive": "s3", **address, **account})
