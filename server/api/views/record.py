"""Renders sealed records: rows of the register, and an opened one with its facts."""

import json
from collections.abc import Sequence
from datetime import datetime

from server.api.schemas import record as wire
from server.domain.agreement import Signature
from server.domain.ids import PersonId, StaffId
from server.domain.register import RegisterEntry
from server.domain.session_log import Entry
from server.domain.signing_route import SigningRoute
from server.domain.verification import Report, SignerFact
from server.ports.recording import GridReport
from server.usecases.retrieve_record import Opened
from server.usecases.show_recordings import Shown


def record_list(found: tuple[Sequence[RegisterEntry], int], page: int) -> wire.RecordList:
    """Return one page of the register."""
    entries, total = found
    return wire.RecordList(records=[_row(entry) for entry in entries], total=total, page=page)


def _row(entry: RegisterEntry) -> wire.RecordRow:
    return wire.RecordRow(
        id=entry.record_id,
        number=entry.number,
        parties=list(entry.party_names),
        dispute_type=entry.dispute_type,
        sub_type=entry.sub_type,
        amount=entry.amount,
        effective_on=entry.effective_on,
        confirmation_deadline=entry.confirmation_deadline,
        confirmation_depends=entry.confirmation_depends,
        mediator_name=entry.mediator_name,
    )


def record_view(opened: Opened) -> wire.RecordView:
    """Return an opened record."""
    entry, opening, locked = opened.entry, opened.opening, opened.agreement.locked
    return wire.RecordView(
        id=entry.record_id,
        opening=opening.id,
        opened_at=opening.at,
        reason=opening.reason,
        number=entry.number,
        parties=list(entry.party_names),
        dispute_type=entry.dispute_type,
        sub_type=entry.sub_type,
        amount=entry.amount,
        effective_on=entry.effective_on,
        confirmation_deadline=entry.confirmation_deadline,
        confirmation_depends=entry.confirmation_depends,
        facts=_facts(opened.report, entry),
        suites=list(opened.report.suites),
        verified_in_ms=opened.verified_in_ms,
        course=[_course(opened, one) for one in opened.log],
        signers=[_signer(opened, fact) for fact in opened.report.signers],
        pages=locked.pages if locked else 0,
        package_size=opened.stored.package_size,
        manifest_sha256=opened.stored.manifest_sha256,
        openings=[
            wire.OpeningRow(at=o.at, name=opened.staff.get(o.staff_id, ""), reason=o.reason)
            for o in opened.openings
        ],
    )


def _facts(report: Report, entry: RegisterEntry) -> list[wire.FactView]:
    """Return the verifier's facts, and whether the register names this very manifest."""
    found = [
        wire.FactView(code=f.code, holds=f.holds, parts=list(f.parts), facts=dict(f.facts))
        for f in report.facts
    ]
    same = report.manifest_sha256 == entry.digest
    registered = wire.FactView(
        code="registered", holds=same, parts=[] if same else ["manifest.json"], facts={}
    )
    return [*found, registered]


def _course(opened: Opened, entry: Entry) -> wire.CourseRow:
    body = json.loads(entry.body)
    facts = body["facts"]
    return wire.CourseRow(
        at=datetime.fromisoformat(body["at"]),
        kind=body["kind"],
        space=facts.get("space"),
        side=facts.get("side"),
        scope=facts.get("scope"),
        notice=facts.get("notice"),
        version=facts.get("version") if "notice" in facts else None,
        who=_name(opened, facts.get("person") or body["actor"]),
    )


def _name(opened: Opened, who: str) -> str:
    """Return the name of somebody of the case or of the staff; empty for everybody else."""
    return opened.people.get(PersonId(who)) or opened.staff.get(StaffId(who)) or ""


def _signer(opened: Opened, fact: SignerFact) -> wire.RecordSigner:
    given = opened.agreement.signature_of(fact.signer_id)
    return wire.RecordSigner(
        signer=fact.signer_id,
        name=fact.name,
        role=fact.role,
        signed_at=fact.signed_at or opened.entry.sealed_at,
        how=_how(given, fact),
        holds=fact.holds,
        has_handwriting=given is not None and given.handwriting is not None,
        attested_by=list(fact.attested_by),
    )


def _how(given: Signature | None, fact: SignerFact) -> str:
    if fact.route != SigningRoute.ELECTRONIC:
        return fact.route
    if fact.key_control != "browser":
        return "staff_key"
    return "phone_code" if given and given.code_verified_at else "phone_video"


def recording_list(shown: Sequence[Shown], *, may_watch: bool) -> wire.RecordingList:
    """Return the recordings, their keys left out."""
    return wire.RecordingList(recordings=[_recording(one) for one in shown], may_watch=may_watch)


def _recording(shown: Shown) -> wire.RecordingRow:
    one = shown.recording
    return wire.RecordingRow(
        id=one.id,
        started_at=one.started_at,
        stopped_at=one.stopped_at,
        reason=one.reason,
        state=shown.report.state.value,
        octets=shown.report.octets,
        seats=[wire.RecordedSeat(seat=s, name=shown.names.get(s, "")) for s in one.seats],
        grid=grid_view(shown.grid),
    )


def grid_view(report: GridReport) -> wire.GridView:
    """Return how far the film of all participants is."""
    return wire.GridView(
        state=report.state.value, percent=report.percent, octets=report.octets, why=report.why
    )
