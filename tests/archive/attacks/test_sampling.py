"""Whatever is drawn for the script, no kind of forgery is left out, and none for ever."""

from tests.archive.attacks.forging import ATTACKS
from tests.archive.attacks.sampling import some_of

KINDS = {name: one.heyi for name, one in ATTACKS.items()}
DRAWS = range(100)


def test_of_each_kind_one_is_drawn() -> None:
    drawn = [{KINDS[name] for name in some_of(KINDS, draw)} for draw in DRAWS]
    assert drawn == [set(KINDS.values())] * len(DRAWS)


def test_each_is_drawn_at_times() -> None:
    drawn = [some_of(KINDS, draw) for draw in DRAWS]
    assert set.union(*drawn) == set(KINDS)
    assert max(map(len, drawn)) < len(KINDS)


def test_a_draw_can_be_repeated() -> None:
    assert [some_of(KINDS, draw) for draw in DRAWS] == [some_of(KINDS, draw) for draw in DRAWS]
