"""Who signs a document, in the order of its lines."""

from server.domain.agreement_document import AgreementDocument


def signer_ids(document: AgreementDocument) -> tuple[str, ...]:
    """Return everybody who signs, parties first."""
    of_parties = [s.signer_id for party in document.parties for s in party.signers]
    officials = [o.signer_id for o in (document.mediator, document.recorder) if o]
    return (*of_parties, *officials)
