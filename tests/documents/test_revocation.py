"""Whoever signs is cleared by lists of the revoked, or nothing is signed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from server.documents import chain
from server.documents.chain import Sources
from server.documents.inspection import inspect
from server.documents.issuer import EventRequest, LocalIssuer
from server.documents.key_files import FileKeys, spki
from server.documents.revocation import UnprovenError
from server.documents.sealing import apply_seal
from server.documents.signing import Desk, finished, prepare
from server.domain.ids import CommitteeId
from server.ports.documents import LockedPdf
from tests.documents.example import LOCKED_AT, example
from tests.documents.sealing import NO_STATEMENT, seal_order, sign_order, signed_by_all

HEXI = CommitteeId("hexi")
Lists = Callable[[LocalIssuer, bytes, datetime], tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Answering:
    """An issuer's program that issues as it should, and has these lists of the revoked."""

    own: LocalIssuer
    lists: Lists

    def issue(self, request: EventRequest) -> object:
        return self.own.issue(request)

    def revoked(self, _: CommitteeId, certificate: bytes, at: datetime) -> tuple[bytes, ...]:
        return self.lists(self.own, certificate, at)


def answering(desk: Desk, lists: Lists) -> Desk:
    issuer = Answering(LocalIssuer(desk.keys), lists)
    return replace(desk, sources=Sources(issuer, desk.sources.stamps))  # type: ignore[arg-type]


def none(*_: object) -> tuple[bytes, ...]:
    return ()


def true(own: LocalIssuer, certificate: bytes, at: datetime) -> tuple[bytes, ...]:
    return own.revoked(HEXI, certificate, at)


def own_alone(own: LocalIssuer, certificate: bytes, at: datetime) -> tuple[bytes, ...]:
    return true(own, certificate, at)[:1]


def issuers_alone(own: LocalIssuer, certificate: bytes, at: datetime) -> tuple[bytes, ...]:
    return true(own, certificate, at)[1:]


def ended(own: LocalIssuer, certificate: bytes, at: datetime) -> tuple[bytes, ...]:
    return true(own, certificate, at - timedelta(days=1))


def of_another(own: LocalIssuer, _: bytes, at: datetime) -> tuple[bytes, ...]:
    request = EventRequest(
        committee_id=HEXI,
        role="party",
        pseudonym="somebody-else",
        public_key=spki(ec.generate_private_key(ec.SECP256R1())),
        statement_sha256=NO_STATEMENT,
        at=at,
    )
    return true(own, own.issue(request).certificate, at)


def no_list(own: LocalIssuer, certificate: bytes, at: datetime) -> tuple[bytes, ...]:
    return (*true(own, certificate, at), b"no list")


def bent(own: LocalIssuer, certificate: bytes, at: datetime) -> tuple[bytes, ...]:
    first, *others = true(own, certificate, at)
    return (first[:-1] + bytes([first[-1] ^ 1]), *others)


WRONG = (none, own_alone, issuers_alone, ended, of_another, no_list, bent)


@pytest.mark.parametrize("lists", WRONG, ids=lambda one: one.__name__)
def test_nothing_is_signed_for_whom_no_list_clears_and_it_can_be_tried_again(
    lists: Lists, locked: LockedPdf, desk: Desk
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    order = sign_order(example(), locked.pdf, 0, spki(key))
    doubtful = answering(desk, lists)
    prepared = prepare(order, doubtful)
    value = key.sign(prepared.attributes, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(UnprovenError) as refused:
        finished(order.pdf, prepared.state, value, order.at, doubtful)
    assert refused.value.told == {}
    assert refused.value.facts["reason"] == ("unreadable" if lists is no_list else "no_list")
    proven = answering(desk, true)
    added = finished(order.pdf, prepared.state, value, order.at, proven)
    found = inspect(locked.pdf + added, len(locked.pdf), [])
    assert [one.level for one in found.each] == ["B-LT", "B-LT"]


def test_a_list_by_another_key_of_that_name_clears_nobody(
    locked: LockedPdf, desk: Desk, tmp_path: Path
) -> None:
    """Its issuer has the same name and number, and is another house."""
    elsewhere = LocalIssuer(FileKeys(tmp_path, b"an authority of another house"))

    def theirs(_: LocalIssuer, certificate: bytes, at: datetime) -> tuple[bytes, ...]:
        return elsewhere.revoked(HEXI, certificate, at)

    key = ec.generate_private_key(ec.SECP256R1())
    order = sign_order(example(), locked.pdf, 0, spki(key))
    doubtful = answering(desk, theirs)
    prepared = prepare(order, doubtful)
    value = key.sign(prepared.attributes, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(UnprovenError):
        finished(order.pdf, prepared.state, value, order.at, doubtful)


@pytest.mark.parametrize(
    ("lists", "level"),
    [(none, "B-T"), (of_another, "B-T"), (bent, "B-T"), (own_alone, "B-LTA"), (true, "B-LTA")],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_a_signature_is_called_lasting_by_lists_of_its_own_issuers_alone(
    lists: Lists, level: str, locked: LockedPdf, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a file might come from elsewhere; that of the upper issuer came with the lock."""
    monkeypatch.setattr(chain, "expect_proven", none)
    doubtful = answering(desk, lists)
    document = example()
    order = seal_order(document, signed_by_all(doubtful, document, locked))
    sealed = apply_seal(order, doubtful)
    found = inspect(sealed.pdf, len(locked.pdf), [sealed.issuer_certificate])
    assert [one.level for one in found.each] == ["B-LTA", *[level] * 4, "B-LTA"]


def test_a_list_older_than_the_signature_does_not_last_beyond_its_own_end(
    locked: LockedPdf, desk: Desk
) -> None:
    """It clears the signer while it lives; once it has ended it says nothing of that day."""

    def minutes_old(own: LocalIssuer, certificate: bytes, at: datetime) -> tuple[bytes, ...]:
        return true(own, certificate, at - timedelta(minutes=5))

    document, older = example(), answering(desk, minutes_old)
    order = seal_order(document, signed_by_all(older, document, locked))
    sealed = apply_seal(order, older)
    found = inspect(sealed.pdf, len(locked.pdf), [sealed.issuer_certificate])
    assert [one.level for one in found.each] == ["B-LTA", *["B-LT"] * 4, "B-LTA"]
    assert found.each[1].signed_at is not None
    assert found.each[1].signed_at > LOCKED_AT
