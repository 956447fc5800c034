"""Members of staff: who they are, their roles and the state of their membership."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from server.domain.ids import CommitteeId, StaffId


class Role(StrEnum):
    """What a member of staff is appointed to do in the committee."""

    MEDIATOR = "mediator"
    RECORDER = "recorder"
    HEAD = "head"
    OFFICER = "officer"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Membership(StrEnum):
    """Only an active member acts; the other states keep the name in the file."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One member. `password_hash` is an Argon2id string, `totp_secret` base32.

    Wrong tries at the door, which is open to everybody, those from an address or with a browser
    that he signed in from before, and those of a signed-in console are counted and locked apart.
    """

    id: StaffId
    committee_id: CommitteeId
    login: str
    name: str
    roles: frozenset[Role]
    membership: Membership = Membership.INVITED
    title: str = ""
    phone: str = ""
    password_hash: str = ""
    totp_secret: str = ""
    totp_confirmed: bool = False
    totp_last_step: int = 0
    wrong_tries: int = 0
    locked_until: datetime | None = None
    address_tries: int = 0
    address_locked_until: datetime | None = None
    browser_tries: int = 0
    browser_locked_until: datetime | None = None
    console_tries: int = 0
    console_locked_until: datetime | None = None
    must_change_password: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession:
    """A signed-in console. Only the hash of its cookie is stored.

    `step_up_at` is when the second factor was last given freshly.
    """

    token_hash: str
    staff_id: StaffId
    created_at: datetime
    seen_at: datetime
    step_up_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks, as the rules see it: a member of staff with what he may be.

    `step_up` says whether his second factor is fresh enough to sign or seal.
    """

    staff_id: StaffId
    committee_id: CommitteeId
    name: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    membership: Membership = Membership.ACTIVE
    step_up: bool = False
    must_change_password: bool = False


def as_actor(member: Staff, *, step_up: bool = False) -> Actor:
    """Return a member as the rules would see him at work, with a fresh second factor or not."""
    return Actor(
        staff_id=member.id,
        committee_id=member.committee_id,
        name=member.name,
        roles=member.roles,
        membership=member.membership,
        step_up=step_up,
    )
