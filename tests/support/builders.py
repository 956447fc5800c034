"""Small, valid values to start a test from."""

from dataclasses import replace
from datetime import UTC, date, datetime

from server.domain.case import (
    Authority,
    Case,
    Party,
    PartyKind,
    Person,
    PersonRole,
    Side,
)
from server.domain.conduct import Facts, expect_people, expect_staff
from server.domain.ids import CaseId, CommitteeId, PartyId, PersonId, SessionId, StaffId
from server.domain.jurisdiction.packs import pack_of
from server.domain.session import Consent, IdentityCheck, RightsAnswer, Session, SessionState
from server.domain.staff import Actor, Role

NOW = datetime(2025, 3, 14, 1, 0, tzinfo=UTC)
COMMITTEE = CommitteeId("committee")
CASE = CaseId("case")
SESSION = SessionId("session")
WORKER, WIFE, AGENT = PersonId("worker"), PersonId("wife"), PersonId("agent")
MEDIATOR, RECORDER, HEAD = StaffId("mediator"), StaffId("recorder"), StaffId("head")
PACK = pack_of("zh_cn")
BLOCKS = PACK.rights_blocks


def a_case() -> Case:
    """Return an injured worker with his wife against a company with its agent."""
    worker = Party(
        id=PartyId("p1"), side=Side.APPLICANT, kind=PartyKind.PERSON, name="陈水根", label="甲方"
    )
    company = Party(
        id=PartyId("p2"),
        side=Side.RESPONDENT,
        kind=PartyKind.ORGANISATION,
        name="鹭岛恒筑建设劳务有限公司",
        short_name="恒筑公司",
        label="乙方",
    )
    return Case(
        id=CASE,
        committee_id=COMMITTEE,
        case_no="禾溪调受〔2025〕001号",
        dispute_type="10b",
        sub_type="工伤赔偿",
        source="applied",
        matter="工地受伤的赔偿",
        summary="从二楼跌落受伤",
        created_at=NOW,
        accepted_on=date(2025, 3, 12),
        due_on=date(2025, 4, 11),
        mediator_id=MEDIATOR,
        recorder_id=RECORDER,
        parties=(worker, company),
        people=people(),
    )


def people() -> tuple[Person, ...]:
    """Return the three people of the two sides."""
    scopes = frozenset({"concede", "sign", "fetch_documents"})
    authority = Authority(kind="employee", scopes=scopes, valid_from=date(2025, 3, 12))
    return (
        Person(
            id=WORKER,
            party_id=PartyId("p1"),
            role=PersonRole.PARTY,
            name="陈水根",
            mobile="19900000001",
            id_no="512099197904123018",
        ),
        Person(
            id=WIFE,
            party_id=PartyId("p1"),
            role=PersonRole.COMPANION,
            name="刘春梅",
            mobile="19900000002",
        ),
        Person(
            id=AGENT,
            party_id=PartyId("p2"),
            role=PersonRole.AGENT,
            name="林启航",
            mobile="19900000003",
            id_no="35029919880607501X",
            authority=authority,
        ),
    )


def a_session() -> Session:
    """Return a planned sitting in which everybody has a seat."""
    empty = Session(id=SESSION, case_id=CASE, committee_id=COMMITTEE, planned_at=NOW)
    seated = expect_people(empty, a_case())
    return expect_staff(expect_staff(seated, MEDIATOR), RECORDER)


def facts(actor: str = MEDIATOR) -> Facts:
    """Return the facts of this moment."""
    return Facts(now=NOW, actor=actor, case=a_case(), pack=PACK)


def prepared(session: Session) -> Session:
    """Return the sitting open, everybody consented, checked, told and admitted."""
    consents = tuple(
        Consent(person_id=p, scope="online_mediation", agreed=True, text_version="v", at=NOW)
        for p in (WORKER, WIFE, AGENT)
    )
    checks = tuple(
        IdentityCheck(
            person_id=p,
            document="resident_identity_card",
            number_masked="",
            matches=True,
            by=MEDIATOR,
            at=NOW,
        )
        for p in (WORKER, WIFE, AGENT)
    )
    heard = tuple(
        RightsAnswer(person_id=p, block=b, at=NOW)
        for p in (WORKER, AGENT)
        for b in range(1, BLOCKS + 1)
    )
    return replace(
        session,
        state=SessionState.OPEN,
        chair=MEDIATOR,
        opened_at=NOW,
        consents=consents,
        identity_checks=checks,
        rights_block=BLOCKS,
        rights_answers=heard,
        participants=tuple(replace(p, admitted=True) for p in session.participants),
    )


def actor(role: Role, *, step_up: bool = True) -> Actor:
    """Return an active member of the committee in one role."""
    staff = {Role.MEDIATOR: MEDIATOR, Role.RECORDER: RECORDER, Role.HEAD: HEAD}
    return Actor(
        staff_id=staff.get(role, StaffId(role.value)),
        committee_id=COMMITTEE,
        name=role.value,
        roles=frozenset({role}),
        step_up=step_up,
    )
