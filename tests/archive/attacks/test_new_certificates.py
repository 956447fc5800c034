"""Before a committee's certificates end, its keys are certified anew: what that does to records.

The operator puts the old certificates and lists away (docs/deploy); the keys stay. Records from
before and from after are put to all three judges.
"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from server.archive.package import package
from server.archive.report_text import as_text
from server.archive.verifier import verify_files
from server.documents.certificates import certificate_key, certificates
from server.documents.key_files import FileKeys
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.judges import TOOLS, Bend, by_heyi, by_page, by_shell, fingerprint
from tests.archive.example import HEXI, Files, Office, record_parts
from tests.archive.renewing import day, with_renewals
from tests.archive.test_renewed import by_shell as shell_in, packed, unpacked
from tests.documents.example import LOCKED_AT, SEALED_AT

pytestmark = pytest.mark.timeout(300)
YEAR = timedelta(days=365)
YEARS = 29 * YEAR
NOTHING = frozenset[str]()


class Ages:
    """A committee's issuer before and after, and a record sealed under each.

    The third issuer, `later`, begins a year after both records were sealed and stamped: it is
    the one that a server has which keeps and renews them.
    """

    def __init__(self, folder: Path, office: Office) -> None:
        keys = self._keys = FileKeys(folder / "keys", b"e" * 32)
        aged = Office(keys, office.fonts)
        self.seal_before, self.issuer_before = certificates(keys, HEXI, LOCKED_AT - YEARS)
        self.before = sealed(record_parts(aged), aged)[0]
        self._put_away("before")
        self.seal, self.issuer = certificates(keys, HEXI, LOCKED_AT - timedelta(days=1))
        self.after = sealed(record_parts(aged), aged)[0]
        self._put_away("after")
        _, self.later = certificates(keys, HEXI, SEALED_AT + YEAR)
        self.renewed = with_renewals(self.before, aged, (2027,))

    def _put_away(self, age: str) -> None:
        for ending in ("*.crt", "*.crl"):
            for path in self._keys.folder.glob(ending):
                path.rename(path.with_name(f"{path.name}.{age}"))


@pytest.fixture(scope="module")
def ages(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Ages:
    return Ages(tmp_path_factory.mktemp("ages"), office)


def test_the_keys_stay_and_no_two_certificates_share_a_number(ages: Ages) -> None:
    each = [ages.issuer_before, ages.issuer, ages.seal_before, ages.seal]
    keys = [certificate_key(one) for one in each]
    assert keys[0] == keys[1]
    assert keys[2] == keys[3]
    loaded = [x509.load_pem_x509_certificate(one) for one in each]
    assert len({one.serial_number for one in loaded}) == len(each)
    assert loaded[1].not_valid_after_utc - loaded[0].not_valid_after_utc > YEARS - timedelta(days=9)


@pytest.mark.parametrize("age", ["before", "after"])
def test_records_of_both_ages_hold_for_who_has_both_certificates(
    ages: Ages, age: str, tmp_path: Path
) -> None:
    files: Files = getattr(ages, age)
    path, both = tmp_path / "record.zip", tmp_path / "both.pem"
    path.write_bytes(package("record-17", files))
    both.write_bytes(ages.issuer_before + ages.issuer)
    known = fingerprint(ages.issuer_before) + fingerprint(ages.issuer)
    # The server itself, which knows the new one alone, trusts both: the key is the same.
    assert by_heyi(files, (ages.issuer,)) == NOTHING
    assert by_page([Bend(zip=path, known=known)]) == [NOTHING]
    assert by_shell(files, tmp_path / "record", both) == NOTHING


def begins(pem: bytes) -> datetime:
    return x509.load_pem_x509_certificate(pem).not_valid_before_utc


@pytest.mark.parametrize("age", ["before", "after"])
def test_the_server_trusts_what_was_stamped_before_its_issuer_began(ages: Ages, age: str) -> None:
    report = verify_files(getattr(ages, age), TOOLS, (ages.later,), day(2026))
    assert report.sealed_at is not None
    assert report.sealed_at < begins(ages.later)
    assert report.failed == ()
    assert report.verified


def test_a_record_from_before_is_renewed_under_the_new_issuer(ages: Ages, tmp_path: Path) -> None:
    for trusted in (ages.later, ages.issuer_before):
        report = verify_files(ages.renewed, TOOLS, (trusted,), day(2028))
        assert report.failed == ()
        assert "2027-03-01 第 1 次续期，有效至 2057-" in as_text(report, "zh")
    known = fingerprint(ages.issuer_before) + fingerprint(ages.later)
    assert by_page([Bend(zip=packed(ages.renewed, tmp_path), known=known)]) == [NOTHING]
    both = tmp_path / "both.pem"
    both.write_bytes(ages.issuer_before + ages.later)
    folder = unpacked(ages.renewed, tmp_path)
    code, said = shell_in(folder, both, folder)
    assert code == 0, said
    assert "OK      archive time stamp, renewal 存档时间戳续期 001" in said


def test_a_renewal_under_the_new_issuer_outlives_the_old_one(ages: Ages) -> None:
    """The old issuer ends in 2036, and the first stamp with it."""
    only_then = verify_files(ages.before, TOOLS, (ages.later,), day(2037))
    assert "archive_stamp" in {one.code for one in only_then.unknown}
    renewed = verify_files(ages.renewed, TOOLS, (ages.later,), day(2037))
    assert "archive_stamp" not in {one.code for one in renewed.unknown}
    assert renewed.failed == ()
