"""What the national form prints of an agreement.json, and what a PDF's pages say.

The words stand here a second time on purpose: a page is not compared with what the code that
draws it says, but with the canonical object that everybody signs.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from server.documents.pages import page_text

NUMERALS = "零一二三四五六七八九十"
FOOTER = re.compile(
    r"完整校验码（SHA-256）([0-9a-f]{64})日志([0-9a-f]{16})第(\d+)页共(\d+)页校验码([0-9a-f]{16})$"
)
SEAM = "骑缝处：各页在此骑缝签名或者按指印"
UNDER_THE_CODE = "扫码核验"
BY_ROUTE = {
    "electronic": "",
    "wet_ink": "签名指印年月日",
    "witnessed": "本人口头表示同意，由两名见证人见证，见证人的陈述附卷",
}


def squeezed(text: str) -> str:
    """Return text without what only breaks its lines."""
    return "".join(text.split()).replace("\ufffe", "").replace("\u200b", "")


def body(pdf: bytes, seam: str = "") -> str:
    """Return all that the pages say but their footers and, on paper, the words along the seam.

    Raises AssertionError for a page that does not end with both.
    """
    return "".join(_without_margins(squeezed(page), seam) for page in page_text(pdf))


def _without_margins(page: str, seam: str) -> str:
    above = FOOTER.sub("", page.removesuffix(seam))
    assert page.endswith(seam)
    assert above + seam != page, page[-60:]
    return above


def form_text(agreement: bytes, code: str = "") -> str:
    """Return, without spaces, all that the form says from its title to the seal.

    `code` are the words under the code to be scanned, beside the title.
    """
    return squeezed("".join(_parts(json.loads(agreement), code)))


def _parts(said: dict[str, Any], code: str) -> Iterator[str]:
    yield from (said["title"], code, "编号：")
    for party in said["parties"]:
        yield from party["lines"]
    yield from ("纠纷主要事实、争议事项：", said["facts"], "经调解，自愿达成如下协议：")
    for clause in said["clauses"]:
        yield f"{NUMERALS[clause['no']]}、{clause['text']}"
    yield from _performance(said)
    yield from said["closing"]
    yield f"本协议一式{NUMERALS[said['copies']]}份，当事人、人民调解委员会各持一份。"
    for party in said["parties"]:
        yield from _signed_by(party)
    for official in filter(None, (said["mediator"], said["recorder"])):
        yield official["label"] + official["name"]
    yield from ("签订地点：", "生效日期：", said["committee"]["name"], "（印章）")


def _performance(said: dict[str, Any]) -> Iterator[str]:
    if said["performance"] or said["payments"]:
        yield "履行方式、时限："
    yield from said["performance"]
    told = None
    for one in said["payments"]:
        how = _how(one)
        if how != told:
            yield how
        told = how
        yield _instalment(one, alone=len(said["payments"]) == 1)
        yield "。" if one is said["payments"][-1] else "；"


def _how(payment: dict[str, Any]) -> str:
    account, how = payment["account"], f"{payment['payer']}以{payment['method']}方式支付"
    if account is None:
        return f"{how}给{payment['payee']}："
    named = f"户名：{account['holder']}；开户行：{account['bank']}；账号：{account['number']}"
    return f"{how}至{payment['payee']}指定账户（{named}）："


def _instalment(payment: dict[str, Any], *, alone: bool) -> str:
    amount = f"{Decimal(payment['amount_fen']) / 100:,.2f}元"
    year, month, day = map(int, payment["due_on"].split("-"))
    due = f"于{year}年{month}月{day}日前付清"
    if alone:
        return f"人民币{amount}（大写：{payment['words']}），{due}"
    return f"第{NUMERALS[payment['no']]}期{amount}（{payment['words']}），{due}"


def _signed_by(party: dict[str, Any]) -> Iterator[str]:
    if party["seal_scan_expected"]:
        ink = any(one["route"] == "wet_ink" for one in party["signers"])
        yield f"{party['label']}（盖章）：{party['name']}" + ("盖章处" if ink else "")
    for one in party["signers"]:
        yield one["label"] + one["name"] + BY_ROUTE[one["route"]]
