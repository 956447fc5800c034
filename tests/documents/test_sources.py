"""Time stamps over HTTP and certificates from a command, from real ones of each kind."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from asn1crypto import tsp, x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric import ec

from server.documents.asking import LARGEST, UnansweredError, fetched
from server.documents.certificates import certificate_der, certificates
from server.documents.chain import Sources
from server.documents.command_issuer import CommandIssuer
from server.documents.event_checks import NoCertificateError
from server.documents.inspection import inspect
from server.documents.issuer import EventRequest, LocalIssuer
from server.documents.key_files import FileKeys, spki
from server.documents.remote_timestamps import ANSWERS, RemoteTimestamps
from server.documents.renewal import lasts, may_last
from server.documents.sealing import apply_seal
from server.documents.signature_facts import by_signer
from server.documents.signing import Desk, prepare
from server.documents.sources import outside_roots
from server.documents.timestamps import LocalTimestamps, TimestampsUnavailableError
from server.domain.errors import InvalidValueError
from server.domain.ids import CommitteeId
from server.ports.documents import SealRoot, SignerRoot, StampRoot
from tests.documents.example import LOCKED_AT, example
from tests.documents.sealing import locked_by, seal_order, sign_order, signed_by_all

HEXI = CommitteeId("hexi")
ROOT = Path(__file__).parents[2]


class Authority:
    """A real RFC 3161 server on loopback: the local authority behind HTTP."""

    def __init__(self, keys: FileKeys, at: datetime) -> None:
        stamper = LocalTimestamps(keys).stamper(HEXI, at)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                req = tsp.TimeStampReq.load(asked)
                answer = asyncio.run(stamper.async_request_tsa_response(req)).dump()
                self.send_response(200)
                self.send_header("Content-Type", ANSWERS)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


SEALING = timedelta(hours=1)
"""The authority of these tests stands still while the story goes on for so long at most."""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> FileKeys:
    return FileKeys(tmp_path_factory.mktemp("elsewhere"), b"an authority of another house")


@pytest.fixture(scope="module")
def authority(elsewhere: FileKeys) -> Iterator[Authority]:
    made = Authority(elsewhere, LOCKED_AT)
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_a_chain_with_stamps_from_elsewhere_holds_and_is_trusted_with_both_anchors(
    desk: Desk, authority: Authority, elsewhere: FileKeys
) -> None:
    sources = Sources(LocalIssuer(desk.keys), RemoteTimestamps(authority.url, apart=SEALING))
    stamped = replace(desk, sources=sources)
    locked = locked_by(stamped, example())
    sealed = apply_seal(seal_order(example(), signed_by_all(stamped, example(), locked)), stamped)
    anchors = [
        sealed.issuer_certificate,
        (elsewhere.folder / "issuer-hexi-of-events.crt").read_bytes(),
    ]
    both = inspect(sealed.pdf, len(locked.pdf), anchors)
    # Below B-LTA: the list that clears this authority is nowhere to be fetched.
    assert all(one.holds and one.trusted and one.level == "B-LT" for one in both.each)
    assert not lasts(sealed.pdf)
    assert not may_last(sealed.pdf, LOCKED_AT)
    assert {one.signed_at for one in both.each} == {LOCKED_AT}
    for_stamps = [anchors[0], StampRoot(anchors[1])]
    assert all(one.trusted for one in inspect(sealed.pdf, len(locked.pdf), for_stamps).each)
    apart = [SealRoot(anchors[0]), StampRoot(anchors[1])]
    assert inspect(sealed.pdf, len(locked.pdf), apart).trusted
    assert not inspect(sealed.pdf, len(locked.pdf), [SealRoot(one) for one in anchors]).trusted
    stamps_alone = [StampRoot(anchors[0]), anchors[1]]
    assert not any(one.trusted for one in inspect(sealed.pdf, len(locked.pdf), stamps_alone).each)
    alone = inspect(sealed.pdf, len(locked.pdf), anchors[:1])
    assert not any(one.trusted for one in alone.each)


@pytest.mark.parametrize(("size", "whole"), [(LARGEST, True), (LARGEST + 1, False)])
async def test_a_long_list_is_read_to_its_end_or_not_at_all(size: int, whole: bool) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=bytes(size))

    site = web.Application()
    site.router.add_get("/", answer)
    async with TestServer(site) as server:
        if whole:
            assert len(await fetched("GET", str(server.make_url("/")))) == size
        else:
            with pytest.raises(UnansweredError):
                await fetched("GET", str(server.make_url("/")))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://no.such.host.invalid/"])
def test_an_authority_that_does_not_answer_is_told(url: str, desk: Desk) -> None:
    silent = replace(desk, sources=Sources(LocalIssuer(desk.keys), RemoteTimestamps(url)))
    with pytest.raises(TimestampsUnavailableError):
        locked_by(silent, example())


COMMAND = """
import base64, json, sys
from datetime import datetime, timedelta
from pathlib import Path
sys.path.insert(0, ROOT)
from server.documents.issuer import EventRequest, LocalIssuer
from server.documents.key_files import FileKeys
asked = json.load(sys.stdin)
issuer = LocalIssuer(FileKeys(Path(sys.argv[1]), b"an authority of another house"))
at = datetime.fromisoformat(asked["at"])
if asked["do"] == "issue":
    made = issuer.issue(EventRequest(
        committee_id=asked["committee"], role=asked["role"], pseudonym=asked["pseudonym"],
        public_key=base64.b64decode(asked["public_key"]),
        statement_sha256=sys.argv[2] if len(sys.argv) > 2 else asked["statement_sha256"], at=at))
    print(json.dumps({"certificate": made.certificate.decode(),
                      "chain": [one.decode() for one in made.chain]}))
