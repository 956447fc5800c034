"""Which amounts a clause prints, and which two of them belong together."""

from server.domain.jurisdiction.clause_amounts import amount_pairs, printed_amounts


def test_a_fraction_of_a_fen_is_no_amount() -> None:
    assert printed_amounts("0.005元") == ()


def test_amounts_in_separate_sentences_are_no_pair() -> None:
    assert amount_pairs("甲方付100元。乙方付贰佰元整。") == ()
    assert [a.fen for a in printed_amounts("2025年3月17日前付清11.5万元")] == [11_500_000]
