"""Turns whole domain values into bytes and back; the only place that knows how."""

from collections.abc import Callable
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from server.domain.errors import UnreadableError

V = TypeVar("V")


class Codec(Generic[V]):
    """JSON of one frozen dataclass. Fields with a default may be missing in old bodies."""

    def __init__(self, kind: type[V], older: Callable[[bytes], bytes] = bytes) -> None:
        """Read the kind's fields: milliseconds of work, so one codec serves the whole run.

        `older` returns the present form of a body that may be of an earlier release.
        """
        self._kind = kind
        self._older = older
        self._adapter: TypeAdapter[V] = TypeAdapter(kind)

    def encode(self, value: V) -> bytes:
        """Return the value as JSON in UTF-8."""
        return self._adapter.dump_json(value)

    def decode(self, body: bytes) -> V:
        """Return the value. Raises UnreadableError, naming its kind and no content."""
        try:
            return self._adapter.validate_json(self._older(body))
        except ValidationError as refused:
            fields = [".".join(map(str, error["loc"])) for error in refused.errors()]
            # The cause is left out: pydantic's text quotes what it read.
            raise UnreadableError(kind=self._kind.__name__, fields=fields) from None
