"""A signer whose certificate names a character younger than Unicode 3.2 passes all three."""

from dataclasses import dataclass, replace
from pathlib import Path

from asn1crypto import pem, x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.x509.oid import NameOID

from server.archive.package import package
from server.documents.issuer import EventRequest, Issued, LocalIssuer
from server.domain.record import pem_body
from tests.archive.attacks.conftest import sealed
from tests.archive.attacks.judges import Bend, by_heyi, by_page, by_shell, fingerprint
from tests.archive.example import Office, record_parts
from tests.support.papers import desk_of

CHEN, NAME = "person-chen", "李𫖮"
"""𫖮 came with Unicode 5.2; RFC 4518 prepares names on 3.2 and forbids it."""


@dataclass(frozen=True, slots=True)
class Naming(LocalIssuer):
    """CertificateIssuer that writes a person's name as it is, as outside authorities do."""

    def issue(self, request: EventRequest) -> Issued:
        made = LocalIssuer.issue(self, request)
        if request.pseudonym != CHEN:
            return made
        found = asn1_x509.Certificate.load(pem_body(made.certificate))
        body = found["tbs_certificate"]
        body["subject"] = asn1_x509.Name.build({"common_name": f"PARTY {NAME}"})
        found["signature_value"] = self.keys.sign("events-hexi", body.dump(force=True))
        return replace(made, certificate=pem.armor("CERTIFICATE", found.dump(force=True)))


def test_all_three_find_nothing_wrong(office: Office, tmp_path: Path) -> None:
    desk = desk_of(office.keys, office.fonts)
    sources = replace(desk.sources, issuer=Naming(office.keys))
    files = sealed(record_parts(office, desk=replace(desk, sources=sources)), office)[0]
    issuer, path, anchor = files["trust/issuer.pem"], tmp_path / "record.zip", tmp_path / "own.pem"
    path.write_bytes(package("record-17", files))
    anchor.write_bytes(issuer)
    kept = x509.load_pem_x509_certificate(files[f"signatures/{CHEN}/certificate.pem"])
    (named,) = kept.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert str(named.value).endswith(NAME)
    assert by_heyi(files, (issuer,)) == frozenset()
    assert by_page([Bend(zip=path, known=fingerprint(issuer))]) == [frozenset()]
    assert by_shell(files, tmp_path / "record", anchor) == frozenset()
