"""An authority that certifies seals: a root, an issuer below it, its lists over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
)

PASSWORD = "口令 of the seal"
OFFICE = "石河街道办事处"
SIGNS = {"digital_signature": True, "content_commitment": True}
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)

SHA1 = bytes.fromhex("300906052b0e03021a0500")
UNKNOWN = bytes.fromhex("300906052b0e03020c0500")
"""AlgorithmIdentifiers of one length: of SHA-1, and of none that hashes."""

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def made_key() -> ec.EllipticCurvePrivateKey:
    """Return a new key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class SealAuthority:
    """Certifies as of `at`, for `days`; `url` is where its site is found.

    It speaks by `lists`, `ocsp` or `both`; by OCSP it answers `itself`, by a `delegate`, by
    somebody else as an `impostor`, with an `old` answer, about `another` certificate, by an
    `unknown hash`, or `later`. Certificates point at the lists `before` as well, and first.
    """

    at: datetime
    url: str = ""
    days: int = 1000
    root_key: ec.EllipticCurvePrivateKey = field(default_factory=made_key)
    issuer_key: ec.EllipticCurvePrivateKey = field(default_factory=made_key)
    speaks: str = "lists"
    how: str = "itself"
    before: tuple[str, ...] = ()
    revoked: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    away: bool = False

    def site(self) -> web.Application:
        """Return what answers at `/root.crl`, `/seals.crl`, `/root.ocsp` and `/seals.ocsp`."""
        site = web.Application()
        site.router.add_get("/{which}.crl", self._list)
        site.router.add_post("/{which}.ocsp", self._answer)
        return site

    @property
    def root(self) -> x509.Certificate:
        """Return the root, the same each time."""
        name = named("Root of another house")
        made = self._certificate(name, name, self.root_key, serial=1)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        made = made.add_extension(usage(key_cert_sign=True, crl_sign=True), critical=True)
        return made.sign(self.root_key, _digest(), ecdsa_deterministic=True)

    @property
    def issuer(self) -> x509.Certificate:
        """Return the issuer of seals, the same each time."""
        made = self._certificate(
            self.root.subject, named("Seals of another house"), self.issuer_key, serial=2
        )
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        made = made.add_extension(usage(key_cert_sign=True, crl_sign=True), critical=True)
        made = made.add_extension(_known(self.root_key), critical=False)
        made = self._points(made, "root")
        return made.sign(self.root_key, _digest(), ecdsa_deterministic=True)

    def certify(
        self,
        key: Key,
        *,
        uses: Mapping[str, bool] | None = None,
        points: bool = True,
        begin: datetime | None = None,
        days: int | None = None,
        name: str = OFFICE,
    ) -> x509.Certificate:
        """Return the certificate of a seal."""
        made = self._certificate(self.issuer.subject, named(name), key, begin=begin, days=days)
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        made = made.add_extension(usage(**(SIGNS if uses is None else uses)), critical=True)
        made = made.add_extension(_known(self.issuer_key), critical=False)
        if points:
            made = self._points(made, "seals")
        return made.sign(self.issuer_key, _digest())

    def pfx(
        self,
        key: Key,
        certificate: x509.Certificate,
        *,
        password: str = PASSWORD,
        chain: bool = True,
    ) -> bytes:
        """Return what the authority hands out."""
        above = [self.issuer, self.root] if chain else None
        encryption = BestAvailableEncryption(password.encode())
        return pkcs12.serialize_key_and_certificates(b"seal", key, certificate, above, encryption)

    def _points(self, made: x509.CertificateBuilder, which: str) -> x509.CertificateBuilder:
        if self.speaks != "ocsp":
            every = [
                x509.UniformResourceIdentifier(f"{self.url}{one}.crl")
                for one in (*self.before, which)
            ]
            points = [x509.DistributionPoint([at], None, None, None) for at in every]
            made = made.add_extension(x509.CRLDistributionPoints(points), critical=False)
        if self.speaks != "lists":
            at = x509.UniformResourceIdentifier(f"{self.url}{which}.ocsp")
            access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, at)
            made = made.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        return made

    def _certificate(
        self,
        by: x509.Name,
        of: x509.Name,
        key: Key,
        *,
        serial: int = 0,
        begin: datetime | None = None,
        days: int | None = None,
    ) -> x509.CertificateBuilder:
        number = serial or x509.random_serial_number()
        start = begin or self.at - timedelta(days=10)
        made = x509.CertificateBuilder(by, of, key.public_key(), number)
        made = made.not_valid_before(start)
        made = made.not_valid_after(start + timedelta(days=days or self.days))
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        return made.add_extension(own, critical=False)

    def _house(self, which: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        if which == "root":
            return self.root_key, self.root
        return self.issuer_key, self.issuer

    async def _answer(self, request: web.Request) -> web.Response:
        which = request.match_info["which"]
        self.asked.append(f"{which} by ocsp")
        if self.away:
            return web.Response(status=503)
        asked = ocsp.load_der_ocsp_request(await request.read())
        made = self._response(asked, *self._house(which))
        body = made.public_bytes(Encoding.DER)
        if self.how == "unknown hash":
            body = body.replace(SHA1, UNKNOWN)
        return web.Response(body=body, content_type="application/ocsp-response")

    def _response(
        self,
        asked: ocsp.OCSPRequest,
        key: ec.EllipticCurvePrivateKey,
        issuer: x509.Certificate,
    ) -> ocsp.OCSPResponse:
        if self.how == "later":
            return ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
        number = asked.serial_number
        status = ocsp.OCSPCertStatus.GOOD
        if number in self.revoked:
            status = ocsp.OCSPCertStatus.REVOKED
        if number in self.unknown:
            status = ocsp.OCSPCertStatus.UNKNOWN
        begin = self.at - timedelta(days=30 if self.how == "old" else 0)
        built = ocsp.OCSPResponseBuilder().add_response_by_hash(
            asked.issuer_name_hash,
            asked.issuer_key_hash,
            number + (self.how == "another"),
            asked.hash_algorithm,
            status,
            begin,
            begin + timedelta(days=7),
            self.at if status is ocsp.OCSPCertStatus.REVOKED else None,
            None,
        )
        signer, by = self._responder(key, issuer)
        named = built.responder_id(ocsp.OCSPResponderEncoding.HASH, by)
        if by != issuer:
            named = named.certificates([by])
        return named.sign(signer, _digest())

    def _responder(
        self, key: ec.EllipticCurvePrivateKey, issuer: x509.Certificate
    ) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        """Return who signs: the issuer, its delegate, or one without the purpose for it."""
        if self.how not in {"delegate", "impostor"}:
            return key, issuer
        own = made_key()
        made = self._certificate(issuer.subject, named("Answers of another house"), own)
        if self.how == "delegate":
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
            made = made.add_extension(purpose, critical=False)
        return own, made.sign(key, _digest())

    async def _list(self, request: web.Request) -> web.Response:
        which = request.match_info["which"]
        self.asked.append(which)
        if self.away:
            return web.Response(status=503)
        key, issuer = self._house(which)
        made = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject)
        begin = self.at - timedelta(days=self.days + 1 if which == "old" else 0)
        made = made.last_update(begin).next_update(begin + timedelta(days=self.days))
        for number in self.revoked if which == "seals" else ():
            one = x509.RevokedCertificateBuilder().serial_number(number)
            made = made.add_revoked_certificate(one.revocation_date(self.at).build())
        signed = made.sign(key, _digest()).public_bytes(Encoding.DER)
        return web.Response(body=signed, content_type="application/pkix-crl")


def pem(one: x509.Certificate) -> bytes:
    """Return a certificate as PEM."""
    return one.public_bytes(Encoding.PEM)


def kept(folder: Path, name: str, *certificates: x509.Certificate) -> Path:
    """Return the file that holds them."""
    (folder / name).write_bytes(b"".join(map(pem, certificates)))
    return folder / name


def named(common: str) -> x509.Name:
    """Return a name in the country of the authority."""
    country = x509.NameAttribute(NameOID.COUNTRY_NAME, "CN")
    return x509.Name([country, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def usage(**may: bool) -> x509.KeyUsage:
    """Return a key usage that allows what is named."""
    return x509.KeyUsage(**{name: may.get(name, False) for name in _USAGES})


def _known(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _digest() -> hashes.SHA256:
    return hashes.SHA256()
