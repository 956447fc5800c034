"""The signer's receipt: what it lets him compare, and what it says is owed."""

from hashlib import sha256

from server.api.schemas.seat import Receipt
from server.api.views.agreement import agreement_view
from server.api.views.receipt import receipt
from server.usecases import deliver_copy, read_agreement
from server.usecases.see_seat import see_seat
from tests.support import signing
from tests.support.signing import Phone
from tests.support.world import Stage, actor


async def shown(phone: Phone) -> Receipt:
    found = receipt(phone.world, await see_seat(phone.world, phone.invitation, phone.device))
    assert found is not None
    return found


async def copy_of(phone: Phone) -> bytes:
    code = await phone.code("copy")
    ticket = await deliver_copy.ask(phone.world, phone.invitation, phone.device, code)
    return (await deliver_copy.fetch(phone.world, phone.invitation, phone.device, ticket.token)).pdf


async def test_before_the_seal_it_is_the_pdf_that_was_signed_as_the_desk_shows_it(
    office: Stage,
) -> None:
    made = await signing.locked(office)
    assert (await shown(made.worker)).fingerprint == ""
    await made.worker.sign()
    assert (await shown(made.worker)).fingerprint == (await signing.pdf_sha256(made))[:16]
    assert (await shown(made.agent)).fingerprint == ""


async def test_after_the_seal_it_is_the_file_that_is_handed_out(office: Stage) -> None:
    made = await signing.sealed(office)
    whole = sha256(await copy_of(made.worker)).hexdigest()
    assert (await shown(made.worker)).fingerprint == whole[:16]
    desk = await read_agreement.see(office.world, actor("su"), made.case.id)
    assert agreement_view(office.world, desk).sealed_sha256 == whole
    assert whole != await signing.pdf_sha256(made)


async def test_the_picture_of_the_companys_seal_is_owed_until_the_desk_has_it(
    office: Stage,
) -> None:
    made = await signing.locked(office)
    await made.agent.sign()
    assert await _owing(made.worker) == ["林启航"]
    await signing.attach(made, await signing.scan(made))
    assert await _owing(made.worker) == []


async def _owing(phone: Phone) -> list[str]:
    return [one.name for one in (await shown(phone)).progress if one.seal_owed]
