"""The shape every request and answer shares: strict, closed, documented."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


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


Fen = Annotated[int, Field(ge=0, le=100_000_000_000)]
ShortText = Annotated[str, Field(max_length=200)]
LongText = Annotated[str, Field(max_length=5_000)]
SixDigits = Annotated[str, Field(pattern=r"^\d{6}$")]
Base64Text = Annotated[str, Field(max_length=700_000, pattern=r"^[A-Za-z0-9+/=]*$")]
