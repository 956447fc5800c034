"""Both ends of a line too weak for a picture are told, each by name, and nobody else."""

from server.domain import spaces
from server.domain.case import Side
from server.domain.ids import SeatId
from server.ports.media import MediaReport
from server.rooms import attendance
from server.signalling.snapshots import snapshot
from tests.rooms.stage import Stage
from tests.support.builders import AGENT, MEDIATOR, SESSION, WORKER


async def report(on: Stage, seat: str, *held: str) -> None:
    """Let the worker say whose pictures it withholds from this seat."""
    room = await on.room()
    connections = room.connections()
    event = MediaReport(
        connection=connections[SeatId(seat)],
        up_kbps=0,
        down_kbps=0,
        up_loss=0.0,
        down_loss=0.0,
        rtt_ms=None,
        speaking=False,
        videos_held=tuple(connections[SeatId(one)] for one in held),
    )
    await attendance.media_event(room, SeatId(seat), event)


def seen(on: Stage, seat: str) -> tuple[set[str], list[str]]:
    """Return whose pictures this seat gets, and who does not see it."""
    found = snapshot(on.teller.views[-1], SeatId(seat))
    return {slot.seat for slot in found.slots if slot.video}, found.unseen_by


async def test_only_the_held_picture_is_told_off_and_only_its_owner_of_it(joint: Stage) -> None:
    await report(joint, WORKER, AGENT)
    assert seen(joint, WORKER) == ({MEDIATOR}, [])
    assert seen(joint, AGENT) == ({MEDIATOR, WORKER}, [WORKER])
    assert seen(joint, MEDIATOR) == ({AGENT, WORKER}, [])


async def test_it_is_told_when_the_picture_is_back(joint: Stage) -> None:
    await report(joint, WORKER, AGENT, MEDIATOR)
    await report(joint, WORKER, AGENT)
    assert seen(joint, MEDIATOR)[1] == []
    assert seen(joint, AGENT)[1] == [WORKER]


async def test_in_a_caucus_the_other_side_hears_nothing_of_it(joint: Stage) -> None:
    await report(joint, WORKER, AGENT, MEDIATOR)
    caucus = spaces.go_caucus(Side.APPLICANT)
    await joint.registry.within(SESSION, lambda room: room.decide(MEDIATOR, caucus))
    assert seen(joint, AGENT)[1] == []
    assert seen(joint, MEDIATOR)[1] == [WORKER]


async def test_a_new_connection_is_believed_to_carry_everything(joint: Stage) -> None:
    await report(joint, WORKER, AGENT)
    await joint.seat(WORKER)
    assert seen(joint, AGENT)[1] == []


async def test_the_table_ranks_the_mediator_before_the_parties(joint: Stage) -> None:
    owner = {one: seat for seat, one in (await joint.room()).connections().items()}
    ranks = {owner[edge.source]: edge.rank for edge in joint.media.edges}
    assert ranks[SeatId(MEDIATOR)] < ranks[SeatId(WORKER)] == ranks[SeatId(AGENT)]
