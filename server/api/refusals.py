"""How a refusal is answered: its HTTP status and JSON body."""

import logging
from collections.abc import Iterable
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from server.api.schemas.base import Refusal
from server.domain.errors import DomainError, trail

log = logging.getLogger(__name__)

_STATUS = {
    "forbidden": 403,
    "not_found": 404,
    "signed_out": 401,
    "step_up_needed": 403,
    "must_change_password": 403,
    "stale_revision": 409,
    "conflict": 409,
    "wrong_state": 409,
    "missing_steps": 409,
    "held": 409,
    "not_due": 409,
    "second_person_needed": 409,
    "not_released": 409,
    "same_person": 409,
    "shredded": 410,
    "signing_busy": 409,
    "turn_lost": 409,
    "invalid_value": 422,
    "wrong_code": 422,
    "too_many_tries": 429,
    "too_fast": 429,
    "fault": 500,
    "busy": 503,
    "film_lost": 503,
    "keys_unavailable": 503,
    "key_unreadable": 503,
    "no_sm2": 503,
    "timestamps_unavailable": 503,
    "no_certificate": 503,
    "certificate_unproven": 503,
    "disk_full": 507,
    "foreign_origin": 403,
    "not_json": 415,
    "too_large": 413,
}
DEFAULT_STATUS = 422


def refuse(code: str, **facts: object) -> web.Response:
    """Return the answer to a refused request."""
    body = Refusal(code=code, facts=facts).model_dump_json()
    return web.Response(
        status=status_of(code),
        text=body,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def status_of(code: str) -> int:
    """Return the HTTP status of a refusal."""
    return _STATUS.get(code, DEFAULT_STATUS)


def from_domain(error: DomainError) -> web.Response:
    """Return the answer to a rule's refusal; what only an operator can mend is logged."""
    note(error)
    return refuse(error.code, **{name: _plain(value) for name, value in error.told.items()})


def note(error: DomainError) -> None:
    """Log a refusal that only an operator can mend, however it is answered."""
    if error.for_operator:
        log.warning("%s %s", error.code, error.facts)


def from_fault(fault: Exception, doing: str) -> web.Response:
    """Return the answer to a fault of our own, and log it without its words."""
    log.error("%s failed: %s", doing, trail(fault))
    return refuse("fault")


def from_validation(error: ValidationError) -> web.Response:
    """Return the answer to a body of the wrong shape, naming fields but no values."""
    first = error.errors(include_url=False, include_input=False, include_context=False)
    fields = [{"field": _path(one["loc"]), "reason": one["type"]} for one in first[:20]]
    return refuse("invalid_value", **(fields[0] if fields else {}), fields=fields)


def _path(parts: Iterable[Any]) -> str:
    return ".".join(str(part) for part in parts)


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int | bool | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return str(value)
