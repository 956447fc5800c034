"""Before a committee's certificates end, its keys are certified anew: what that does to records.

The operator puts the old certificates and lists away (docs/deploy); the keys stay. Records from
before and from after are put to all three judges.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from server.archive.package import package
from server.documents.certificates import certificate_key, certificates
from server.documents.key_files import FileKeys
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.judges import Bend, by_heyi, by_page, by_shell, fingerprint
from tests.archive.example import HEXI, Files, Office, record_parts
from tests.documents.example import LOCKED_AT

YEARS = 29 * timedelta(days=365)
NOTHING = frozenset[str]()


class Ages:
    """A committee's issuer before and after, and a record sealed under each."""

    def __init__(self, folder: Path, office: Office) -> None:
        keys = FileKeys(folder / "keys", b"e" * 32)
        aged = Office(keys, office.fonts)
        self.seal_before, self.issuer_before = certificates(keys, HEXI, LOCKED_AT - YEARS)
        self.before = sealed(record_parts(aged), aged)[0]
        for ending in ("*.crt", "*.crl"):
            for path in keys.folder.glob(ending):
                path.rename(path.with_name(f"{path.name}.before"))
        self.seal, self.issuer = certificates(keys, HEXI, LOCKED_AT - timedelta(days=1))
        self.after = sealed(record_parts(aged), aged)[0]


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
