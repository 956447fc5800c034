"""Reads JSON and moments that anybody may have written: what is none raises ValueError, always."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

_ZONES = timedelta(days=1)
"""No clock of the world is as far as this from UTC."""


def read_json(content: bytes | str) -> Any:  # noqa: ANN401 - the shape is for who asked to judge
    """Return the value in `content`. Raises ValueError for what is no JSON of Unicode text.

    Neither is what is nested too deep to be read, nor half a character (a lone surrogate),
    which nobody could print.
    """
    text = content if isinstance(content, str) else content.decode()
    try:
        found = json.loads(text)
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return found


def read_moment(text: str) -> datetime:
    """Return the moment in `text` (ISO 8601). Raises ValueError for none, TypeError for no text.

    One that does not say its zone is none; nor is one that some clock could not show.
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("no zone")
    try:
        for away in (-_ZONES, _ZONES):
            found.astimezone(UTC) + away
    except OverflowError as error:
        raise ValueError("beyond the calendar") from error
    return found
