"""Prepares the folders from which every question starts: one case, moment by moment.

Committee one has the example's case with its mediator su and recorder jiang, and beside
it a case of lin and xu. Committee two has the same staff over again.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from server.archive.recordings import LocalRecordings
from server.domain import conduct, rights
from server.domain.case import Case, PersonRole
from server.domain.committee import Committee
from server.domain.ids import CommitteeId, PersonId, RecordingId, SeatId, SessionId, StaffId
from server.domain.invitation import Answer, Invitation
from server.domain.jurisdiction.texts import text_version
from server.domain.session import MinutesItem, MinutesMark
from server.domain.signing_route import RoutePlan
from server.domain.staff import Actor, Membership, Role, Staff, StaffSession
from server.store.schema import migrate
from server.usecases import (
    answer_link,
    conduct_session,
    draft_agreement,
    give_consent,
    invite_people,
    retrieve_record,
    revoke_link,
    send_code,
    share_files,
    take_seat,
    unlock_agreement,
)
from server.usecases.identify import hash_token
from server.usecases.passwords import hash_password
from server.usecases.share_files import Upload
from server.usecases.world import World
from tests.access.office import make_stage
from tests.support import cases, films, paper, signing
from tests.support.clock import START
from tests.support.signing import Phone, Sitting
from tests.support.site import lay_out_pages
from tests.support.world import COMMITTEE, OTHER_COMMITTEE, PACK, Stage

Facts = dict[str, Any]

PASSWORD, TOTP = "an old password", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PNG = signing.picture(3)
STAFF = (
    ("su", Role.MEDIATOR),
    ("jiang", Role.RECORDER),
    ("he", Role.HEAD),
    ("officer", Role.OFFICER),
    ("admin", Role.ADMIN),
    ("auditor", Role.AUDITOR),
    ("lin", Role.MEDIATOR),
    ("xu", Role.RECORDER),
)
"""Login and role; lin and xu are not on the example's case."""

MOMENTS = (
    "planned",
    "open",
    "agreed",
    "paper",
    "spoken",
    "locked",
    "parties",
    "mediator",
    "signed",
    "sealed",
)
"""Each is the one before, one step on; a folder is kept of every one.

At `paper` the text is locked to be signed in ink and the recorder has brought every page,
at `spoken` for P to declare before witnesses.
"""


def staff_id(login: str, committee: CommitteeId = COMMITTEE) -> StaffId:
    return StaffId(f"staff-{login}" if committee == COMMITTEE else f"other-{login}")


@dataclass
class Preparation:
    """What has been prepared: a folder and the facts of every moment."""

    root: Path
    facts: dict[str, Facts] = field(default_factory=dict)

    def folder(self, moment: str) -> Path:
        return self.root / moment


async def prepare(root: Path) -> Preparation:
    """Play the case once and keep a folder of every moment."""
    dist = root / "dist"
    dist.mkdir()
    done = Preparation(root=root)
    facts: Facts = {"dist": lay_out_pages(dist)}
    await migrate(f"sqlite:///{root / 'heyi.db'}")
    async with make_stage(root, now=START, seed=5) as (scene, _):
        await _found(scene.world)
        sitting = await _plan(scene, facts)
        await _keep(done, "planned", scene, sitting, facts)
        for moment, step in _STEPS:
            await step(sitting, facts)
            await _keep(done, moment, scene, sitting, facts)
    return done


async def _found(world: World) -> None:
    password = hash_password(PASSWORD)
    async with world.store.write() as uow:
        for committee, short in ((COMMITTEE, "禾溪"), (OTHER_COMMITTEE, "松涛")):
            name = f"鹭岛市湖滨区{short}街道人民调解委员会"
            await uow.committees.add(
                Committee(id=committee, name=name, short_name=short, number_prefix=f"湖{short[0]}")
            )
            for login, role in STAFF:
                await uow.staff.add(
                    Staff(
                        id=staff_id(login, committee),
                        committee_id=committee,
                        login=login if committee == COMMITTEE else f"other-{login}",
                        name=f"{login}先生",
                        roles=frozenset({role}),
                        membership=Membership.ACTIVE,
                        password_hash=password,
                        totp_secret=TOTP,
                    )
                )


async def _plan(scene: Stage, facts: Facts) -> Sitting:
    """Register both cases; the example's three people hold their seats."""
    world = scene.world
    case = await cases.registered(world)
    other = await cases.registered(
        world, mediator_id=StaffId("staff-lin"), recorder_id=StaffId("staff-xu")
    )
    session = await signing.current_session(world, case.id)
    facts |= {"case": case.id, "session": session.id, "other_case": other.id}
    facts["other_session"] = (await signing.current_session(world, other.id)).id
    facts["parties"] = {party.side.value: party.id for party in case.parties}
    phones = [await _seat(scene, case, facts, *who) for who in _PEOPLE]
    await _other_people(scene, other, facts)
    await _papers(world, case, facts)
    worker, agent, _ = phones
    return Sitting(scene=scene, case=case, session=session, worker=worker, agent=agent)


