"""The notices of the neutral pack."""

from typing import Final

from server.domain.jurisdiction.entries import Arbitration, Notices
from server.domain.jurisdiction.texts import Choice, NoticeBlock, Question, Text


def _block(code: str, title: str, *lines: str) -> NoticeBlock:
    return NoticeBlock(code=code, title=Text(en=title), lines=tuple(Text(en=x) for x in lines))


def _question(code: str, text: str, *answers: Choice) -> Question:
    return Question(code=code, text=Text(en=text), answers=answers)


def _answer(code: str, name: str) -> Choice:
    return Choice(code=code, name=Text(en=name))


PERSONAL_STATUS: Final = _question(
    "personal_status", "Is marriage, parentage, custody, adoption or inheritance to be settled?"
)

_COURT: Final = Text(en="the courts;")

NOTICES: Final = Notices(
    rights_and_duties=(
        _block("nature", "What mediation is", "A neutral person helps both sides to agree."),
        _block("rights", "Your rights", "You may accept, refuse or stop it at any time."),
        _block("duties", "Your duties", "State the facts truthfully and respect the others."),
        _block("effect", "What an agreement does", "Once signed and sealed it is to be performed."),
        _block("confidence", "Confidence", "What is said here stays in confidence."),
    ),
    sham_mediation=_block(
        "sham_mediation", "No sham mediation", "Inventing a dispute to harm others is unlawful."
    ),
    environment=_question(
        "environment",
        "Who is with you now?",
        _answer("alone", "I am alone"),
        _answer("companion", "Family or a companion"),
        _answer("others", "Other people too"),
    ),
    mediator_accepted=_question("mediator_accepted", "Do you accept this mediator?"),
    open_to_public=_question("open_to_public", "Shall the mediation be public?"),
    voluntary=(
        _question("heard_clearly", "Did you hear and understand it all?"),
        _question("own_will", "Do you agree of your own free will?"),
        _question("no_pressure", "Has anybody put pressure on you?"),
        _question("teach_back", "Please say it back: how much, and on which day."),
    ),
    caucus_no_record=_block("no_record", "Not recorded", "Nothing said is written down"),
    caucus_promises=(
        _block("not_passed_on", "Not passed on", "Nothing is passed on unless you agree"),
        _block("heard_alone_too", "You are heard alone too", "You will be heard alone too."),
    ),
    remedies=_block(
        "remedies",
        "The mediation ends here",
        "These ways remain open to you:",
        "You may apply for mediation again.",
    ),
    ways={
        Arbitration.NONE: (_COURT,),
        Arbitration.AGREED: (_COURT, Text(en="arbitration, where you had agreed on it.")),
        Arbitration.LABOUR: (_COURT,),
        Arbitration.LAND: (_COURT,),
    },
    labour=None,
    privacy=_block(
        "privacy",
        "Your personal information",
        "It is used for this mediation and its file alone.",
        "You may see, copy and correct it, and withdraw a consent.",
    ),
    record=_block("record", "About this check", "Unchanged, valid, trusted, complete, by whom."),
    legal=_block("legal", "About this service", "It does not judge who is right."),
    wish_for=(Text(en="The mediator knows that you want it; your guardian decides"),),
    wish_against=(Text(en="The mediator will hear your reasons; your guardian decides"),),
    without_prejudice=Text(en="Statements made in order to agree are no evidence against a party."),
    minutes_read=Text(en="This record was read to the parties and checked by them."),
    minutes_caucus=Text(
        en="{start} to {end}: the mediator spoke with the {side} alone; nothing is recorded of it."
    ),
)
