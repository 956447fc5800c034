"""Time stamps of an authority that sends its certificates without the root.

Whoever has the root itself can judge them: `heyi verify` and `verify.sh` do. The page has a
fingerprint alone, so that it says what it cannot judge instead of calling it wrong.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from server.archive.package import package
from server.documents.certificates import Role
from server.documents.chain import Sources
from server.documents.issuer import lasting
from server.documents.keys import KeyProvider
from server.documents.timestamps import OWN_ROOM, Stamper, _Local
from server.domain.ids import CommitteeId
from server.ports.documents import StampRoot
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.judges import Bend, by_heyi, by_shell, fingerprint, told_by_page
from tests.archive.example import Files, Office, record_parts
from tests.support.papers import desk_of

pytestmark = pytest.mark.timeout(300)
ALONE = Role("stamps-alone", "TIME-STAMPS", stamps=True)
BETWEEN = Role("between-stamps", "TIME-STAMPS ISSUER", issues=True)
BELOW = Role("stamps-below", "TIME-STAMPS", stamps=True, above=BETWEEN)
HOUSES = {"right below the root": ALONE, "below an authority between": BELOW}
"""Who stamps; each sends every certificate of its chain but the root."""


@dataclass(frozen=True, slots=True)
class Rootless:
    """TimestampAuthority that keeps its root to itself."""

    keys: KeyProvider
    role: Role
    roots: tuple[bytes, ...] = ()
    room: int = OWN_ROOM

    def stamper(self, committee: CommitteeId, at: datetime) -> Stamper:
        whole = lasting(self.keys, committee, self.role, at)
        return _Local(self.keys, self.role.key, replace(whole, chain=whole.chain[:-1]), at)


@dataclass(frozen=True, slots=True)
class Stamped:
    """A record and its package; the root of who stamped, and the topmost that he sends (PEM)."""

    files: Files
    path: Path
    root: bytes
    topmost: bytes

    @property
    def issuer(self) -> bytes:
        return self.files["trust/issuer.pem"]

    def by_page(self, stamper: bytes) -> tuple[bool | None, list[str]]:
        """Return whether `trusted` holds for this stamper, and what else fails."""
        known, stamps = fingerprint(self.issuer), fingerprint(stamper)
        (told,) = told_by_page([Bend(zip=self.path, known=known, stamps=stamps)])
        held = {one["code"]: one["holds"] for one in told["facts"]}
        trusted = held.pop("trusted")
        return trusted, [code for code, holds in held.items() if holds is False]


@pytest.fixture(scope="module", params=HOUSES.values(), ids=list(HOUSES))
def stamped(
    request: pytest.FixtureRequest,
    office: Office,
    stranger: Office,
    tmp_path_factory: pytest.TempPathFactory,
) -> Stamped:
    desk = desk_of(office.keys, office.fonts)
    sources = Sources(desk.sources.issuer, Rootless(stranger.keys, request.param))
    parts = record_parts(office, desk=replace(desk, sources=sources))
    files = sealed(parts, office)[0]
    path = tmp_path_factory.mktemp("rootless") / "record.zip"
    path.write_bytes(package("record-17", files))
    made = lasting(stranger.keys, parts.committee_id, request.param, parts.sealed_at)
    *_, topmost, root = made.certificate, *made.chain
    return Stamped(files, path, root, topmost)


def test_whoever_has_the_root_judges_and_the_page_does_not(
    stamped: Stamped, tmp_path: Path
) -> None:
    issuer, root = tmp_path / "issuer.pem", tmp_path / "root.pem"
    issuer.write_bytes(stamped.issuer)
    root.write_bytes(stamped.root)
    assert by_heyi(stamped.files, (stamped.issuer, StampRoot(stamped.root))) == frozenset()
    assert by_shell(stamped.files, tmp_path / "record", issuer, stamps=root) == frozenset()
    assert stamped.by_page(stamped.root) == (None, [])


def test_the_page_judges_by_the_topmost_certificate_that_was_sent(stamped: Stamped) -> None:
    assert stamped.by_page(stamped.topmost) == (True, [])
    assert by_heyi(stamped.files, (stamped.issuer, StampRoot(stamped.topmost))) == frozenset()


def test_nobody_takes_the_committee_for_who_stamped(stamped: Stamped, tmp_path: Path) -> None:
    """Its certificate is in the record, so that the page can tell as well."""
    issuer = tmp_path / "issuer.pem"
    issuer.write_bytes(stamped.issuer)
    assert by_heyi(stamped.files, (stamped.issuer,)) == {"trusted"}
    assert by_shell(stamped.files, tmp_path / "record", issuer) == {"certificate"}
    assert stamped.by_page(stamped.issuer) == (False, [])
