"""Records whose log tells of them: with a recording, and as earlier releases told of the seal."""

from collections.abc import Callable
from pathlib import Path

import pytest

from server.archive.package import package
from tests.archive.attacks.forging import Files
from tests.archive.attacks.judges import Bend, by_heyi, by_page, by_shell
from tests.archive.attacks.log_forging import manifest_of_chunks, recorded, relogged
from tests.archive.example import RECORD, Office
from tests.archive.test_verifier import resigned

TOLD_SINCE = {"number", "committee_name", "sealed_at", "consents_sha256", "identity_sha256"}


def with_a_recording(files: Files) -> Files:
    manifest, head = manifest_of_chunks(b"one", b"two", b"three")
    return recorded(files, manifest, chunks=3, head=head)


def told_as_before(files: Files) -> Files:
    return relogged(
        files,
        lambda log: [
            {**body, "facts": {k: v for k, v in body["facts"].items() if k not in TOLD_SINCE}}
            for body in log
        ],
    )


@pytest.mark.parametrize("change", [with_a_recording, told_as_before])
def test_nothing_fails_by_any_of_the_three(
    change: Callable[[Files], Files], files: Files, office: Office, tmp_path: Path
) -> None:
    record = resigned(change(files), office)
    packed = tmp_path / "record.zip"
    packed.write_bytes(package(RECORD, record))
    (page,) = by_page([Bend(zip=packed)])
    assert (by_heyi(record), page, by_shell(record, tmp_path / "record")) == (frozenset(),) * 3
