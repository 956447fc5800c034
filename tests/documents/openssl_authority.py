"""A time stamp authority that is none of ours: `openssl ts` behind HTTP, with a list of its own."""

from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

LASTS = timedelta(days=365)
CONFIGURED = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/stamps.pem
signer_key = {folder}/stamps.key
certs = {folder}/issuers.pem
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
"""


@dataclass
class OpensslAuthority:
    """RFC 3161 and a revocation list over HTTP; its certificates, keys and count in a folder.

    Once it made as many stamps as `withdrawn_after`, its certificate is listed as revoked.
    `between` authorities lie between it and its root; keys have so many `bits`.
    """

    folder: Path
    revoked: bytes = b""
    by_ocsp: bool = False
    withdrawn_after: int | None = None
    between: int = 0
    bits: int = 2048
    asked: list[str] = field(default_factory=list)

    def site(self) -> web.Application:
        """Return what answers at `/stamps`, `/list` and `/answers`."""
        site = web.Application()
        site.router.add_post("/stamps", self._stamp)
        site.router.add_get("/list", self._list)
        site.router.add_post("/answers", self._answer)
        return site

    def found(self, url: str) -> None:
        """Make its certificates; `url` is where the site is."""
        key, stamping, now = _key(self.bits), _key(self.bits), datetime.now(UTC)
        root = _name("Another house's root")
        names = [root, *(_name(f"Authority {number}") for number in range(self.between))]
        authorities = [
            _certificate(of, by, key, now)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
            for by, of in pairwise([root, *names])
        ]
        name = names[-1]
        stamps = _certificate(_name("Another house's clock"), name, stamping, now)
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        stamps = stamps.add_extension(purpose, critical=True)
        stamps = stamps.add_extension(self._place(url), critical=False)
        listed = x509.CertificateRevocationListBuilder().issuer_name(name).last_update(now)
        made = listed.next_update(now + LASTS).sign(key, hashes.SHA256())
        self.revoked = made.public_bytes(Encoding.DER)
        self._write(
            "root.key", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        pems = [one.public_bytes(Encoding.PEM) for one in authorities]
        self._write("root.pem", pems[0])
        self._write("issuers.pem", b"".join(pems))
        self._write("stamps.pem", stamps.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
        self._write(
            "stamps.key",
            stamping.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        )
        self._write("serial", b"01\n")
        self._write("openssl.cnf", CONFIGURED.format(folder=self.folder).encode())

    def revoke(self) -> None:
        """List the certificate that stamps as revoked from now on."""
        stamps = x509.load_pem_x509_certificate((self.folder / "stamps.pem").read_bytes())
        key = load_pem_private_key((self.folder / "root.key").read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        now = datetime.now(UTC)
        one = x509.RevokedCertificateBuilder().serial_number(stamps.serial_number)
        listed = x509.CertificateRevocationListBuilder().issuer_name(stamps.issuer)
        listed = listed.last_update(now).next_update(now + LASTS)
        listed = listed.add_revoked_certificate(one.revocation_date(now).build())
        self.revoked = listed.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _place(self, url: str) -> x509.ExtensionType:
        """Return where its certificate says that it is to be asked."""
        if self.by_ocsp:
            at = x509.UniformResourceIdentifier(f"{url}answers")
            access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, at)
            return x509.AuthorityInformationAccess([access])
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(f"{url}list")], *[None] * 3)
        return x509.CRLDistributionPoints([point])

    def _write(self, name: str, content: bytes) -> None:
        (self.folder / name).write_bytes(content)

    async def _stamp(self, request: web.Request) -> web.Response:
        self.asked.append("stamp")
        self._write("asked.tsq", await request.read())
        words = ["ts", "-reply", "-config", "openssl.cnf", "-queryfile", "asked.tsq"]
        words += ["-out", "reply.tsr"]
        openssl = await create_subprocess_exec("openssl", *words, cwd=self.folder, stderr=PIPE)
        _, said = await openssl.communicate()
        assert openssl.returncode == 0, said
        reply = (self.folder / "reply.tsr").read_bytes()
        if self.asked.count("stamp") == self.withdrawn_after:
            self.revoke()
        return web.Response(body=reply, content_type="application/timestamp-reply")

    async def _answer(self, request: web.Request) -> web.Response:
        """Answer as `openssl ocsp` does, of the certificate that stamps."""
        self.asked.append("answer")
        self._write("asked.ocsp", await request.read())
        stamps = x509.load_pem_x509_certificate((self.folder / "stamps.pem").read_bytes())
        number = f"{stamps.serial_number:040X}"
        self._write("index.txt", f"V\t301231235959Z\t\t{number}\tunknown\t/CN=one\n".encode())
        words = "-index index.txt -CA root.pem -rsigner root.pem -rkey root.key -ndays 365"
        words += " -reqin asked.ocsp -respout said.ocsp"
        openssl = await create_subprocess_exec(
            "openssl", "ocsp", *words.split(), cwd=self.folder, stdout=PIPE, stderr=PIPE
        )
        _, said = await openssl.communicate()
        assert openssl.returncode == 0, said
        body = (self.folder / "said.ocsp").read_bytes()
        return web.Response(body=body, content_type="application/ocsp-response")

    async def _list(self, _: web.Request) -> web.Response:
        self.asked.append("list")
        return web.Response(body=self.revoked, content_type="application/pkix-crl")


def _key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    of: x509.Name, by: x509.Name, key: rsa.RSAPrivateKey, now: datetime
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder(by, of, key.public_key(), x509.random_serial_number())
    return made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + LASTS)
