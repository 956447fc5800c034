"""The acceptance form says what was registered, once more and all of it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from server.domain import printed_acceptance
from server.domain.printout import Boxes, SealPlace, Words
from tests.support.builders import PACK, a_case

NAME = "鹭岛市湖滨区禾溪街道人民调解委员会"


def rows(**changes: Any) -> dict[str, tuple[str, ...]]:
    found = printed_acceptance.parts(replace(a_case(), **changes), PACK, NAME)
    (boxes,) = (one for one in found if isinstance(one, Boxes))
    return {row.label: row.lines for row in boxes.rows}


def test_every_row_of_the_form_is_filled_from_the_case() -> None:
    filled = rows(
        claims=("赔偿18万元", "视频调解"),
        amount_claimed=18_000_000,
        occurred_on=date(2025, 1, 18),
        place="云汀花园工地",
        summary="从二楼跌落。\n\n住院20天。",
        channel="telephone",
    )
    assert filled == {
        "纠纷类型": ("其他劳动争议纠纷（工伤赔偿）",),
        "案件来源": ("■ ①当事人申请", "□ ②人民调解委员会主动调解", "□ ③接受委托移送调解"),
        "登记途径": ("电话",),
        "纠纷简要情况": (
            "发生时间：2025年1月18日",
            "发生地点：云汀花园工地",
            "事由：工地受伤的赔偿",
            "从二楼跌落。",
            "住院20天。",
        ),
        "申请事项": ("1. 赔偿18万元", "2. 视频调解", "请求金额：180,000.00元"),
        "当事人（签名）": ("陈水根：", "鹭岛恒筑建设劳务有限公司："),
        "登记人（签名）": ("",),
    }


@pytest.mark.parametrize(
    ("source", "why", "ticked"),
    [
        ("applied", "依当事人申请", 0),
        ("initiated", "经当事人同意", 1),
        ("referred_court", "经当事人同意", 2),
    ],
)
def test_where_it_came_from_is_ticked(source: str, why: str, ticked: int) -> None:
    found = printed_acceptance.parts(replace(a_case(), source=source), PACK, NAME)
    told = "调解陈水根、鹭岛恒筑建设劳务有限公司之间的纠纷。"
    assert found[0] == Words(text=f"2025年3月12日，人民调解委员会{why}，{told}")
    boxes = [line[0] for line in rows(source=source)["案件来源"]]
    assert [box == "■" for box in boxes] == [n == ticked for n in range(3)]
    assert SealPlace(committee=NAME) in found


def test_who_referred_it_is_named() -> None:
    assert rows(source="referred_court")["案件来源"][2] == "■ ③接受委托移送调解（法院）"
