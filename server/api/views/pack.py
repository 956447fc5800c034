"""Renders the jurisdiction pack's lists for the console."""

from server.api.schemas import pack as wire
from server.domain.jurisdiction.entries import IdentityDocument
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.jurisdiction.texts import NoticeBlock, Question, Text


def pack_view(pack: JurisdictionPack) -> wire.PackView:
    """Return every list; what is only read, never newly chosen, is left out."""
    return wire.PackView(
        jurisdiction=pack.code,
        checked_on=pack.checked_on.isoformat(),
        dispute_types=[
            wire.DisputeChoice(
                code=d.code, zh=d.name.zh, en=d.name.en, e_sign=d.signature, labour=d.labour
            )
            for d in pack.dispute_types
            if not d.historic
        ],
        sources=[_choice(one.code, one.name) for one in pack.sources],
        end_reasons=[_choice(o.code, o.name) for o in pack.end_reasons if not o.historic],
        id_kinds=[_document(one) for one in pack.identity_documents if one.for_person],
        agent_kinds=[_choice(one.code, one.name) for one in pack.agent_kinds],
        agent_scopes=[_choice(one.code, one.name) for one in pack.agent_scopes],
        needs=[_choice(one.code, one.name) for one in pack.needs if not one.historic],
        payment_methods=[_choice(o.code, o.name) for o in pack.payment_methods],
        channels=[_choice(one.code, one.name) for one in pack.channels],
        consents=[_choice(one.scope, one.title) for one in pack.consents],
        personal_status=_question(pack.personal_status_question),
        rights=[_rights(no, one) for no, one in enumerate(pack.read_out, start=1)],
        notices=[_choice(o.code, o.title) for o in (pack.notices.privacy, *pack.read_out)],
    )


def _rights(no: int, block: NoticeBlock) -> wire.RightsText:
    return wire.RightsText(
        no=no,
        title_zh=block.title.zh,
        title_en=block.title.en,
        text_zh="".join(line.zh for line in block.lines),
        text_en=" ".join(line.en for line in block.lines),
    )


def _question(question: Question) -> wire.QuestionText:
    text, law = question.text, question.law or Text(en="")
    return wire.QuestionText(zh=text.zh, en=text.en, law_zh=law.zh, law_en=law.en)


def _document(document: IdentityDocument) -> wire.DocumentChoice:
    name = document.name
    return wire.DocumentChoice(
        code=document.code, zh=name.zh, en=name.en, tells_person=document.tells_person
    )


def _choice(code: str, name: Text) -> wire.Choice:
    return wire.Choice(code=code, zh=name.zh, en=name.en)
