"""Staff, committee and calendar on the wire."""

import io
from collections.abc import Sequence
from datetime import date, datetime

import segno

from server.api.schemas import staff as wire
from server.domain.calendar import HolidayCalendar
from server.domain.committee import Committee
from server.domain.staff import Staff
from server.usecases.manage_staff import Credentials
from server.usecases.second_factor import provisioning_uri


def staff_view(staff: Staff, now: datetime) -> wire.StaffView:
    """Return a member as colleagues see him."""
    return wire.StaffView(
        id=staff.id,
        login=staff.login,
        name=staff.name,
        title=staff.title,
        roles=sorted(staff.roles),
        membership=staff.membership,
        locked=staff.locked_until is not None and now < staff.locked_until,
        must_change_password=staff.must_change_password,
    )


def committee_view(committee: Committee) -> wire.CommitteeView:
    """Return the committee as its staff see it."""
    return wire.CommitteeView(
        id=committee.id,
        name=committee.name,
        short_name=committee.short_name,
        number_prefix=committee.number_prefix,
        office=committee.office,
        office_phone=committee.office_phone,
        address=committee.address,
        court=committee.court,
        has_seal_image=committee.seal_image is not None,
        remind_days=committee.remind_days,
        version=committee.version,
    )


def credentials_view(made: Credentials, now: datetime) -> wire.StaffCredentials:
    """Return fresh credentials, with the secret as a QR code."""
    uri = provisioning_uri(made.totp_secret, made.staff.login)
    return wire.StaffCredentials(
        staff=staff_view(made.staff, now),
        password=made.password,
        totp_secret=made.totp_secret,
        totp_uri=uri,
        totp_qr_svg=qr_svg(uri),
    )


def qr_svg(text: str) -> str:
    """Return a QR code as an SVG element without a fixed size."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", xmldecl=False, omitsize=True, border=2)
    return out.getvalue().decode()


def calendar_view(merged: HolidayCalendar, own: Sequence[int], today: date) -> wire.CalendarView:
    """Return the known years, and which of this and the next year is missing."""
    years = [
        wire.CalendarYearView(
            year=year.year,
            shipped=year.year not in own,
            holidays=sorted(year.holidays),
            working_days=sorted(year.make_up_days),
        )
        for year in sorted(merged.years.values(), key=lambda one: one.year)
    ]
    missing = [y for y in (today.year, today.year + 1) if not merged.knows(y)]
    return wire.CalendarView(years=years, missing=missing)
