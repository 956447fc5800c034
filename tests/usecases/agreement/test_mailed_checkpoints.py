"""A mailbox gets one checkpoint a day, and at last the newest, however quiet it is after it."""

from email import message_from_string, policy

from server.domain.checkpoint import Checkpoint
from server.notify.witness import STAMP_WITHIN_S
from server.usecases.show_checkpoints import Seen, show
from server.usecases.stamp_checkpoints import stamp_missing
from server.usecases.world import World
from tests.notify.test_notify import mail_server
from tests.notify.test_witness import attached, mailbox
from tests.support import cases
from tests.support.world import Stage
from tests.usecases.agreement.test_log_tree import logged, signed_for_all

HOUR_S = 3600.0


async def stamped(world: World) -> Checkpoint:
    made = await signed_for_all(world)
    assert await stamp_missing(world)
    return made


def sizes(mails: list[str]) -> list[int]:
    """Return how many entries the checkpoint of each mail had."""
    subjects = [message_from_string(mail, policy=policy.default)["Subject"] for mail in mails]
    return [int(subject.split()[-1]) for subject in subjects]


async def test_the_newest_is_mailed_when_the_day_is_over(office: Stage) -> None:
    world, clock = office.world, office.clock
    case = (await cases.registered(world)).id
    first = newest = await stamped(world)
    async with mail_server() as (port, mails):
        witness = mailbox(port, clock)
        seen: Seen | None = await show(world, "mail", witness, (0, False))
        assert seen == (first.head.size, True)
        for _ in range(3):
            await clock.advance(HOUR_S)
            await logged(world, case)
            newest = await stamped(world)
            assert await show(world, "mail", witness, seen) == seen
        await clock.advance(24 * HOUR_S)
        for _ in range(2):  # nothing more is logged, and the second look mails nothing
            seen = await show(world, "mail", witness, seen)
            assert seen == (newest.head.size, True)
    assert sizes(mails) == [first.head.size, newest.head.size]


async def test_a_late_time_stamp_follows_its_mail_though_a_newer_checkpoint_came(
    office: Stage,
) -> None:
    world, clock = office.world, office.clock
    case = (await cases.registered(world)).id
    first = (await signed_for_all(world)).head.size
    async with mail_server() as (port, mails):
        witness = mailbox(port, clock)
        assert await show(world, "mail", witness, (0, False)) == (0, False)
        await clock.advance(STAMP_WITHIN_S)
        seen = await show(world, "mail", witness, (0, False))
        assert seen == (first, False)
        await logged(world, case)
        await stamped(world)
        for _ in range(2):  # the newest waits for the day to be over
            seen = await show(world, "mail", witness, seen)
            assert seen == (first, True)
    async with world.store.read() as uow:
        token = await uow.tree.stamp_of(first)
    assert sizes(mails) == [first, first]
    assert [attached(mail) for mail in mails] == [{}, {f"checkpoint-{first}.tst": token}]
