"""Sign-in, the own account, first set-up and the admin's screens."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from server.api.schemas.base import Ask, ShortText, SixDigits, View
from server.domain.staff import Membership, Role

Login = Annotated[str, Field(min_length=2, max_length=40, pattern=r"^[a-z0-9._-]+$")]
Password = Annotated[str, Field(min_length=1, max_length=200)]


class SignIn(Ask):
    """Name, password and the six digits of the authenticator."""

    login: Login
    password: Password
    totp: SixDigits


class StaffView(View):
    """A member of staff as colleagues see him."""

    id: str
    login: str
    name: str
    title: str
    roles: list[Role]
    membership: Membership
    locked: bool = False
    must_change_password: bool = False


class CommitteeView(View):
    """The committee as its staff see it."""

    id: str
    name: str
    short_name: str
    number_prefix: str
    office: str
    office_phone: str
    address: str
    court: str
    has_seal_image: bool
    remind_days: int
    version: int


class Me(View):
    """Who is signed in, and until when his second factor counts as fresh."""

    staff: StaffView
    committee: CommitteeView
    step_up_until: datetime | None
    demo: bool


class StepUp(Ask):
    """A fresh second factor, before signing, sealing or revealing."""

    totp: SixDigits


class ChangePassword(Ask):
    """A new password for the own account."""

    old: Password
    new: Annotated[str, Field(min_length=10, max_length=200)]


class NewStaff(Ask):
    """A colleague to be."""

    login: Login
    name: Annotated[str, Field(min_length=1, max_length=50)]
    title: ShortText = ""
    phone: ShortText = ""
    roles: Annotated[list[Role], Field(min_length=1)]


class StaffCredentials(View):
    """Shown once: the first password and the authenticator's secret."""

    staff: StaffView
    password: str
    totp_secret: str
    totp_uri: str
    totp_qr_svg: str


class ChangeStaff(Ask):
    """New roles or membership; None leaves a field as it is."""

    name: Annotated[str, Field(min_length=1, max_length=50)] | None = None
    title: ShortText | None = None
    phone: ShortText | None = None
    roles: list[Role] | None = None
    membership: Membership | None = None


class StaffList(View):
    """The committee's staff."""

    staff: list[StaffView]


class ChangeCommittee(Ask):
    """The committee's particulars as `version` knew them."""

    version: int
    name: Annotated[str, Field(min_length=2, max_length=100)]
    short_name: Annotated[str, Field(min_length=1, max_length=50)]
    number_prefix: Annotated[str, Field(min_length=1, max_length=12)]
    office: ShortText = ""
    office_phone: ShortText = ""
    address: ShortText = ""
    court: ShortText = ""
    remind_days: Annotated[int, Field(ge=0, le=30)] = 3


class SetupStatus(View):
    """Whether the one-time set-up link is still good."""

    open: bool


class Setup(Ask):
    """The first start: committee and first staff, by the one-time link."""

    token: Annotated[str, Field(max_length=100)]
    name: Annotated[str, Field(min_length=2, max_length=100)]
    short_name: Annotated[str, Field(min_length=1, max_length=50)]
    number_prefix: Annotated[str, Field(min_length=1, max_length=12)]
    office: ShortText = ""
    office_phone: ShortText = ""
    address: ShortText = ""
    court: ShortText = ""
    seal_png: Annotated[str, Field(max_length=1_400_000)] | None = None
    staff: Annotated[list[NewStaff], Field(min_length=1, max_length=20)]


class SetupDone(View):
    """The first staff's credentials, shown once."""

    staff: list[StaffCredentials]


class CalendarYearView(View):
    """One year of the holiday calendar; `shipped` until staff replace it."""

    year: int
    shipped: bool
    holidays: list[date]
    working_days: list[date]


class CalendarView(View):
    """The known years, and the next one that is missing."""

    years: list[CalendarYearView]
    missing: list[int]


class PutCalendarYear(Ask):
    """A year's holidays and make-up working days as published."""

    holidays: Annotated[list[date], Field(max_length=60)]
    working_days: Annotated[list[date], Field(max_length=30)]
