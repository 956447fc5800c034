"""A mailbox gets one checkpoint a day, and at last the newest, however quiet it is after it."""

from email import message_from_string, policy

from server.usecases.show_checkpoints import Seen, show
from tests.notify.test_notify import mail_server
from tests.notify.test_witness import mailbox
from tests.support import cases
from tests.support.world import Stage
from tests.usecases.agreement.test_log_tree import logged, signed_for_all

HOUR_S = 3600.0


async def test_the_newest_is_mailed_when_the_day_is_over(office: Stage) -> None:
    world, clock = office.world, office.clock
    case = (await cases.registered(world)).id
    first = newest = await signed_for_all(world)
    async with mail_server() as (port, mails):
        witness = mailbox(port, clock)
        seen: Seen | None = await show(world, "mail", witness, (0, False))
        assert seen == (first.head.size, False)
        for _ in range(3):
            await clock.advance(HOUR_S)
            await logged(world, case)
            newest = await signed_for_all(world)
            assert await show(world, "mail", witness, seen) == seen
        await clock.advance(24 * HOUR_S)
        for _ in range(2):  # nothing more is logged, and the second look mails nothing
            seen = await show(world, "mail", witness, seen)
            assert seen == (newest.head.size, False)
    sizes = [
        message_from_string(mail, policy=policy.default)["Subject"].split()[-1] for mail in mails
    ]
    assert sizes == [str(first.head.size), str(newest.head.size)]
