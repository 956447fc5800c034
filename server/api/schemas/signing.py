"""Signing on a party's phone: the statement, the signatures it asks for, and the refusal."""

from typing import Annotated

from pydantic import Field

from server.api.schemas.base import Ask, Base64Text, SixDigits, View

_PIXELS = r"-?[0-9]{1,4}(\.[0-9]{1,2})?"
_PLACE = rf"\[{_PIXELS},{_PIXELS}\]"
_STROKE = rf"\[{_PLACE}(,{_PLACE})*\]"
_STROKES = rf"^\[({_STROKE}(,{_STROKE})*)?\]$"


class StatementAsk(Ask):
    """Asks for the consent statement over the pages shown.

    `public_key` is the SPKI of a key made for this signing; `code` is absent only
    where no code channel is configured.
    """

    pdf_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    public_key: Base64Text
    handwriting_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    strokes_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    code: SixDigits | None = None
    handwriting_sm3: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    strokes_sm3: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class Statement(View):
    """The exact RFC 8785 text to sign, and the id to give back with the signature."""

    id: str
    statement: str


class SignAsk(Ask):
    """The signature (raw r||s, base64) over the statement, and the handwriting.

    `strokes` is `[[[x,y],…],…]`, where the pen went: no times and no pressure, which are
    sensitive (个人信息保护法 art. 28), are taken in.
    """

    statement_id: str
    signature: Base64Text
    handwriting_png: Base64Text
    strokes: Annotated[str, Field(max_length=400_000, pattern=_STROKES)]
    seal_scan: str | None = None


class SigningTurn(View):
    """What the same key signs now (DER, base64); null once that signature is complete.

    The answer is due within `life_s` seconds and names the turn by its `epoch`.
    """

    epoch: int
    attributes: str | None
    life_s: int


class FinishAsk(Ask):
    """The signature (raw r||s, base64) over the attributes of a turn."""

    statement_id: str
    epoch: int
    signature: Base64Text


class RefuseSigning(Ask):
    """I do not sign; a reason is welcome. `text_version`: of which text, where that is known."""

    reason: Annotated[str, Field(max_length=300)] = ""
    text_version: int | None = None
