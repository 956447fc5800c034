"""How long each kind of file is kept, unless the committee decides otherwise.

人民调解法 art. 27 has files kept and names no period; the committee sets it by the dispute, the
agreement and the parties. The classes are those of 机关文件材料归档范围和文书档案保管期限规定
(国家档案局令第8号): permanent, 30 years, 10 years.
"""

from typing import Final

from server.domain.jurisdiction.entries import KeepingRule
from server.domain.jurisdiction.texts import Text


def _rule(dispute_type: str, retention: str, zh: str, en: str) -> KeepingRule:
    return KeepingRule(dispute_type=dispute_type, retention=retention, basis=Text(zh=zh, en=en))


_LAND = (
    "涉及土地、房屋权属，建议永久保管（国家档案局令第8号）",
    "Land or title to houses: suggested for good (Order 8 of the State Archives)",
)
_INJURY = (
    "涉及人身损害、分期履行，建议定期三十年（国家档案局令第8号）",
    "Personal injury, instalments: thirty years suggested (Order 8 of the State Archives)",
)
KEEPING: Final = (
    _rule(
        "01",
        "thirty",
        "涉及子女抚养，建议定期三十年（国家档案局令第8号）",
        "Children: thirty years suggested (Order 8 of the State Archives)",
    ),
    *(_rule(code, "permanent", *_LAND) for code in ("03", "07", "08")),
    *(_rule(code, "thirty", *_INJURY) for code in ("06", "10", "13", "14")),
    _rule(
        "",
        "long",
        "法律未定年限，默认十年（人民调解法第二十七条；国家档案局令第8号）",
        "No period by law, ten years suggested (People's Mediation Law art. 27; Order 8)",
    ),
)
