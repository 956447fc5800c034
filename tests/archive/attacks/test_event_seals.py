"""A certificate for one signing is nobody's seal, whatever is signed with its key: not for one.

Who signed on his own phone has a certificate that leads to the committee's issuer. Whatever he
makes with that key of his, all three judges have to say that the committee did not seal it.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import pytest

from server.archive.package import package
from server.documents import sealing, seals
from server.documents.certificates import issuer
from server.documents.issuer import EventRequest, Issued, LocalIssuer
from server.documents.keys import key_name
from server.documents.seals import Seal
from server.documents.suites import P256, SM2, SignatureSuite
from server.domain.canonical import sha256_hex
from server.domain.ids import StaffId
from server.domain.record import (
    ISSUER_CERTIFICATE,
    PDF,
    PDF_SEAL_CERTIFICATE,
    PDF_SEAL_ISSUER,
    SEAL_CERTIFICATE,
)
from server.ports.documents import KeyRef
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.forging import CHEN, Files, Forge, Scene
from tests.archive.attacks.judges import Bend, by_heyi, by_page, by_shell, fingerprint
from tests.archive.attacks.pdf_forging import sealed_after
from tests.archive.example import HEXI, RECORD, Office
from tests.archive.sm2_record import sm2_parts
from tests.archive.test_verifier import resigned
from tests.documents.example import SEALED_AT
from tests.documents.sealing import NO_STATEMENT
from tests.support.sampling import taken_of

pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A key that a certificate for one signing was issued for, as this server issues them."""

    role: str = "party"
    statement: str = NO_STATEMENT
    suite: SignatureSuite = P256

    @property
    def key(self) -> str:
        return key_name(KeyRef(committee_id=HEXI, staff_id=StaffId("phone")), self.suite)

    def issued(self, office: Office) -> Issued:
        request = EventRequest(
            committee_id=HEXI,
            role=self.role,
            pseudonym="person-chen",
            public_key=office.keys.public(self.key),
            statement_sha256=self.statement,
            at=SEALED_AT,
        )
        return LocalIssuer(office.keys).issue(request)

    @contextmanager
    def seals(self, office: Office) -> Iterator[Issued]:
        """Let this key sign whatever the committee's seal would."""
        issued = self.issued(office)
        with patch.object(seals, "outside_seal", lambda *_: Seal(self.key, issued)):
            yield issued


def sealed_again(scene: Scene) -> bytes:
    """Return the PDF that everybody signed, with another seal."""
    return sealed_after(lambda signed: signed, scene)[PDF]


def by(phone: Phone, *, below_the_committee: bool = False) -> Forge:
    """Return the record whose seal, in every place, is that key's."""

    def made(scene: Scene) -> Files:
        with phone.seals(scene.office) as issued:
            above = committee(scene) if below_the_committee else issued.chain[0]
            trust = {SEAL_CERTIFICATE: issued.certificate, ISSUER_CERTIFICATE: above}
            return resigned({**scene.files, **trust, PDF: sealed_again(scene)}, scene.office)

    return made


def committee(scene: Scene) -> bytes:
    return issuer(scene.office.keys, HEXI, SEALED_AT)


def of_a_signer(scene: Scene) -> Files:
    """His certificate names the very statement of this record."""
    stated = sha256_hex(scene.files[f"{CHEN}/statement.json"])
    return by(Phone(statement=stated))(scene)


def beside_the_pdf(scene: Scene) -> Files:
    """The PDF stays as the committee sealed it; manifest and container are signed anew."""
    phone = Phone()
    with phone.seals(scene.office) as issued:
        trust = {SEAL_CERTIFICATE: issued.certificate, ISSUER_CERTIFICATE: issued.chain[0]}
        return resigned({**scene.files, **trust}, scene.office)


def in_the_pdf(scene: Scene) -> Files:
    """The PDF alone has another seal; all beside it is the committee's."""
    with Phone().seals(scene.office):
        pdf = sealed_again(scene)
    return resigned({**scene.files, PDF: pdf}, scene.office)


