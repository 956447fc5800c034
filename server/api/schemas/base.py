"""The shape every request and answer shares: strict, closed, documented."""

import unicodedata
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Ask(BaseModel):
    """A request body: unknown fields are refused, texts are stripped."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, frozen=True, str_max_length=20_000
    )


class View(BaseModel):
    """An answer. Every field is always present."""

    model_config = ConfigDict(frozen=True)


class Nothing(View):
    """An answer without content."""


class Refusal(View):
    """Every refusal: a stable code and the facts its sentence needs."""

    code: str
    facts: dict[str, object] = Field(default_factory=dict)


_LONGEST_CODE = 20
"""Signs, with blanks around it: folding a whole body would hold everybody up."""


def _plain_digits(value: object) -> object:
    """Fold full-width digits, which Chinese input methods type; anything else stays itself."""
    if isinstance(value, str) and len(value) <= _LONGEST_CODE:
        return unicodedata.normalize("NFKC", value)
    return value


_Folded = BeforeValidator(_plain_digits)

Fen = Annotated[int, Field(ge=0, le=100_000_000_000)]
ShortText = Annotated[str, Field(max_length=200)]
LongText = Annotated[str, Field(max_length=5_000)]
# [0-9], as \d would take the digits of every script.
FourDigits = Annotated[str, Field(pattern=r"^[0-9]{4}$"), _Folded]
SixDigits = Annotated[str, Field(pattern=r"^[0-9]{6}$"), _Folded]
Base64Text = Annotated[str, Field(max_length=700_000, pattern=r"^[A-Za-z0-9+/=]*$")]
