"""In which of the two languages a page or an answer is written."""

from aiohttp import web

ZH, EN = "zh-CN", "en"


def language(request: web.Request) -> str:
    """Return zh-CN or en: as asked for in `lang`, else as the browser prefers (RFC 9110 12.5.4)."""
    asked = request.query.get("lang") or _preferred(request.headers.get("Accept-Language", ""))
    return EN if asked.lower().startswith("en") else ZH


def _preferred(header: str) -> str:
    ranked = [_weighed(one) for one in header.split(",") if one.strip()]
    known = [(weight, tag) for weight, tag in ranked if tag[:2] in {"zh", "en"} and weight > 0]
    return max(known, key=lambda one: one[0], default=(1.0, ZH))[1]


def _weighed(text: str) -> tuple[float, str]:
    tag, _, quality = text.strip().partition(";")
    try:
        weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
    except ValueError:
        weight = 0.0
    return weight, tag.strip().lower()
