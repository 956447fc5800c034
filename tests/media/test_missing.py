"""What no span reaches any more may be forgotten: nobody sees a difference."""

from hypothesis import given, strategies as st

from server.media.missing import REACH, Missing

JUMP = 1 << 16
"""So far numbers go on when a source begins its own anew."""
ROUNDS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 12, 40, 150, JUMP]),
        st.sets(st.integers(0, 200), max_size=8),
        st.booleans(),
    ),
    max_size=30,
)
"""How many packets go out, how far back lies what the phone asks for, whether the line settles."""


class Keeping(Missing):
    """Forgets nothing at the end of a round."""

    def new_round(self, sent: int) -> None:
        self._answered, self._sent = self._sent, sent


@given(ROUNDS)
def test_to_forget_what_is_old_changes_no_answer(
    rounds: list[tuple[int, set[int], bool]],
) -> None:
    sent, both = 1000, (Missing(), Keeping())
    for step, back, settles in rounds:
        sent += step
        for one in both:
            for behind in back:
                one.note(sent - behind)
            one.new_round(sent)
            if settles:
                one.settle(sent)
        for span in (1, 20, 80, REACH - 1):
            assert both[0].gone(span) == both[1].gone(span)


def test_a_loss_of_long_ago_leaves_nothing() -> None:
    missing = Missing()
    missing.note(500)
    missing.new_round(500)
    assert missing.some
    for sent in range(500, 1000, 20):
        missing.new_round(sent)
    assert not missing.some
