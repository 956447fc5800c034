"""The stamp over the sealed PDF, renewed: what 2035 makes of a file with and without."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.documents.certificates import Role, issuer as issuer_of_all, of_role
from server.documents.chain import Sources
from server.documents.inspection import inspect
from server.documents.issuer import LocalIssuer
from server.documents.key_files import FileKeys
from server.documents.remote_timestamps import RemoteTimestamps
from server.documents.renewal import last_stamp, renewed, stamped
from server.documents.sealing import apply_seal
from server.documents.signing import Desk
from server.documents.stamp_facts import read_stamp
from server.documents.timestamps import TimestampsUnavailableError
from server.domain.ids import CommitteeId
from server.domain.renewal import follows
from server.ports.documents import LockedPdf, SealedPdf
from server.ports.inspection import PdfFacts
from tests.documents.example import LOCKED_AT, SEALED_AT, example
from tests.documents.later import judged
from tests.documents.sealing import locked_by, seal_order as order, signed_by_all
from tests.documents.test_sealing import painted_over
from tests.documents.test_sources import Authority
from tests.support.papers import desk_of, fonts

HEXI = CommitteeId("hexi")
YEARS = timedelta(days=365)
PASSED = "OK"
CHAINS = [(2027, (2026,)), (2031, (2029,)), (2035, (2026, 2027, 2029, 2034))]


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a desk whose authority's first certificate ends in March 2030."""
    keys = FileKeys(tmp_path_factory.mktemp("short") / "keys", b"of an office with short stamps")
    of_role(keys, HEXI, Role("stamps-hexi", "TIME-STAMPS", stamps=True, years=5), LOCKED_AT)
    return desk_of(keys, fonts())


@pytest.fixture(scope="module")
def made(short: Desk) -> tuple[LockedPdf, SealedPdf]:
    locked = locked_by(short, example())
    return locked, apply_seal(order(example(), signed_by_all(short, example(), locked)), short)


def with_renewals(sealed: SealedPdf, desk: Desk, *years: int, digest: str = "sha256") -> SealedPdf:
    pdf = sealed.pdf
    for year in years:
        pdf += renewed(HEXI, pdf, datetime(year, 3, 1, tzinfo=UTC), digest, desk)
    return replace(sealed, pdf=pdf)


def outcomes(sealed: SealedPdf, year: int) -> set[str]:
    anchors = [sealed.issuer_certificate]
    return set(judged(sealed.pdf, anchors, datetime(year, 6, 1, tzinfo=UTC)))


@pytest.mark.parametrize(
    ("year", "renewals"), [(2027, (2026,)), (2031, (2029,)), (2035, (2026, 2029, 2034))]
)
def test_a_renewed_file_alone_proves_every_signature(
    year: int, renewals: tuple[int, ...], made: tuple[LockedPdf, SealedPdf], short: Desk
) -> None:
    whole = with_renewals(made[1], short, *renewals)
    assert whole.pdf.startswith(made[1].pdf)
    assert outcomes(whole, year) == {PASSED}


def test_without_renewal_a_file_proves_nothing_once_its_stamp_has_ended(
    made: tuple[LockedPdf, SealedPdf], short: Desk
) -> None:
    assert outcomes(made[1], 2027) == {PASSED}
    assert outcomes(made[1], 2035) != {PASSED}
    assert outcomes(with_renewals(made[1], short, 2031), 2035) != {PASSED}


def facts(made: tuple[LockedPdf, SealedPdf], pdf: bytes) -> PdfFacts:
    return inspect(pdf, len(made[0].pdf), [made[1].issuer_certificate])


def test_every_fact_of_a_renewed_file_holds(made: tuple[LockedPdf, SealedPdf], short: Desk) -> None:
    whole = with_renewals(made[1], short, 2026, 2029)
    found = facts(made, whole.pdf)
    assert found.trusted
    assert found.covers_all
    assert found.only_blanks_filled
    assert found.modification == "lta_updates"
    assert {one.level for one in found.each} == {"B-LTA"}
    assert [one.at.year for one in found.stamps] == [2025, 2026, 2029]
    assert follows(found.stamps)
    assert found.stamps[0].end == len(made[1].pdf)
    assert last_stamp(whole.pdf) == replace(found.stamps[-1], trusted=None)


