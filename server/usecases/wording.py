"""The words of messages that leave the server: no names, no matter, no numbers.

The leading language of the jurisdiction pack decides; a message is read in a text
application, where nobody has chosen a language yet.
"""

from datetime import date, datetime, timedelta, timezone

from server.domain.calendar import day_en, day_zh
from server.domain.committee import Committee
from server.domain.jurisdiction.pack import JurisdictionPack
from server.usecases.read_case import CaseFacts

_PURPOSES_ZH = {"sign": "签署协议", "move": "换手机", "copy": "领取协议"}
_HALVES = ((12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
_NOON = 12
_PURPOSES_EN = {"sign": "signing", "move": "moving to this phone", "copy": "the copy"}


def invitation_text(facts: CaseFacts, pack: JurisdictionPack) -> str:
    """Return the invitation up to the place where the link follows."""
    mediator = facts.staff_name(facts.case.mediator_id)
    planned = facts.current.planned_at if facts.current else None
    when = when_for_people(planned, pack, language(pack)) if planned else ""
    if language(pack) == "zh":
        return _invitation_zh(facts.committee.name, mediator, when, facts.committee.office_phone)
    return _invitation_en(facts.committee.name, mediator, when, facts.committee.office_phone)


def _invitation_zh(committee: str, mediator: str, when: str, phone: str) -> str:
    parts = [
        f"{committee}请您参加视频调解。",
        f"调解员：{mediator}。" if mediator else "",
        f"时间：{when}。" if when else "",
        "不收费，来不来由您决定。",
        f"问一问：{phone}。" if phone else "",
        "请点开：",
    ]
    return "".join(parts)


def _invitation_en(committee: str, mediator: str, when: str, phone: str) -> str:
    parts = [
        f"{committee} invites you to a mediation by video.",
        f"Mediator: {mediator}." if mediator else "",
        f"Time: {when}." if when else "",
        "Free of charge; it is up to you.",
        f"Questions: {phone}." if phone else "",
        "Please open: ",
    ]
    return " ".join(part for part in parts if part)


def code_text(code: str, purpose: str, minutes: int, pack: JurisdictionPack) -> str:
    """Return the message that carries a one-time code."""
    if language(pack) == "zh":
        use = _PURPOSES_ZH[purpose]
        return f"验证码 {code}，用于{use}，{minutes} 分钟内有效。不要告诉任何人，包括调解员。"
    use = _PURPOSES_EN[purpose]
    return f"{code} is your code for {use}, good for {minutes} minutes. Tell it to nobody."


def reminder_text(committee: Committee, day: date, pack: JurisdictionPack) -> str:
    """Return the reminder that an instalment falls due: who sends it, the day, whom to ask."""
    phone = committee.office_phone
    if language(pack) == "zh":
        ask = f"问一问：{phone}。" if phone else ""
        said = f"您的调解协议里，有一项约定的日子是 {day_zh(day)}。已经办好的，不用管这条消息。"
        return f"{committee.name}提醒：{said}{ask}"
    ask = f" Questions: {phone}." if phone else ""
    said = f"something in your mediation agreement falls due on {day_en(day)}."
    return f"A reminder of {committee.name}: {said} If it is done, all is well.{ask}"


def language(pack: JurisdictionPack) -> str:
    """Return zh or en: the language in which the pack leads."""
    return "zh" if pack.languages[0].startswith("zh") else "en"


def when_for_people(at: datetime, pack: JurisdictionPack, lang: str) -> str:
    """Return day and time where the committee sits: 3 月 14 日（星期五）上午 9:00."""
    day, clock = day_and_clock(at, pack, lang)
    return f"{day}{clock}" if lang.startswith("zh") else f"{day}, {clock}"


def day_and_clock(at: datetime, pack: JurisdictionPack, lang: str) -> tuple[str, str]:
    """Return the two halves of a time for people, in the committee's zone."""
    local = at.astimezone(timezone(timedelta(minutes=pack.utc_offset_minutes)))
    if not lang.startswith("zh"):
        return day_en(local.date()), f"{local.hour}:{local.minute:02d}"
    half = next(word for until, word in _HALVES if local.hour < until)
    hour = local.hour - _NOON if local.hour > _NOON else local.hour
    return day_zh(local.date()), f"{half} {hour}:{local.minute:02d}"