_PEOPLE = (("P", "陈水根"), ("A", "林启航"), ("C", "刘春梅"))


async def _seat(scene: Stage, case: Case, facts: Facts, column: str, name: str) -> Phone:
    world, who = scene.world, cases.person(case, name)
    issued = await invite_people.invite(world, _actor(world, "su"), case.id, who.id, "qr")
    token = issued.message.link.rpartition("/")[2]
    opened = await answer_link.open_link(world, token, who.mobile[-4:])
    second = await answer_link.open_link(world, token, who.mobile[-4:])
    await answer_link.answer(world, opened.invitation, Answer.ACCEPTED, "")
    device = hash_token(opened.token)
    invitation = await take_seat.enter(world, opened.invitation, device)
    facts.setdefault("seats", {})[column] = opened.token
    facts.setdefault("people", {})[column] = who.id
    facts.setdefault("invitations", {})[column] = invitation.id
    if column == "P":
        await take_seat.enter(world, invitation, hash_token(second.token))
        facts["seats"]["waiting"] = second.token
        facts |= {"link": token, "digits": who.mobile[-4:], "message": issued.message.id}
    return Phone(scene=scene, invitation=invitation, device=device)


async def _other_people(scene: Stage, case: Case, facts: Facts) -> None:
    """Seat people in the other case: one as usual, one whose link ended, one out of time."""
    world, lin = scene.world, _actor(scene.world, "lin")
    for column, name in (("P'", "陈水根"), ("revoked", "林启航"), ("expired", "刘春梅")):
        who = cases.person(case, name)
        issued = await invite_people.invite(world, lin, case.id, who.id, "qr")
        token = issued.message.link.rpartition("/")[2]
        opened = await answer_link.open_link(world, token, who.mobile[-4:])
        await answer_link.answer(world, opened.invitation, Answer.ACCEPTED, "")
        invitation = await take_seat.enter(world, opened.invitation, hash_token(opened.token))
        facts["seats"][column] = opened.token
        facts["people"][column] = who.id
        facts[f"link {column}"] = token
        if column == "revoked":
            await revoke_link.revoke(world, lin, case.id, invitation.id)
        if column == "expired":
            await _expire(world, invitation)


async def _expire(world: World, invitation: Invitation) -> None:
    past = world.clock.now() - timedelta(days=1)
    async with world.store.write() as uow:
        fresh = await uow.invitations.get(invitation.id)
        await uow.invitations.save(replace(fresh, expires_at=past))


async def _papers(world: World, case: Case, facts: Facts) -> None:
    given = Upload(name="病历.png", content=PNG)
    jiang = _actor(world, "jiang")
    kept = await share_files.upload(world, jiang, case.id, "evidence", given)
    facts["file"] = kept.id
    scan = await share_files.upload(world, jiang, case.id, "seal_scan", given)
    facts["scan"] = scan.id


async def _open(made: Sitting, facts: Facts) -> None:
    """Everybody consented, checked, told and admitted; the sitting is open."""
    world, su = made.world, _actor(made.world, "su")
    await conduct_session.by_staff(world, su, made.session.id, conduct.open_session)
    for person in made.case.people:
        await _receive(world, made, person.id, companion=person.role is PersonRole.COMPANION)
    said = MinutesItem(
        id="minutes-1", at=world.clock.now(), speaker="苏", text="开始。", mark=MinutesMark.NOTICE
    )
    await conduct_session.write_minutes(world, su, made.session.id, said, change=False)
    facts["minutes"] = said.id


async def _receive(world: World, made: Sitting, person: PersonId, *, companion: bool) -> None:
    su, session = _actor(world, "su"), made.session.id
    async with world.store.read() as uow:
        links = {one.person_id: one for one in await uow.invitations.of_case(made.case.id)}
    for scope in signing.SCOPES:
        version = text_version(PACK.consent(scope))
        await give_consent.consent(world, links[person], scope, version, agreed=True)
    check = conduct_session.identity(
        world, su, person, "resident_identity_card", matches=True, phone_confirmed=False
    )
    await conduct_session.check_identity(world, su, session, check)
    for block in range(1, PACK.rights_blocks + 1):
        await conduct_session.by_staff(world, su, session, rights.read_rights(block))
        if not companion:
            await _hear(world, session, person, block)
    await conduct_session.by_staff(world, su, session, conduct.admit(SeatId(person)))


async def _hear(world: World, session: SessionId, person: PersonId, block: int) -> None:
    await conduct_session.by_party(world, person, session, rights.hear_rights(person, block))


async def _agree(made: Sitting, facts: Facts) -> None:
    su = _actor(made.world, "su")
    await draft_agreement.edit(made.world, su, made.case.id, signing.draft(made.case))
    for phone in made.phones:
        for clause in range(len(signing.CLAUSES)):
            await phone.answer(clause)
    drafted = await signing.agreement(made.world, made.case.id)
    facts["clauses"] = [clause.id for clause in drafted.clauses]


