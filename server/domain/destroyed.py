"""What is left of a case in its row once its file was destroyed: what a list of such files tells.

A register of destruction (销毁清册) lists the number, the names, the kind and title of the
dispute, the days, and who decided; it stays for good. Everything else was asked for the file
alone: numbers, telephones, addresses, days of birth, what happened and what was claimed.
"""

from dataclasses import replace
from typing import Final

from server.domain.agreement import Agreement, Payment
from server.domain.case import Authority, Capacity, Case, Party, Person

_CARD: Final = "resident_identity_card"


def listed(case: Case) -> Case:
    """Return the case as the register of destruction lists it; again, it is the same."""
    return replace(
        case,
        summary="",
        claims=(),
        amount_claimed=None,
        occurred_on=None,
        place="",
        labour=None,
        touches_status=None,
        parties=tuple(map(_party, case.parties)),
        people=tuple(map(_person, case.people)),
        file_names={},
    )


def _party(party: Party) -> Party:
    # What a party lacked or needed tells of illness and age, as much as the paper that said so.
    return replace(
        party,
        capacity=Capacity.FULL,
        address="",
        uscc="",
        legal_representative_post="",
        needs=(),
    )


def _person(person: Person) -> Person:
    """Return a name, in which role and by what right it stands in the file."""
    return replace(
        person,
        mobile="",
        id_kind=_CARD,
        id_no="",
        gender="",
        birth=None,
        ethnic="",
        occupation="",
        relation="",
        authority=_authority(person.authority),
    )


def _authority(held: Authority | None) -> Authority | None:
    return None if held is None else replace(held, licence_no="", file=None)


def without_accounts(agreement: Agreement) -> Agreement:
    """Return it without any bank account: the sealed record says where was to be paid."""
    return replace(agreement, payments=tuple(map(_unbanked, agreement.payments)))


def _unbanked(payment: Payment) -> Payment:
    return replace(payment, account_holder="", bank="", account="")
