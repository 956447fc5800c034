"""The six consents of the neutral pack, in the same order and scopes as everywhere."""

from typing import Final

from server.domain.jurisdiction.texts import ConsentText, NoticeBlock, Text

_LAW: Final = Text(en="UNCITRAL Technical Notes on Online Dispute Resolution (2016)")


def _texts(*lines: str) -> tuple[Text, ...]:
    return tuple(Text(en=line) for line in lines)


CONSENTS: Final = (
    ConsentText(
        scope="online_mediation",
        title=Text(en="Mediation by video"),
        statement=_texts("Each side talks by video on a phone."),
        points=_texts("The screen always says who can hear you"),
        question=Text(en="Do you agree to mediate by video?"),
        on_agree=_texts("You talk on this phone"),
        on_refuse=_texts("You meet in person instead"),
        terms=_texts("I take part by video of my own will and may change to meeting in person."),
        law=_LAW,
        refusal_ends_online=True,
    ),
    ConsentText(
        scope="e_signature",
        title=Text(en="Signing on the phone"),
        statement=_texts("You write your name on your own phone and enter a code."),
        points=_texts("Until you sign, you may change your mind"),
        question=Text(en="Do you agree to sign on the phone?"),
        on_agree=_texts("You can sign the same day"),
        on_refuse=_texts("You sign on paper"),
        terms=_texts(
            "A signature is reliable when its key is made for this signing and in the signer's "
            "hands alone, and any later change to signature or text can be found."
        ),
        law=Text(en="UNCITRAL Model Law on Electronic Signatures (2001), art. 6"),
    ),
    ConsentText(
        scope="e_delivery",
        title=Text(en="Receiving papers on the phone"),
        statement=_texts("Papers are sent to the address you confirmed."),
        points=_texts("You may ask for a paper copy too"),
        question=Text(en="Do you agree to receive papers this way?"),
        on_agree=_texts("They are sent at once"),
        on_refuse=_texts("They are posted"),
        terms=_texts("A paper is delivered when it reaches the address I confirmed."),
        law=_LAW,
    ),
    ConsentText(
        scope="preservation",
        title=Text(en="How the agreement is kept"),
        statement=_texts("The signed agreement and the session log are kept unchanged."),
        points=_texts("You hold a copy and can check it yourself"),
        question=Text(en="Do you agree to have it kept this way?"),
        on_agree=_texts("It can serve as evidence"),
        on_refuse=_texts("A paper agreement is kept"),
        terms=_texts("Files kept and checked this way are accepted as authentic."),
        law=_LAW,
    ),
    ConsentText(
        scope="sensitive_information",
        title=Text(en="Medical papers and bank account"),
        statement=_texts("They are used for this mediation alone."),
        points=_texts("You may withdraw this at any time"),
        question=Text(en="Do you agree to their use?"),
        on_agree=_texts("Costs can be checked"),
        on_refuse=_texts("You need not hand them in"),
        terms=_texts("They are encrypted, opened only by the staff in charge, and then deleted."),
        law=_LAW,
    ),
    ConsentText(
        scope="recording",
        title=Text(en="Recording"),
        statement=_texts("Normally nothing is recorded."),
        points=_texts("Private talks are never recorded"),
        question=Text(en="Do you agree to recording?"),
        on_agree=_texts("It runs only if all agree"),
        on_refuse=_texts("Mediation as usual, not recorded"),
        terms=_texts("Recording starts only after every party has agreed, and stops on request."),
        law=_LAW,
        all_parties=True,
    ),
)


def _withdrawal(scope: str, line: str) -> NoticeBlock:
    title = Text(en="If you take it back")
    done = "What was done before stays valid."
    return NoticeBlock(code=scope, title=title, lines=_texts(line, done))


WITHDRAWALS: Final = (
    _withdrawal("online_mediation", "You are asked to meet in person."),
    _withdrawal("e_signature", "What is not signed yet is signed on paper or before witnesses."),
    _withdrawal("e_delivery", "From now on papers are posted or handed over."),
    _withdrawal("preservation", "A paper copy is printed and filed as well."),
    _withdrawal("sensitive_information", "They are used no more in what is not signed yet."),
    _withdrawal("recording", "Recording stops at once."),
)
