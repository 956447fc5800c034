"""Invented values of every kind, one case complete with all that belongs to it."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from server.domain.agreement import (
    Agreement,
    Clause,
    ClauseAnswer,
    Item,
    Payment,
    Seal,
    Signature,
    Verdict,
)
from server.domain.case import (
    Authority,
    Case,
    LabourFacts,
    Party,
    PartyKind,
    Person,
    PersonRole,
    Side,
)
from server.domain.committee import Committee
from server.domain.file_kinds import FileKind
from server.domain.ids import (
    AgreementId,
    CaseId,
    ClauseId,
    CommitteeId,
    FileId,
    InvitationId,
    MessageId,
    PartyId,
    PersonId,
    RecordId,
    SessionId,
    StaffId,
)
from server.domain.invitation import Invitation
from server.domain.register import RecordOpening, RegisterEntry
from server.domain.session import (
    Consent,
    IdentityCheck,
    MinutesItem,
    MinutesMark,
    Session,
    SessionState,
)
from server.domain.staff import Role, Staff, StaffSession
from server.ports.files import StoredFile
from server.ports.notify import Message, MessageKind
from server.ports.store import OneTimeCode, UnitOfWork

AT = datetime(2025, 3, 10, 1, 0, tzinfo=UTC)
COMMITTEE = CommitteeId("c-1")
CASE = CaseId("case-1")
CANARIES = (
    "陈水根",
    "512099197904123018",
    "19900000001",
    "盛达五金制品有限公司",
    "91330400MA28XXXX1K",
    "6222021234567890123",
    "周明华",
    "argon2id-canary",
    "TOTPCANARY",
    "翻阅理由金丝雀",
    "两指压伤",
    "三万八千元整",
    "https://link.canary/t",
    "482913",
    "login-canary",
    "伤情照片.jpg",
    "小声说的话",
    "stored answer canary",
    "湖禾调字2025第12号",
)


def committee(id_: str = COMMITTEE) -> Committee:
    return Committee(
        id=CommitteeId(id_), name="湖禾街道人民调解委员会", short_name="湖禾", number_prefix="湖禾"
    )


def member(id_: str = "staff-1", **changes: object) -> Staff:
    one = Staff(
        id=StaffId(id_),
        committee_id=COMMITTEE,
        login=f"login-canary-{id_}",
        name="周明华",
        roles=frozenset({Role.MEDIATOR, Role.HEAD}),
        phone="19900000001",
        password_hash="$argon2id-canary",
        totp_secret="TOTPCANARY",
    )
    return replace(one, **changes)  # type: ignore[arg-type]  # a test names real fields


def console(token_hash: str = "t" * 64, staff: str = "staff-1") -> StaffSession:
    return StaffSession(token_hash=token_hash, staff_id=StaffId(staff), created_at=AT, seen_at=AT)


PARTIES = (
    Party(
        id=PartyId("party-1"),
        side=Side.APPLICANT,
        kind=PartyKind.PERSON,
        name="陈水根",
        needs=("大字", "陪同"),
    ),
    Party(
        id=PartyId("party-2"),
        side=Side.RESPONDENT,
        kind=PartyKind.ORGANISATION,
        name="盛达五金制品有限公司",
        uscc="91330400MA28XXXX1K",
    ),
)
PEOPLE = (
    Person(
        id=PersonId("person-1"),
        party_id=PartyId("party-1"),
        role=PersonRole.PARTY,
        name="陈水根",
        mobile="19900000001",
        id_no="512099197904123018",
        birth=date(1979, 4, 12),
    ),
    Person(
        id=PersonId("person-2"),
        party_id=PartyId("party-2"),
        role=PersonRole.AGENT,
        name="欧阳·买买提",
        authority=Authority(
            kind="staff", scopes=frozenset({"sign", "concede"}), valid_from=date(2025, 3, 1)
        ),
    ),
)


def case(id_: str = CASE, **changes: object) -> Case:
    one = Case(
        id=CaseId(id_),
        committee_id=COMMITTEE,
        case_no=f"湖禾调字〔2025〕第{id_}号",
        dispute_type="labour",
        sub_type="work_injury",
        source="application",
        matter="工伤赔偿",
        summary="两指压伤",
        created_at=AT,
        accepted_on=date(2025, 3, 10),
        due_on=date(2025, 4, 9),
        claims=("三万八千元整",),
        amount_claimed=3_800_000,
        labour=LabourFacts(injured_on=date(2025, 2, 1)),
        parties=PARTIES,
        people=PEOPLE,
        file_names={FileId("file-1"): "伤情照片.jpg"},
    )
    return replace(one, **changes)  # type: ignore[arg-type]  # a test names real fields


def invitation(id_: str = "inv-1", **changes: object) -> Invitation:
    one = Invitation(
        id=InvitationId(id_),
        committee_id=COMMITTEE,
        case_id=CASE,
        person_id=PersonId("person-1"),
        token_hash=f"token-{id_}",
        channel="sms",
        sent_at=AT,
        expires_at=AT + timedelta(days=7),
        answer_text="小声说的话",
    )
    return replace(one, **changes)  # type: ignore[arg-type]  # a test names real fields


def session(id_: str = "session-1", **changes: object) -> Session:
    one = Session(
        id=SessionId(id_),
        case_id=CASE,
        committee_id=COMMITTEE,
        planned_at=AT,
        state=SessionState.SCHEDULED,
        consents=(
            Consent(
                person_id=PersonId("person-1"),
                scope="online_mediation",
                agreed=True,
                text_version="1",
                at=AT,
            ),
        ),
        identity_checks=(
            IdentityCheck(
                person_id=PersonId("person-1"),
                document="resident_identity_card",
                number_masked="512099********3018",
                matches=True,
                by=StaffId("staff-1"),
                at=AT,
            ),
        ),
        minutes=(
            MinutesItem(
                id="m1", at=AT, speaker="陈水根", text="小声说的话", mark=MinutesMark.STATEMENT
            ),
        ),
    )
    return replace(one, **changes)  # type: ignore[arg-type]  # a test names real fields


SEAL = Seal(
    by=StaffId("staff-1"),
    at=AT,
    number="湖禾调字2025第12号",
    effective_on=date(2025, 3, 10),
    confirmation_deadline=date(2025, 4, 9),
    record_id=RecordId("record-1"),
)


def agreement(id_: str = "agreement-1", **changes: object) -> Agreement:
    one = Agreement(
        id=AgreementId(id_),
        case_id=CASE,
        committee_id=COMMITTEE,
        session_id=SessionId("session-1"),
        facts="两指压伤",
        clauses=(Clause(id=ClauseId("clause-1"), text="三万八千元整"),),
        items=(Item(name="医疗费", amount=3_800_000),),
        payments=(
            Payment(
                payer=PartyId("party-2"),
                payee=PartyId("party-1"),
                amount=3_800_000,
                due_on=date(2025, 3, 31),
                account_holder="陈水根",
                account="6222021234567890123",
            ),
        ),
        answers=(
            ClauseAnswer(
                clause_id=ClauseId("clause-1"),
                clause_version=1,
                person_id=PersonId("person-1"),
                heard=True,
                at=AT,
                verdict=Verdict.AGREE,
            ),
        ),
        signatures=(
            Signature(
                signer="person-1",
                role="party",
                on_behalf_of=PartyId("party-1"),
                statement='{"name":"陈水根"}',
                signature="MEUCIQ==",
                public_key="MFkw",
                key_control="browser",
                at=AT,
            ),
        ),
    )
    return replace(one, **changes)  # type: ignore[arg-type]  # a test names real fields


def entry(serial: int = 12, **changes: object) -> RegisterEntry:
    one = RegisterEntry(
        record_id=RecordId(f"record-{serial}"),
        case_id=CaseId(f"case-{serial}"),
        committee_id=COMMITTEE,
        number=f"湖禾调字〔2025〕第{serial}号",
        year=2025,
        serial=serial,
        party_names=("陈水根", "盛达五金制品有限公司"),
        dispute_type="labour",
        sub_type="work_injury",
        amount=3_800_000,
        sealed_at=AT + timedelta(minutes=serial),
        effective_on=date(2025, 3, 10),
        confirmation_deadline=date(2025, 4, 9),
        mediator_name="周明华",
        digest="d" * 64,
    )
    return replace(one, **changes)  # type: ignore[arg-type]  # a test names real fields


def opening(id_: str = "opening-1", record: str = "record-12") -> RecordOpening:
    return RecordOpening(
        id=id_,
        record_id=RecordId(record),
        staff_id=StaffId("staff-1"),
        reason="翻阅理由金丝雀",
        at=AT,
    )


def message(id_: str = "message-1") -> Message:
    return Message(
        id=MessageId(id_),
        committee_id=COMMITTEE,
        case_id=CASE,
        person_id=PersonId("person-1"),
        kind=MessageKind.INVITATION,
        mobile="19900000001",
        text="陈水根您好",
        link="https://link.canary/t",
        at=AT,
    )


def code(subject: str = "19900000001", **changes: object) -> OneTimeCode:
    one = OneTimeCode(
        subject=subject,
        purpose="sign",
        code_hash="c" * 64,
        sent_at=AT,
        expires_at=AT + timedelta(minutes=5),
    )
    return replace(one, **changes)  # type: ignore[arg-type]  # a test names real fields


def file(id_: str = "file-1", *, size: int, case_id: str = CASE) -> StoredFile:
    return StoredFile(
        id=FileId(id_),
        case_id=CaseId(case_id),
        kind=FileKind.EVIDENCE,
        name="伤情照片.jpg",
        media_type="image/jpeg",
        size=size,
        sha256="e" * 64,
        at=AT,
    )


@dataclass(frozen=True, slots=True)
class Story:
    """Writes the example case, so that what belongs to it has its keys."""

    uow: UnitOfWork

    async def begin(self) -> None:
        await self.uow.committees.add(committee())
        await self.uow.staff.add(member())
        await self.uow.cases.add(case())

    async def tell(self) -> None:
        """Write one of everything."""
        await self.begin()
        await self.uow.staff.sign_in(console())
        await self.uow.invitations.add(invitation(seats=("seat-1",)))
        await self.uow.sessions.add(session())
        await self.uow.agreements.add(agreement(sealing=SEAL))
        await self.uow.register.add(entry())
        await self.uow.register.open(opening())
        await self.uow.outbox.add(message())
        await self.uow.codes.put(code())
        await self.uow.files.add(file(size=18), "小声说的话123".encode())
        await self.uow.replies.put("key-1", "stored answer canary", AT)