async def _ink(made: Sitting, facts: Facts) -> None:
    await paper.lock(made)
    await paper.bring_all(made, _actor(made.world, "jiang"))
    facts["paper"] = paper.ticked(await signing.agreement(made.world, made.case.id))


async def _speak(made: Sitting, facts: Facts) -> None:
    await _reopen(made)
    who = frozenset({PersonId(facts["people"]["P"])})
    await paper.lock(made, RoutePlan(witnessed=who, reason="双手受伤"))
    facts["pdf_sha256"] = await signing.pdf_sha256(made)


async def _reopen(made: Sitting) -> None:
    su = _actor(made.world, "su")
    await unlock_agreement.unlock(made.world, su, made.case.id, "换一种签法")


async def _lock(made: Sitting, facts: Facts) -> None:
    await _reopen(made)
    await signing.lock(made)
    facts["pdf_sha256"] = await signing.pdf_sha256(made)
    for phone in made.phones:
        await phone.look()


async def _parties(made: Sitting, facts: Facts) -> None:
    world = made.world
    for phone in made.phones:
        await made.scene.clock.advance(61)
        pending = await phone.ask(code=await _code(world, phone))
        scan = facts["scan"] if phone is made.agent else None
        await phone.submit(phone.signed(pending, seal_scan=scan))


async def _code(world: World, phone: Phone) -> str:
    await send_code.send(world, phone.invitation, "sign")
    codes: dict[str, str] = world.notifier.codes  # type: ignore[attr-defined]
    return codes[phone.invitation.person_id]


async def _mediator(made: Sitting, facts: Facts) -> None:
    await signing.staff_signs(made, "su")


async def _recorder(made: Sitting, facts: Facts) -> None:
    await signing.staff_signs(made, "jiang")


async def _seal(made: Sitting, facts: Facts) -> None:
    await signing.seal(made)
    sealed = await signing.agreement(made.world, made.case.id)
    assert sealed.seal is not None
    facts["record"] = sealed.seal.record_id
    facts["recording"] = "recording-1"
    recording, worker = RecordingId(facts["recording"]), SeatId(facts["people"]["P"])
    await films.recorded(made.world, made.session.id, recording, worker, made.world.clock.now())
    films.write_film(_media(made), recording, worker)
    films.write_grid(_media(made), recording, b"\0\0\0\x1cftyp")
    facts["openings"] = {}
    for login in ("su", "jiang", "xu", "he", "officer"):
        who = _actor(made.world, login)
        done = await retrieve_record.open_record(made.world, who, sealed.seal.record_id, "核对")
        facts["openings"][login] = done.opening.id


def _media(made: Sitting) -> Path:
    assert isinstance(made.world.recordings, LocalRecordings)
    return made.world.recordings.folder


Step = Callable[[Sitting, Facts], Awaitable[None]]
_STEPS: tuple[tuple[str, Step], ...] = (
    ("open", _open),
    ("agreed", _agree),
    ("paper", _ink),
    ("spoken", _speak),
    ("locked", _lock),
    ("parties", _parties),
    ("mediator", _mediator),
    ("signed", _recorder),
    ("sealed", _seal),
)


def _actor(world: World, login: str) -> Actor:
    role = next(role for known, role in STAFF if known == login)
    return Actor(
        staff_id=staff_id(login),
        committee_id=COMMITTEE,
        name=login,
        roles=frozenset({role}),
        step_up=True,
    )


async def _keep(done: Preparation, moment: str, scene: Stage, made: Sitting, facts: Facts) -> None:
    """Keep a folder of this moment, with everybody freshly signed in."""
    folder = done.folder(moment)
    folder.mkdir()
    await _sign_in(scene.world, moment)
    for name in ("keys", "data"):
        if (done.root / name).exists():
            shutil.copytree(done.root / name, folder / name)
    with (
        closing(sqlite3.connect(done.root / "heyi.db")) as source,
        closing(sqlite3.connect(folder / "heyi.db")) as target,
    ):
        source.backup(target)
    done.facts[moment] = facts | {
        "now": scene.world.clock.now(),
        "moment": moment,
        "seats": dict(facts["seats"]),
    }


def console(login: str, committee: CommitteeId, moment: str) -> str:
    """Return the cookie of a member of staff at a moment."""
    seed = f"{login} {committee} {moment}".encode()
    return hashlib.sha256(seed).hexdigest()[:22]


async def _sign_in(world: World, moment: str) -> None:
    now = world.clock.now()
    async with world.store.write() as uow:
        for committee in (COMMITTEE, OTHER_COMMITTEE):
            for login, _ in STAFF:
                await uow.staff.sign_in(
                    StaffSession(
                        token_hash=hash_token(console(login, committee, moment)),
                        staff_id=staff_id(login, committee),
                        created_at=now,
                        seen_at=now,
                        step_up_at=now,
                    )
                )
