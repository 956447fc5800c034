"""The jurisdiction pack's enumerations for the console's lists."""

from server.api.schemas.base import View


class Choice(View):
    """One entry of a list: code and its name in both languages."""

    code: str
    zh: str
    en: str


class DisputeChoice(Choice):
    """A dispute type; `e_sign`: allowed, wet_ink, or ask where `personal_status` decides."""

    e_sign: str
    labour: bool


class DocumentChoice(Choice):
    """A kind of identity document; `tells_person`: its number tells sex and birth."""

    tells_person: bool


class QuestionText(View):
    """A question as it is put, with the law it rests on; empty where a language is not there."""

    zh: str
    en: str
    law_zh: str
    law_en: str


class RightsText(View):
    """One block of what is read out at the opening."""

    no: int
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str


class PackView(View):
    """Everything the console needs to fill its lists; `notices`: what people are shown or read."""

    jurisdiction: str
    checked_on: str
    dispute_types: list[DisputeChoice]
    sources: list[Choice]
    end_reasons: list[Choice]
    id_kinds: list[DocumentChoice]
    agent_kinds: list[Choice]
    agent_scopes: list[Choice]
    needs: list[Choice]
    payment_methods: list[Choice]
    channels: list[Choice]
    consents: list[Choice]
    personal_status: QuestionText
    rights: list[RightsText]
    notices: list[Choice]
