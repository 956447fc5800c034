"""Whatever is drawn, no kind of forgery is left out, and none for ever; of a drawn test as well."""

import pytest

from tests.archive.attacks.forging import ATTACKS
from tests.support.sampling import some_of

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


@pytest.mark.drawn
@pytest.mark.parametrize("case", range(8))
def test_two_of_eight_cases_are_drawn(case: int, request: pytest.FixtureRequest) -> None:
    """All of them where `--by-script all` says so, or where one alone is named."""
    asked = [item.name for item in request.session.items if item.name.startswith(HERE)]
    assert f"{HERE}[{case}]" in asked
    if request.config.getoption("by_script") == "some":
        assert len(asked) in {1, 2}


HERE = test_two_of_eight_cases_are_drawn.__name__