def as_a_seal_apart(scene: Scene) -> Files:
    """Its certificate lies where that of a PDF's own seal does; the committee's seal is below."""
    with Phone().seals(scene.office) as issued:
        pdf = sealed_again(scene)
    apart = {PDF_SEAL_CERTIFICATE: issued.certificate, PDF_SEAL_ISSUER: issued.chain[0]}
    return resigned({**scene.files, **apart, PDF: pdf}, scene.office)


def as_a_seal_in_sm2(scene: Scene) -> Files:
    """The same with a key of staff in SM2, whose certificates the page cannot check."""
    phone = Phone(role="mediator", suite=SM2)
    issued = phone.issued(scene.office)
    with patch.object(sealing, "seal_of", lambda *_: Seal(phone.key, issued)):
        parts = sm2_parts(scene.office)
    apart = issued.certificate, issued.chain[0]
    return sealed(replace(parts, pdf_seal=apart), scene.office)[0]


def beside_a_seal_in_sm2(scene: Scene) -> Files:
    """The PDF has the committee's seal in SM2; manifest and container are signed anew."""
    files = sealed(sm2_parts(scene.office), scene.office)[0]
    with Phone().seals(scene.office) as issued:
        return resigned({**files, SEAL_CERTIFICATE: issued.certificate}, scene.office)


FORGED: dict[str, Forge] = {
    "below its own issuer": by(Phone()),
    "below the committee's issuer": by(Phone(), below_the_committee=True),
    "titled as the seal": by(Phone(role="committee-seal")),
    "of a signer of this record": of_a_signer,
    "beside the PDF alone": beside_the_pdf,
    "in the PDF alone": in_the_pdf,
    "as a seal apart": as_a_seal_apart,
    "as a seal in SM2": as_a_seal_in_sm2,
    "beside a seal in SM2": beside_a_seal_in_sm2,
}


@pytest.fixture(scope="module")
def made(scene: Scene) -> dict[str, Files]:
    return {name: forge(scene) for name, forge in FORGED.items()}


@pytest.fixture(scope="module")
def roots(scene: Scene) -> list[bytes]:
    """Return what one may have learnt elsewhere: the committee's issuer, and those of signers."""
    events = [Phone(suite=suite).issued(scene.office).chain[0] for suite in (P256, SM2)]
    return [committee(scene), *events]


def test_heyi_verify_says_so(made: dict[str, Files], roots: list[bytes]) -> None:
    for anchors in ([], roots):
        found = {name: by_heyi(files, tuple(anchors)) for name, files in made.items()}
        assert [name for name, facts in found.items() if "seal_chain" not in facts] == []


def test_the_page_says_so(made: dict[str, Files], roots: list[bytes], tmp_path: Path) -> None:
    named = {name: tmp_path / f"{n}.zip" for n, name in enumerate(made)}
    for name, path in named.items():
        path.write_bytes(package(RECORD, made[name]))
    for anchors in ([], roots):
        known = " ".join(fingerprint(one) for one in anchors)
        page = by_page(Bend(zip=path, known=known) for path in named.values())
        found = dict(zip(named, page, strict=True))
        assert [name for name, facts in found.items() if "seal_chain" not in facts] == []


@pytest.mark.slow
@pytest.mark.parametrize("trusting", [0, 3], ids=["nobody", "whoever issues"])
def test_the_script_says_so(
    trusting: int,
    made: dict[str, Files],
    roots: list[bytes],
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> None:
    names = taken_of({name: name.split()[0] for name in FORGED}, pytestconfig)
    anchor = tmp_path / "roots.pem"
    anchor.write_bytes(b"".join(roots[:trusting]))
    given = anchor if trusting else ""
    with ThreadPoolExecutor() as several:
        asked = {
            name: several.submit(by_shell, made[name], tmp_path / f"{n}", given)
            for n, name in enumerate(names)
        }
        found = {name: one.result() for name, one in asked.items()}
    assert [name for name, facts in found.items() if "certificate" not in facts] == []