def test_the_authoritys_key_is_succeeded_before_its_certificate_ends(
    made: tuple[LockedPdf, SealedPdf], short: Desk
) -> None:
    stamps = facts(made, with_renewals(made[1], short, 2026, 2029).pdf).stamps
    assert stamps[0].until == stamps[1].until
    assert stamps[2].until - stamps[2].at > 29 * YEARS


def test_stamps_with_a_gap_between_do_not_follow(
    made: tuple[LockedPdf, SealedPdf], short: Desk
) -> None:
    assert not follows(facts(made, with_renewals(made[1], short, 2031).pdf).stamps)


def test_what_is_put_on_a_renewed_file_is_found(
    made: tuple[LockedPdf, SealedPdf], short: Desk
) -> None:
    painted = painted_over(made[1].pdf)
    laundered = with_renewals(replace(made[1], pdf=painted), short, 2026)
    found = facts(made, laundered.pdf)
    assert found.covers_all
    assert found.modification not in {"none", "lta_updates"}
    assert not any(one.unchanged for one in found.each)


@pytest.mark.parametrize("digest", ["sha384", "sha512"])
def test_a_digest_is_replaced_by_renewing(
    digest: str, made: tuple[LockedPdf, SealedPdf], short: Desk
) -> None:
    whole = with_renewals(made[1], short, 2026, digest=digest)
    found = facts(made, whole.pdf)
    assert [one.digest for one in found.stamps] == ["sha256", digest]
    assert found.trusted
    assert outcomes(whole, 2027) == {PASSED}


def test_an_authority_elsewhere_renews_too(
    made: tuple[LockedPdf, SealedPdf], short: Desk, tmp_path: Path
) -> None:
    elsewhere = FileKeys(tmp_path / "elsewhere", b"an authority of another house")
    authority = Authority(elsewhere, datetime(2026, 3, 1, tzinfo=UTC))
    try:
        sources = Sources(LocalIssuer(short.keys), RemoteTimestamps(authority.url))
        whole = with_renewals(made[1], replace(short, sources=sources), 2026)
    finally:
        authority.server.shutdown()
        authority.server.server_close()
    root = (elsewhere.folder / "issuer-hexi-of-events.crt").read_bytes()
    both = inspect(whole.pdf, len(made[0].pdf), [made[1].issuer_certificate, root])
    assert both.trusted
    assert [one.trusted for one in facts(made, whole.pdf).stamps] == [True, False]
    silent = replace(
        short, sources=replace(sources, stamps=RemoteTimestamps("http://127.0.0.1:9/"))
    )
    with pytest.raises(TimestampsUnavailableError):
        with_renewals(made[1], silent, 2026)


def test_a_token_is_of_its_message_alone(short: Desk) -> None:
    token = stamped(HEXI, b"a list", SEALED_AT, "sha256", short)
    issuer = issuer_of_all(short.keys, HEXI, SEALED_AT)
    found = read_stamp(token, b"a list", [issuer])
    assert found is not None
    assert found.holds
    assert found.trusted
    assert found.authority == "TIME-STAMPS hexi"
    other = read_stamp(token, b"another", [])
    assert other is not None
    assert (other.holds, other.trusted) == (False, None)
    bent = bytearray(token)
    bent[-1] ^= 1
    wrong = read_stamp(bytes(bent), b"a list", [])
    assert wrong is None or not wrong.holds
    assert read_stamp(b"no token", b"a list", []) is None
    assert read_stamp(hashlib.sha256(b"x").digest(), b"a list", []) is None


def test_a_locked_text_has_no_stamp_over_it(desk: Desk) -> None:
    assert last_stamp(locked_by(desk, example()).pdf) is None
