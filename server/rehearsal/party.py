"""A simulated party: taps the link, consents, talks, answers clauses, signs."""

import asyncio
import base64
import hashlib
import io
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from PIL import Image, ImageDraw

from server.domain.canonical import sm3_hex
from server.rehearsal.browser import Browser, RehearsalError
from server.rehearsal.peer import Peer

P256_BYTES = 32
TURNS, TURN_WAIT = 40, 1.0


class Party(Browser):
    """One person's phone."""

    def __init__(self, url: str, name: str, mobile: str, shade: int) -> None:
        super().__init__(url, name)
        self.mobile = mobile
        self.peer = Peer(shade)
        self.seat: dict[str, Any] = {}

    async def close(self) -> None:
        """End media and connections."""
        await self.peer.close()
        await super().close()

    async def tap(self, link: str) -> None:
        """Open the link and give the last four digits."""
        path = link.removeprefix(self.url)
        page = (await self.fetch(path)).decode()
        if "<script" not in page or self.name in page:
            raise RehearsalError(f"{self.name}: the link page names people or has no script")
        token = path.rsplit("/", 1)[1]
        self.seat = await self.ask(
            "POST", "/api/link/open", {"token": token, "digits": self.mobile[-4:]}
        )

    async def accept(self) -> None:
        """Accept, answer every consent (no recording), check the device, take the seat."""
        await self.ask("POST", "/api/seat/answer", {"answer": "accepted"})
        for text in self.seat["consents"]:
            given = {
                "scope": text["scope"],
                "agreed": text["scope"] != "recording",
                "text_version": text["text_version"],
            }
            await self.ask("POST", "/api/seat/consents", given)
        check = {"camera": "ok", "microphone": "ok", "network": "fair", "websocket": True}
        await self.ask("POST", "/api/seat/device-check", check)
        await self.ask("POST", "/api/seat/enter")

    async def hear_rights(self, block: int) -> None:
        """Say that a block of the notice was heard, once it is read."""
        await self.sees(lambda state: state["rights_block"] >= block)
        await self.say("rights.heard", block=block)

    async def agree_to(self, clause: str) -> None:
        """Hear and agree to the clause being read out."""
        await self.sees(lambda state: state["reading"] == clause)
        shown = await self.ask("GET", "/api/seat/agreement")
        version = next(one["version"] for one in shown["clauses"] if one["id"] == clause)
        answer = {"clause_id": clause, "clause_version": version, "heard": True}
        await self.ask("POST", "/api/seat/agreement/answers", answer)
        await self.ask("POST", "/api/seat/agreement/answers", answer | {"verdict": "agree"})

    async def code(self, purpose: str) -> str:
        """Ask for a one-time code and read it as the phone would receive it."""
        await self.ask("POST", "/api/seat/code", {"purpose": purpose})
        codes = await self.ask("GET", "/api/demo/codes")
        return str(codes["codes"][self.seat["person_id"]])

    async def sign(self, seal_scan: bytes | None = None) -> dict[str, Any]:
        """Look at every page, write the name, give the code, sign with a fresh key."""
        shown = await self.ask("GET", "/api/seat/agreement")
        for page in range(1, shown["pages"] + 1):
            await self.fetch(f"/api/seat/agreement/pages/{page}?w=720")
        scan = await self._upload(seal_scan)
        hand, strokes = handwriting(), "[[[10,60],[400,80]]]"
        key = ec.generate_private_key(ec.SECP256R1())
        statement = await self.ask(
            "POST",
            "/api/seat/signing/statement",
            {
                "pdf_sha256": shown["pdf_sha256"],
                "public_key": _b64(_spki(key)),
                "handwriting_sha256": hashlib.sha256(hand).hexdigest(),
                "strokes_sha256": hashlib.sha256(strokes.encode()).hexdigest(),
                "handwriting_sm3": sm3_hex(hand),
                "strokes_sm3": sm3_hex(strokes.encode()),
                "code": await self.code("sign"),
            },
        )
        if shown["pdf_sha256"] not in statement["statement"]:
            raise RehearsalError(f"{self.name}: the statement is about another text")
        ask = {
            "statement_id": statement["id"],
            "signature": _b64(_raw_signature(key, statement["statement"].encode())),
            "handwriting_png": _b64(hand),
            "strokes": strokes,
            "seal_scan": scan,
        }
        return await self._finish(key, ask)

    async def _finish(self, key: ec.EllipticCurvePrivateKey, ask: dict[str, Any]) -> dict[str, Any]:
        """Wait for the turn and sign the PDF itself with the same key."""
        for _ in range(TURNS):
            try:
                turn = await self.ask("POST", "/api/seat/signing", ask)
                attributes = base64.b64decode(turn["attributes"])
                answer = {
                    "statement_id": ask["statement_id"],
                    "epoch": turn["epoch"],
                    "signature": _b64(_raw_signature(key, attributes)),
                }
                return await self.ask("POST", "/api/seat/signing/finish", answer)
            except RehearsalError as refused:
                if not any(code in str(refused) for code in ("signing_busy", "turn_lost")):
                    raise
                await asyncio.sleep(TURN_WAIT)
        raise RehearsalError(f"{self.name}: never had a turn to sign")

    async def _upload(self, scan: bytes | None) -> str | None:
        if scan is None:
            return None
        return str((await self.upload("/api/seat/files", "seal.png", scan))["id"])

    async def copy(self) -> bytes:
        """Fetch the own copy of the sealed agreement."""
        ticket = await self.ask("POST", "/api/seat/copy", {"code": await self.code("copy")})
        return await self.fetch(ticket["path"])


def handwriting() -> bytes:
    """Return a drawn name as a PNG."""
    image = Image.new("RGBA", (480, 160), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    for at in range(3):
        x = 40 + at * 140
        draw.line((x, 40, x + 90, 30, x + 20, 120, x + 100, 110), fill=(20, 33, 61, 255), width=6)
    return _png(image)


def seal_scan() -> bytes:
    """Return the scan of an invented company's seal as a PNG."""
    image = Image.new("RGB", (320, 320), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    draw.ellipse((12, 12, 308, 308), outline=(196, 30, 36), width=10)
    draw.rectangle((110, 150, 210, 170), fill=(196, 30, 36))
    return _png(image)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, format="PNG")
    return out.getvalue()


def _spki(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.DER, form)


def _raw_signature(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    # WebCrypto returns r || s instead of DER.
    der = key.sign(message, ec.ECDSA(hashes.SHA256()))
    r, s = utils.decode_dss_signature(der)
    return r.to_bytes(P256_BYTES, "big") + s.to_bytes(P256_BYTES, "big")


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()
