"""Freezes, at the moment of the seal, what the record says beside the agreement.

Consents, identity checks, the committee's name and seal image may change afterwards;
a record that is written later must still come out the same.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from server.domain.agreement import Seal
from server.domain.case import Case
from server.domain.committee import Committee
from server.domain.errors import NotFoundError
from server.domain.file_kinds import FileKind
from server.domain.ids import CaseId, FileId, RecordId
from server.domain.session import Consent, IdentityCheck, Session
from server.domain.wards import consented
from server.ports.store import UnitOfWork
from server.usecases.made_files import keep
from server.usecases.read_case import gather
from server.usecases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was frozen. `consents` and `identity` are JSON values with masked numbers."""

    committee_name: str
    place: str
    seal_image: FileId | None
    consents: object
    identity: object


async def keep_evidence(
    world: World, uow: UnitOfWork, committee: Committee, case: Case, seal: Seal
) -> Evidence:
    """Keep the evidence for the record that `seal` names, with the committee as it was asked."""
    facts = await gather(world, uow, case)
    frozen = Evidence(
        committee_name=committee.name,
        place=committee.place,
        seal_image=committee.seal_image,
        consents=[_consent(c, s) for s in facts.sessions for c in consented(s, facts.wards)],
        identity=[_identity(c, s) for s in facts.sessions for c in s.identity_checks],
    )
    told = {"record": seal.record_id, **asdict(frozen)}
    content = json.dumps(told, ensure_ascii=False).encode()
    await keep(world, uow, case.id, (FileKind.SEALED_EVIDENCE, "application/json"), content)
    return frozen


def _consent(given: Consent, session: Session) -> dict[str, object]:
    return {
        "session": session.id,
        "person": given.person_id,
        "scope": given.scope,
        "agreed": given.agreed,
        "text_version": given.text_version,
        "at": given.at.isoformat(),
        "method": given.method,
        "witness": given.witness,
    }


def _identity(check: IdentityCheck, session: Session) -> dict[str, object]:
    return {
        "session": session.id,
        "person": check.person_id,
        "document": check.document,
        "number_masked": check.number_masked,
        "matches": check.matches,
        "by": check.by,
        "at": check.at.isoformat(),
        "phone_confirmed_on_video": check.phone_confirmed_on_video,
    }


async def evidence_of(uow: UnitOfWork, case_id: CaseId, record_id: RecordId) -> Evidence:
    """Return what was frozen for this record; NotFoundError where nothing was."""
    for file in await uow.files.of_case(case_id):
        if file.kind is FileKind.SEALED_EVIDENCE:
            found: dict[str, Any] = json.loads(await uow.files.content(file.id))
            if found.pop("record") == record_id:
                return Evidence(**found)
    raise NotFoundError