else:
    lists = issuer.revoked(asked["committee"], asked["certificate"].encode(), at)
    print(json.dumps({"lists": [base64.b64encode(one).decode() for one in lists]}))
"""


@pytest.fixture
def command(tmp_path: Path) -> str:
    script = tmp_path / "issue.py"
    script.write_text(f"ROOT = {str(ROOT)!r}\n{COMMAND}", "utf-8")
    return f"{sys.executable} {script}"


def test_a_command_issues_what_signs_the_pdf(
    command: str, desk: Desk, elsewhere: FileKeys, tmp_path: Path
) -> None:
    issuer = CommandIssuer(f"{command} {elsewhere.folder}")
    own = replace(desk, sources=Sources(issuer, LocalTimestamps(desk.keys)))
    locked = locked_by(own, example())
    sealed = apply_seal(seal_order(example(), signed_by_all(own, example(), locked)), own)
    anchors = [
        sealed.issuer_certificate,
        (elsewhere.folder / "issuer-hexi-of-events.crt").read_bytes(),
    ]
    found = inspect(sealed.pdf, len(locked.pdf), anchors)
    assert all(one.holds and one.trusted for one in found.each)
    alone = inspect(sealed.pdf, len(locked.pdf), anchors[:1])
    assert [bool(one.trusted) for one in alone.each] == [True, False, False, False, False, True]
    for_signers = inspect(sealed.pdf, len(locked.pdf), [anchors[0], SignerRoot(anchors[1])])
    assert for_signers.trusted
    # It says who signs, and nothing of a lock, a seal or a time stamp.
    by_whom = [SignerRoot(anchors[0]), StampRoot(anchors[0]), anchors[1]]
    signers_alone = inspect(sealed.pdf, len(locked.pdf), by_whom)
    trusted = [bool(one.trusted) for one in signers_alone.each]
    assert trusted == [False, True, True, True, True, False]


@pytest.mark.parametrize(
    ("field", "role", "signs"),
    [
        ("sign:p1", "PARTY", True),
        ("seal", "PARTY", False),
        ("certification", "PARTY", False),
        ("sign:p1", "COMMITTEE-SEAL", False),
    ],
)
def test_no_outside_authority_speaks_for_a_lock_or_a_seal(
    desk: Desk, field: str, role: str, *, signs: bool
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    made = desk.sources.issuer.issue(
        EventRequest(
            committee_id=HEXI,
            role=role,
            pseudonym="hexi",
            public_key=spki(key),
            statement_sha256="ab" * 32,
            at=LOCKED_AT,
        )
    )
    certificate = x509.Certificate.load(certificate_der(made.certificate))
    assert by_signer(field, certificate) is signs


def test_roots_of_authorities_outside_are_read_each_for_its_purpose(
    elsewhere: FileKeys, tmp_path: Path
) -> None:
    pem, file = certificates(elsewhere, HEXI, LOCKED_AT)[0], tmp_path / "roots.pem"
    file.write_bytes(b"for a reader\n" + pem + pem)
    assert outside_roots(None, None) == ()
    assert outside_roots(file, None) == (StampRoot(pem), StampRoot(pem))
    found = outside_roots(file, file)
    assert [type(one) for one in found] == [StampRoot, StampRoot, SignerRoot, SignerRoot]
    with pytest.raises(InvalidValueError) as refused:
        outside_roots(file, tmp_path)
    assert refused.value.facts == {"field": "certificate_trust", "reason": "unreadable"}


def test_a_certificate_for_another_statement_or_none_is_refused(
    command: str, desk: Desk, elsewhere: FileKeys
) -> None:
    locked = locked_by(desk, example())
    key = ec.generate_private_key(ec.SECP256R1())
    order = sign_order(example(), locked.pdf, 0, spki(key))
    told = []
    for words in (
        f"{command} {elsewhere.folder} {'00' * 32}",
        "false",
        "echo []",
        "no-such-program",
    ):
        issuer = CommandIssuer(words)
        own = replace(desk, sources=Sources(issuer, desk.sources.stamps))
        with pytest.raises(NoCertificateError) as refused:
            prepare(order, own)
        told.append(refused.value.facts["reason"])
    assert told == ["other_statement", "command", "answer", "command"]
