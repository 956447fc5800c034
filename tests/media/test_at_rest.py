"""Rounds pass over a stream at rest; when a source comes in again, nobody sees a difference."""

from collections.abc import Iterator

from hypothesis import given, strategies as st

from server.media.downlink import Downlink
from server.media.formats import VP8, Kind
from server.media.rtp import HEADER, Packet
from server.media.uplink import Uplink
from tests.media.test_sparing import connection

STEP = 0.4
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("flow"), st.integers(1, 90)),
        st.tuples(st.just("ask"), st.integers(1, 60)),
        st.tuples(st.sampled_from(["round", "round", "close", "open"]), st.just(0)),
    ),
    min_size=5,
    max_size=60,
)


def flow(source: Uplink, count: int, now: float) -> Iterator[Packet]:
    for _ in range(count):
        sequence = (source.highest + 1) & 0xFFFF
        raw = HEADER.pack(0x80, VP8, sequence, 3000, 77) + b"\x10\x00\x9d\x01\x2a"
        packet = Packet(bytearray(raw))
        source.take(packet, now)
        yield packet


def asked(one: Downlink, count: int, now: float) -> list[bool]:
    """Return which of the newest packets are sent again, all asked for at once."""
    newest = one._last_number
    wanted = [(newest - back) & 0xFFFF for back in range(count)]
    one.ask(wanted)
    return [one.repeat(sequence, now) is not None for sequence in wanted]


def do(one: Downlink, source: Uplink, what: str, *, always: bool) -> None:
    match what:
        case "close":
            one.close()
        case "open" if one.source is None:
            one.open(source)
        case "round" if always or not one.at_rest:
            one.new_round()


@given(DEEDS)
def test_a_stream_that_no_round_looked_at_meanwhile_goes_on_the_same(
    deeds: list[tuple[str, int]],
) -> None:
    source = connection("source").uplinks[Kind.VIDEO]
    source.begin(77)
    each, other = (connection(name).downlinks[0, Kind.VIDEO] for name in ("each", "other"))
    other._last_number, other._last_time = each._last_number, each._last_time
    now = 0.0
    for what, count in deeds:
        now += STEP
        for packet in flow(source, count if what == "flow" else 0, now):
            assert (each.adapt(packet, now) is None) is (other.adapt(packet, now) is None)
        if what == "ask":
            assert asked(each, count, now) == asked(other, count, now)
        do(each, source, what, always=True)
        do(other, source, what, always=False)
        assert each.source is None or each.missing.gone(80) == other.missing.gone(80)
        assert each._resends == other._resends
        assert each._sent_this_round == other._sent_this_round


def test_a_stream_is_at_rest_a_round_after_its_source_went() -> None:
    one = connection("one").downlinks[0, Kind.VIDEO]
    source = connection("source").uplinks[Kind.VIDEO]
    seen = []
    for what in ("round", "open", "round", "close", "round"):
        do(one, source, what, always=True)
        seen.append(one.at_rest)
    assert seen == [True, False, False, False, True]
