"""A certificate that a verifier will refuse is refused before anything is signed with it."""

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509.oid import NameOID

from server.app import _desk
from server.config import Settings
from server.documents.certificates import certificates, issuer
from server.documents.chain import Sources
from server.documents.command_issuer import CommandIssuer
from server.documents.event_checks import WORDS, NoCertificateError, expect_as_asked
from server.documents.inspection import inspect
from server.documents.issuer import STATEMENT, EventRequest, Issued, LocalIssuer
from server.documents.key_files import FileKeys, spki
from server.documents.signing import Desk, certify, finished, prepare
from server.documents.timestamps import OWN_ROOM, LocalTimestamps
from server.documents.typesetting import typeset
from server.domain.ids import CommitteeId
from server.ports.documents import LockedPdf, SignerRoot
from tests.documents.example import LOCKED_AT, example
from tests.documents.sealing import sign_order

DIGEST = b"\xab" * 32
DAY = timedelta(hours=24)
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class House:
    """An authority that is none of ours: a root, and what it issues, right unless told else."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    statement: bytes = b"\x04\x20" + DIGEST
    begins: timedelta = timedelta(hours=-1)
    lasts: timedelta = DAY
    root_lasts: timedelta = 10 * YEAR
    means: bool = True
    shown: bool = True
    instead: bytes | None = None

    def root(self) -> bytes:
        begin = LOCKED_AT - YEAR
        made = _building("ROOT", self.key.public_key(), begin, begin + self.root_lasts)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        return made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)

    def issue(self, request: EventRequest) -> Issued:
        public = load_der_public_key(self.instead or request.public_key)
        assert isinstance(public, ec.EllipticCurvePublicKey)
        begin = request.at + self.begins
        made = _building(f"PARTY {request.pseudonym}", public, begin, begin + self.lasts)
        said = x509.UnrecognizedExtension(STATEMENT, self.statement)
        made = made.add_extension(_usage(means=self.means), critical=True)
        made = made.add_extension(said, critical=False) if self.statement else made
        certificate = made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)
        return Issued(certificate=certificate, chain=(self.root(),) if self.shown else ())

    def revoked(self, _: CommitteeId, __: bytes, at: datetime) -> tuple[bytes, ...]:
        made = x509.CertificateRevocationListBuilder().issuer_name(_name("ROOT"))
        made = made.last_update(at).next_update(at + timedelta(days=2))
        return (made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER),)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _building(
    common: str, key: ec.EllipticCurvePublicKey, begin: datetime, end: datetime
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder(_name("ROOT"), _name(common), key, 77)
    return made.not_valid_before(begin).not_valid_after(end)


def _usage(*, means: bool) -> x509.KeyUsage:
    return x509.KeyUsage(True, means, *[False] * 7)


def asked(at: datetime = LOCKED_AT) -> EventRequest:
    return EventRequest(
        committee_id=CommitteeId("hexi"),
        role="party",
        pseudonym="person-chen",
        public_key=spki(ec.generate_private_key(ec.SECP256R1())),
        statement_sha256=DIGEST.hex(),
        at=at,
    )


OTHER_KEY = spki(ec.generate_private_key(ec.SECP256R1()))
REFUSED: dict[str, tuple[House, str]] = {
    "no statement": (House(statement=b""), "other_statement"),
    "the digest's bare bytes": (House(statement=DIGEST), "other_statement"),
    "a statement wrapped twice": (House(statement=b"\x04\x22\x04\x20" + DIGEST), "other_statement"),
    "a statement with a tail": (House(statement=b"\x04\x20" + DIGEST + b"!"), "other_statement"),
    "another statement": (House(statement=b"\x04\x20" + bytes(32)), "other_statement"),
    "another key": (House(instead=OTHER_KEY), "other_key"),
    "a clock that is ahead": (House(begins=timedelta(seconds=30)), "not_valid"),
    "a certificate that ended": (House(begins=timedelta(hours=-25)), "not_valid"),
    "a certificate of a day and a second": (House(lasts=DAY + timedelta(seconds=1)), "too_long"),
    "a root that ended": (House(root_lasts=YEAR - timedelta(hours=1)), "not_valid"),
    "no issuer shown and none named": (House(shown=False), "chain"),
    "a key that may not sign": (House(means=False), "chain"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_verifier_would_accept_is_refused_and_the_log_says_why(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    house, reason = REFUSED[name]
    request = asked()
    with caplog.at_level(logging.ERROR), pytest.raises(NoCertificateError) as refused:
        expect_as_asked(house.issue(request), request, ())
    assert refused.value.facts == {"reason": reason}
    assert WORDS[reason] in caplog.text


def test_a_certificate_leads_to_the_root_that_the_settings_name() -> None:
    house, request = House(), asked()
    issued, bare = house.issue(request), replace(house, shown=False).issue(request)
    for one, roots in ((issued, ()), (issued, (house.root(),)), (bare, (house.root(),))):
        expect_as_asked(one, request, roots)
    with pytest.raises(NoCertificateError) as refused:
        expect_as_asked(issued, request, (House().root(),))
    assert refused.value.facts == {"reason": "chain"}


@pytest.mark.parametrize(("certificate", "chain"), [(b"none", ()), (None, (b"none",))])
def test_what_is_no_certificate_is_refused(
    certificate: bytes | None, chain: tuple[bytes, ...]
) -> None:
    request = asked()
    good = House().issue(request)
    bad = Issued(certificate=certificate or good.certificate, chain=chain)
    with pytest.raises(NoCertificateError) as refused:
        expect_as_asked(bad, request, ())
    assert refused.value.facts == {"reason": "certificate"}


@dataclass(frozen=True)
class StampsLater:
    """An authority whose stamps come so much later than was asked for."""

    own: LocalTimestamps
    late: timedelta
    room: int = OWN_ROOM

    def stamper(self, committee: CommitteeId, at: datetime) -> object:
        return self.own.stamper(committee, at + self.late)


@pytest.mark.parametrize("late", [0, 1])
def test_a_certificate_that_ends_before_the_time_stamp_signs_nothing(
    late: int, locked: LockedPdf, desk: Desk
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    order = sign_order(example(), locked.pdf, 0, spki(key))
    house = House(lasts=timedelta(hours=1))
    stamps = StampsLater(LocalTimestamps(desk.keys), timedelta(seconds=late))
    own = replace(desk, sources=Sources(house, stamps))  # type: ignore[arg-type]
    prepared = prepare(order, own)
    value = key.sign(prepared.attributes, ec.ECDSA(hashes.SHA256()))
    if late:
        with pytest.raises(NoCertificateError) as refused:
            finished(order.pdf, prepared.state, value, order.at, own)
        assert refused.value.facts == {"reason": "not_valid"}
        return
    added = finished(order.pdf, prepared.state, value, order.at, own)
    roots = issuer(desk.keys, order.committee_id, LOCKED_AT), SignerRoot(house.root())
    found = inspect(order.pdf + added, len(locked.pdf), roots)
    last = found.each[-1]
    assert (last.statement_sha256, last.trusted) == (DIGEST.hex(), True)


def test_the_roots_that_the_settings_name_are_those_it_must_lead_to(
    desk: Desk, tmp_path: Path
) -> None:
    named, root = tmp_path / "roots.pem", House().root()
    named.write_bytes(root)
    settings = Settings(data=tmp_path, certificate_command="ca", certificate_trust=named)
    made = _desk(settings, desk.keys, desk.fonts).sources.issuer
    assert made == CommandIssuer("ca", (root,))


def test_a_lock_whose_certificate_has_not_begun_is_none(desk: Desk, tmp_path: Path) -> None:
    """The stamps are another house's, whose clock was right all the time."""
    ahead = FileKeys(tmp_path, b"made while the clock was ahead")
    hexi, text = CommitteeId("hexi"), example()
    certificates(ahead, hexi, LOCKED_AT + timedelta(days=1))
    sources = Sources(LocalIssuer(ahead), LocalTimestamps(desk.keys))
    own = replace(desk, keys=ahead, sources=sources)
    drawn = typeset(text, desk.fonts)
    with pytest.raises(NoCertificateError) as refused:
        certify(hexi, drawn, LOCKED_AT, own)
    assert refused.value.facts == {"reason": "not_valid"}
