"""The settlement agreement: draft, answers, lock, signatures, seal.

Contents follow 人民调解法 art. 29. A locked text never changes; reopening makes a
new version and voids every signature of the old one.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from server.domain.drawn_characters import CharacterPicture, brought
from server.domain.errors import StaleRevisionError, WrongStateError
from server.domain.ids import (
    AgreementId,
    CaseId,
    ClauseId,
    CommitteeId,
    FileId,
    PartyId,
    PersonId,
    RecordId,
    SessionId,
    StaffId,
)
from server.domain.signing_route import Attestation, PaperPage, SigningRoute
from server.domain.suites import P256_SHA256


class AgreementState(StrEnum):
    """Where the agreement stands; `NEXT` lists the moves."""

    DRAFTING = "drafting"
    LOCKED = "locked"
    SIGNED = "signed"
    SEALED = "sealed"


NEXT: dict[AgreementState, frozenset[AgreementState]] = {
    AgreementState.DRAFTING: frozenset({AgreementState.LOCKED}),
    AgreementState.LOCKED: frozenset({AgreementState.DRAFTING, AgreementState.SIGNED}),
    AgreementState.SIGNED: frozenset({AgreementState.DRAFTING, AgreementState.SEALED}),
    AgreementState.SEALED: frozenset(),
}


class Verdict(StrEnum):
    """A party's answer to a clause it has heard."""

    AGREE = "agree"
    CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause. `version` counts its own changes; a change loses its answers."""

    id: ClauseId
    text: str
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One named part of the total, in fen."""

    name: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One instalment, in fen, from a party to a party, by `due_on` inclusive."""

    payer: PartyId
    payee: PartyId
    amount: int
    due_on: date
    method: str = "bank_transfer"
    account_holder: str = ""
    bank: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseAnswer:
    """A person's latest answer to one version of one clause."""

    clause_id: ClauseId
    clause_version: int
    person_id: PersonId
    heard: bool
    at: datetime
    verdict: Verdict | None = None
    wish: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Somebody for whose signature the locked text has a line.

    `role` is party, legal_representative, agent, guardian, mediator or recorder; `label`
    names the party as the text does, empty for officials; `seal_scan` says that the
    organisation's seal must stand beside an agent's signature; `route` how he signs.
    """

    signer: str
    name: str
    role: str
    label: str = ""
    party_id: PartyId | None = None
    seal_scan: bool = False
    route: SigningRoute = SigningRoute.ELECTRONIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """The frozen text: digest of the canonical object, SHA-256 of the exact PDF.

    `signers` are those who sign it, in legal order; `blanks` says where on the pages;
    `route_reason` why anybody signs otherwise than on his phone. `certified`: the PDF has its
    form and certification, as every text locked since each person signs the PDF itself.
    `two_to_seal`: the seal takes two people, as the committee's rule was at the lock.
    """

    version: int
    digest: str
    pdf: FileId
    pdf_sha256: str
    document: FileId
    pages: int
    at: datetime
    by: StaffId
    signers: tuple[Expected, ...] = ()
    blanks: FileId | None = None
    route_reason: str = ""
    certified: bool = False
    two_to_seal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signer's act over one consent statement.

    `signer` is a PersonId or StaffId. `statement` is the exact RFC 8785 text signed,
    `signature` DER over it, `public_key` an SPKI, both base64, of `suite`. `key_control` is
    "browser" or "server". `code_verified_at` is None where no code channel exists and
    the mediator confirmed on video.
    """

    signer: str
    role: str
    on_behalf_of: PartyId | None
    statement: str
    signature: str
    public_key: str
    key_control: str
    at: datetime
    code_verified_at: datetime | None = None
    phone_masked: str = ""
    handwriting: FileId | None = None
    strokes: FileId | None = None
    seal_scan: FileId | None = None
    suite: str = P256_SHA256


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One signer's turn to sign the PDF, until a moment; the PDF's signatures are serial.

    `signature` is what counts once the PDF is signed too. `epoch` tells this turn from any
    other of the case. `prepared` keeps what finishing needs, `attributes` is the DER to be
    signed, base64; both are empty until the PDF is prepared.
    """

    epoch: int
    until: datetime
    signature: Signature
    prepared: FileId | None = None
    attributes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The committee's act; number and effective day exist only with it.

    `serial` counts the committee's agreements of `year`, which the number spells out.
    `suite` is what the seal in the PDF is made with, whatever the setting says by then.
    `approvals` are the release and its confirmation where it took two people. `confirmable`: a
    court may confirm it (人民调解法 33); the day by which to ask was not always known at the seal.
    `confirmation_depends`: on what it settles, which the mediator had not said.
    """

    by: StaffId
    at: datetime
    number: str
    effective_on: date
    confirmation_deadline: date | None
    record_id: RecordId
    year: int = 0
    serial: int = 0
    suite: str = P256_SHA256
    approvals: tuple[Attestation, ...] = ()
    confirmable: bool = True
    confirmation_depends: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody does not sign the locked text; his words are for the mediator alone."""

    person: PersonId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One case's agreement. `revision` counts saves, `text_version` locks.

    `reading` is the clause being read out; `sealing` names the record being made. `added` are
    the bytes that each signature, and at last the seal, appended to the locked PDF; `lease` is
    whose turn it is to append, `epoch` the number of turns so far. `paper` are the scans of
    what was signed in ink, `attestations` what staff saw of it. `release` is the first of the
    two people's who seal, before the second. `pictures` are of characters that no font has.
    `confirmation_answers` say of these clauses whether what no court confirms stands in them.
    """

    id: AgreementId
    case_id: CaseId
    committee_id: CommitteeId
    session_id: SessionId
    state: AgreementState = AgreementState.DRAFTING
    revision: int = 0
    text_version: int = 1
    facts: str = ""
    clauses: tuple[Clause, ...] = ()
    items: tuple[Item, ...] = ()
    payments: tuple[Payment, ...] = ()
    pictures: tuple[CharacterPicture, ...] = ()
    answers: tuple[ClauseAnswer, ...] = ()
    reading: ClauseId | None = None
    locked: Locked | None = None
    signatures: tuple[Signature, ...] = ()
    added: tuple[FileId, ...] = ()
    lease: Lease | None = None
    epoch: int = 0
    sealing: Seal | None = None
    seal: Seal | None = None
    refusals: tuple[Refusal, ...] = ()
    paper: tuple[PaperPage, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    release: Attestation | None = None
    confirmation_answers: dict[str, bool] = field(default_factory=dict)
    version: int = 0

    def refuses(self, signer: str) -> bool:
        """Whether somebody has said that he does not sign this text."""
        return any(one.person == signer for one in self.refusals)

    def taken_back(self, *signers: str) -> "Agreement":
        """Return it without what these people refused before they signed all the same."""
        left = tuple(one for one in self.refusals if one.person not in signers)
        return self if left == self.refusals else replace(self, refusals=left)

    @property
    def total(self) -> int:
        """The sum of the items in fen."""
        return sum(item.amount for item in self.items)

    @property
    def amount(self) -> int:
        """What is paid in all, in fen; without items the instalments add up to it."""
        return self.total or sum(payment.amount for payment in self.payments)

    def move(self, state: AgreementState) -> "Agreement":
        """Return it in `state`; raises WrongStateError off the table."""
        if state not in NEXT[self.state]:
            raise WrongStateError(state=self.state, wanted=state)
        return replace(self, state=state)

    def answer_of(self, clause: Clause, person: PersonId) -> ClauseAnswer | None:
        """Return the person's answer to this very version of the clause."""
        given = (
            a
            for a in self.answers
            if (a.clause_id, a.clause_version, a.person_id) == (clause.id, clause.version, person)
        )
        return next(given, None)

    def signature_of(self, signer: str) -> Signature | None:
        """Return the signer's signature of the present text, if any."""
        return next((s for s in self.signatures if s.signer == signer), None)


def revise(agreement: Agreement, new: Agreement, *, expected: int) -> Agreement:
    """Return `new`'s text as the next revision.

    Raises StaleRevisionError when the writer saw an older revision, WrongStateError
    once the text is locked. A changed clause gets a new version, so its answers no
    longer count; unchanged clauses keep theirs. What was said for the court was said of all.
    """
    if agreement.state is not AgreementState.DRAFTING:
        raise WrongStateError(state=agreement.state)
    if expected != agreement.revision:
        raise StaleRevisionError(revision=agreement.revision)
    old = {clause.id: clause for clause in agreement.clauses}
    same = [c.text for c in agreement.clauses] == [c.text for c in new.clauses]
    return replace(
        agreement,
        revision=agreement.revision + 1,
        facts=new.facts,
        items=new.items,
        payments=new.payments,
        clauses=tuple(_carry(old.get(c.id), c) for c in new.clauses),
        confirmation_answers=agreement.confirmation_answers if same else {},
    )


def _carry(old: Clause | None, new: Clause) -> Clause:
    if old is None:
        return replace(new, version=1)
    if old.text == new.text:
        return old
    return replace(new, version=old.version + 1)


def picture(agreement: Agreement, new: CharacterPicture) -> Agreement:
    """Return the draft with a character's picture; WrongStateError once the text is locked."""
    if agreement.state is not AgreementState.DRAFTING:
        raise WrongStateError(state=agreement.state)
    return replace(agreement, pictures=brought(agreement.pictures, new))


def answer(agreement: Agreement, given: ClauseAnswer) -> Agreement:
    """Return it with the answer, replacing the person's earlier one."""
    kept = tuple(
        a
        for a in agreement.answers
        if (a.clause_id, a.person_id) != (given.clause_id, given.person_id)
    )
    return replace(agreement, answers=(*kept, given))


def lock(agreement: Agreement, locked: Locked) -> Agreement:
    """Return it frozen; from here the text only changes by `reopen`."""
    certified = replace(locked, certified=True)
    return replace(agreement.move(AgreementState.LOCKED), locked=certified, reading=None)


def expect_text(agreement: Agreement, pdf_sha256: str) -> Locked:
    """Return the locked text; StaleRevisionError unless this very PDF is its."""
    if agreement.locked is None or agreement.locked.pdf_sha256 != pdf_sha256:
        raise StaleRevisionError(revision=agreement.revision)
    return agreement.locked


def expect_certified(agreement: Agreement) -> None:
    """Raise WrongStateError for a text an earlier release locked: nobody can sign its PDF.

    It has to be opened and locked again, while it has no number yet.
    """
    if agreement.locked is not None and not agreement.locked.certified:
        raise WrongStateError(state="locked_before")


def reopen(agreement: Agreement) -> Agreement:
    """Return a new version in drafting; every signature of the old one is void.

    Raises WrongStateError once the committee's seal has a number.
    """
    if agreement.sealing is not None:
        raise WrongStateError(state="sealing")
    return replace(
        agreement.move(AgreementState.DRAFTING),
        text_version=agreement.text_version + 1,
        locked=None,
        signatures=(),
        added=(),
        lease=None,
        paper=(),
        attestations=(),
        release=None,
        refusals=(),
    )


def sign(agreement: Agreement, signature: Signature) -> Agreement:
    """Return it with one more signature; raises when locked text is not signable."""
    if agreement.state is not AgreementState.LOCKED:
        raise WrongStateError(state=agreement.state)
    if agreement.signature_of(signature.signer) is not None:
        raise WrongStateError(state="signed_already")
    return replace(agreement, signatures=(*agreement.signatures, signature))
