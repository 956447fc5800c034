"""Days, clocks, names and sums as the printed forms write them, in Chinese."""

from datetime import date, datetime, timedelta, timezone

from server.domain.case import Case, Side
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.jurisdiction.texts import Text

CHINA = timezone(timedelta(hours=8))


def zh(text: Text) -> str:
    """Return a text of a pack in Chinese, in English where it has no other."""
    return text.in_language("zh")


def day(at: datetime) -> str:
    """Return 2025年3月14日 in the time of China."""
    return chinese_date(at.astimezone(CHINA).date())


def chinese_date(when: date) -> str:
    """Return 2025年3月14日."""
    return f"{when.year}年{when.month}月{when.day}日"


def clock(at: datetime) -> str:
    """Return 9时05分 in the time of China."""
    there = at.astimezone(CHINA)
    return f"{there.hour}时{there.minute:02d}分"


def moment(at: datetime) -> str:
    """Return 2025年3月14日9时05分."""
    return day(at) + clock(at)


def yuan(fen: int) -> str:
    """Return fen as yuan with two decimals and thousands separators."""
    return f"{fen // 100:,}.{fen % 100:02d}元"


def side_name(side: Side, pack: JurisdictionPack) -> str:
    """Return 申请人, 被申请人 or 第三人."""
    return next(zh(one.name) for one in pack.sides if one.code == side)


def named_sides(case: Case) -> str:
    """Return who has the dispute with whom: 陈水根与某公司."""
    names = {side: [p.name for p in case.parties if p.side is side] for side in Side}
    sides = (names[Side.APPLICANT], names[Side.RESPONDENT], names[Side.THIRD])
    return "与".join("、".join(each) for each in sides if each)


def matter(case: Case) -> str:
    """Return what the dispute is about, called a dispute once."""
    return case.matter if case.matter.endswith(("纠纷", "争议")) else f"{case.matter}纠纷"
