"""How a refusal is answered: its HTTP status and JSON body."""

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from server.api.schemas.base import Refusal
from server.domain.errors import DomainError, trail

log = logging.getLogger(__name__)

_VALUES = (
    "account_number_invalid",
    "agreement_number_invalid",
    "amount_invalid",
    "amount_words_invalid",
    "bad_sdp",
    "calendar_entry_invalid",
    "calendar_year_missing",
    "credit_code_check",
    "credit_code_form",
    "document_kind_other",
    "document_number_form",
    "identity_number_15_digits",
    "identity_number_birth",
    "identity_number_check",
    "identity_number_form",
    "identity_number_invalid",
    "identity_number_region",
    "invalid_value",
    "missing_characters",
    "mobile_number_needed",
    "phone_number_invalid",
    "postcode_invalid",
    "unknown_code",
    "wrong_code",
)
_STATES = (
    "conflict",
    "held",
    "missing_steps",
    "not_due",
    "not_released",
    "not_renewable",
    "proposal_lapsed",
    "room_closed",
    "same_person",
    "second_person_needed",
    "signing_busy",
    "stale_revision",
    "turn_lost",
    "wrong_state",
)
_AWAY = (
    "already_renewing",
    "already_running",
    "archive_unavailable",
    "busy",
    "certificate_unproven",
    "film_lost",
    "key_in_use",
    "key_unreadable",
    "keys_unavailable",
    "media_full",
    "media_lost",
    "no_certificate",
    "no_sm2",
    "rotation_unfinished",
    "schema_outdated",
    "served_elsewhere",
    "store_unavailable",
    "timestamp_unsound",
    "timestamps_unavailable",
)
_BROKEN = (
    "connection_shared",
    "archive_owned",
    "backup",
    "bad_table",
    "broken_chain",
    "fault",
    "forked_tree",
    "key_missing",
    "no_legal_holds",
    "record_exists",
    "record_unlocked",
    "schema_unknown",
    "seal_refused",
    "stale_table",
    "unreadable",
    "unsafe_key_file",
    "work_failed",
    "wrong_key",
)
STATUS: Mapping[str, HTTPStatus] = {
    **dict.fromkeys(_VALUES, HTTPStatus.UNPROCESSABLE_ENTITY),
    **dict.fromkeys(_STATES, HTTPStatus.CONFLICT),
    **dict.fromkeys(_AWAY, HTTPStatus.SERVICE_UNAVAILABLE),
    **dict.fromkeys(_BROKEN, HTTPStatus.INTERNAL_SERVER_ERROR),
    "disk_full": HTTPStatus.INSUFFICIENT_STORAGE,
    "signed_out": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "foreign_origin": HTTPStatus.FORBIDDEN,
    "must_change_password": HTTPStatus.FORBIDDEN,
    "step_up_needed": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "unknown_connection": HTTPStatus.NOT_FOUND,
    "shredded": HTTPStatus.GONE,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "not_json": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "too_fast": HTTPStatus.TOO_MANY_REQUESTS,
    "too_many_tries": HTTPStatus.TOO_MANY_REQUESTS,
}
"""The status of every refusal there is; a test holds it complete."""


def refuse(code: str, **facts: object) -> web.Response:
    """Return the answer to a refused request."""
    body = Refusal(code=code, facts=facts).model_dump_json()
    headers = {"Cache-Control": "no-store"}
    if (wait := facts.get("retry_after_s")) is not None:
        headers["Retry-After"] = str(wait)
    return web.Response(
        status=status_of(code), text=body, content_type="application/json", headers=headers
    )


def status_of(code: str) -> int:
    """Return the HTTP status of a refusal."""
    return STATUS.get(code, HTTPStatus.INTERNAL_SERVER_ERROR)


def from_domain(error: DomainError) -> web.Response:
    """Return the answer to a refusal; what the machine has to be mended for is logged."""
    note(error)
    return refuse(error.code, **{name: _plain(value) for name, value in error.told.items()})


def note(error: DomainError) -> None:
    """Log a refusal for which the machine has to be mended, however it is answered."""
    if error.noted:
        log.warning("%s", error.noted)


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
