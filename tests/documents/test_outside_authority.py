"""A sealed PDF with time stamps of `openssl ts`: from the settings to what its reader trusts."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from server.app import _desk
from server.config import Settings
from server.documents.certificates import certificate_der
from server.documents.fonts import FontFolders
from server.documents.inspection import inspect
from server.documents.key_files import FileKeys, spki
from server.documents.remote_timestamps import _Remote
from server.documents.renewal import lasts, may_last, renewed, root_of, stamped
from server.documents.sealing import apply_seal
from server.documents.signing import Desk, certify, finished, prepare
from server.documents.sources import outside_roots
from server.documents.timestamps import TimestampsUnavailableError, UnsoundStampError
from server.documents.typesetting import typeset
from server.domain.ids import CommitteeId
from server.ports.documents import LockedPdf, SealedPdf
from tests.documents.example import example
from tests.documents.openssl_authority import OpensslAuthority
from tests.documents.sealing import seal_order, sign_order, signature


@pytest.fixture(params=[False])
async def authority(
    tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[OpensslAuthority, str]]:
    made = OpensslAuthority(tmp_path, by_ocsp=request.param)
    async with TestServer(made.site()) as server:
        made.found(str(server.make_url("/")))
        yield made, str(server.make_url("/stamps"))


@pytest.mark.parametrize("authority", [False, True], indirect=True, ids=["list", "ocsp"])
async def test_a_pdf_stamped_by_openssl_is_trusted_with_its_root(
    authority: tuple[OpensslAuthority, str], fonts: FontFolders, tmp_path: Path
) -> None:
    house, url = authority
    settings = Settings(data=tmp_path, timestamp_url=url, timestamp_trust=house.folder / "root.pem")
    keys = FileKeys(tmp_path / "keys", b"of this test: certificates of today begin with it")
    begun = datetime.now(UTC).replace(microsecond=0)
    locked, sealed = await asyncio.to_thread(sealed_now, _desk(settings, keys, fonts), begun)
    assert house.asked.count("stamp") >= 3
    assert (house.revoked in sealed.pdf) != house.by_ocsp
    assert ("answer" in house.asked) == house.by_ocsp
    roots = outside_roots(settings.timestamp_trust, settings.certificate_trust)
    own = [sealed.issuer_certificate]
    found = await asyncio.to_thread(inspect, sealed.pdf, len(locked.pdf), [*own, *roots])
    assert all(one.holds and one.trusted and one.level == "B-LTA" for one in found.each), found
    assert all(one.signed_at and begun <= one.signed_at <= datetime.now(UTC) for one in found.each)
    alone = await asyncio.to_thread(inspect, sealed.pdf, len(locked.pdf), own)
    assert not any(one.trusted for one in alone.each)


async def test_a_stamp_with_a_long_chain_of_large_keys_has_its_room(
    authority: tuple[OpensslAuthority, str], fonts: FontFolders, tmp_path: Path
) -> None:
    """As public authorities send them; three between it and its root, all of RSA-4096."""
    house, url = authority
    house.between, house.bits = 4, 4096
    house.found(url.removesuffix("stamps"))
    settings = Settings(data=tmp_path, timestamp_url=url, timestamp_trust=house.folder / "root.pem")
    desk = _desk(settings, FileKeys(tmp_path / "keys", b""), fonts)
    begun = datetime.now(UTC).replace(microsecond=0)
    token = await asyncio.to_thread(stamped, None, b"a checkpoint", begun, "sha256", desk)
    assert len(token) > 8_192
    locked, sealed = await asyncio.to_thread(sealed_now, desk, begun)
    roots = [sealed.issuer_certificate, *outside_roots(settings.timestamp_trust, None)]
    found = await asyncio.to_thread(inspect, sealed.pdf, len(locked.pdf), roots)
    assert all(one.holds and one.trusted for one in found.each), found


async def test_a_stamp_that_fits_nowhere_is_refused_in_words(
    authority: tuple[OpensslAuthority, str],
    fonts: FontFolders,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    _, url = authority
    monkeypatch.setattr(_Remote, "room", 1_024)
    desk = _desk(
        Settings(data=tmp_path, timestamp_url=url), FileKeys(tmp_path / "keys", b""), fonts
    )
    with pytest.raises(UnsoundStampError) as refused:
        await asyncio.to_thread(sealed_now, desk, datetime.now(UTC).replace(microsecond=0))
    assert refused.value.facts == {"reason": "size"}
    assert "bytes" in caplog.text


async def test_what_was_prepared_for_small_stamps_is_not_finished_with_a_large_one(
    authority: tuple[OpensslAuthority, str], fonts: FontFolders, tmp_path: Path
) -> None:
    """The setting was changed between the two, by a restart."""
    house, url = authority
    house.between, house.bits = 4, 4096
    house.found(url.removesuffix("stamps"))
    keys, begun = FileKeys(tmp_path / "keys", b""), datetime.now(UTC).replace(microsecond=0)
    own = _desk(Settings(data=tmp_path), keys, fonts)
    outside = _desk(Settings(data=tmp_path, timestamp_url=url), keys, fonts)
    document, key = example(), ec.generate_private_key(ec.SECP256R1())

    def prepared_then_finished() -> bytes:
        locked = certify(CommitteeId(document.committee.id), typeset(document, fonts), begun, own)
        order = replace(sign_order(document, locked.pdf, 0, spki(key)), at=begun, signed_at=begun)
        prepared = prepare(order, own)
        value = key.sign(prepared.attributes, ec.ECDSA(hashes.SHA256()))
        return finished(locked.pdf, prepared.state, value, begun, outside)

    with pytest.raises(TimestampsUnavailableError) as refused:
        await asyncio.to_thread(prepared_then_finished)
    assert refused.value.facts == {"reason": "no_room"}


async def test_a_list_that_could_not_be_had_is_brought_by_the_next_update(
    authority: tuple[OpensslAuthority, str],
    fonts: FontFolders,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    house, url = authority
    desk = _desk(
        Settings(data=tmp_path, timestamp_url=url), FileKeys(tmp_path / "keys", b""), fonts
    )
    revoked, house.revoked = house.revoked, b""
    begun = datetime.now(UTC).replace(microsecond=0)
    locked, sealed = await asyncio.to_thread(sealed_now, desk, begun)
    assert "list of the revoked" in caplog.text
    found = await asyncio.to_thread(inspect, sealed.pdf, len(locked.pdf), [])
    assert [(one.holds, one.level) for one in found.each] == [(True, "B-LT")] * 3
    assert not await asyncio.to_thread(lasts, sealed.pdf)
    assert not await asyncio.to_thread(may_last, sealed.pdf, begun)
    house.revoked = revoked
    assert await asyncio.to_thread(may_last, sealed.pdf, begun)
    hexi = CommitteeId(example().committee.id)
    more = await asyncio.to_thread(renewed, hexi, sealed.pdf, begun, "sha256", desk)
    found = await asyncio.to_thread(inspect, sealed.pdf + more, len(locked.pdf), [])
    assert [(one.holds, one.level) for one in found.each] == [(True, "B-LTA")] * 3
    assert await asyncio.to_thread(lasts, sealed.pdf + more)
    assert found.covers_all


@pytest.mark.parametrize("stamp", range(1, 5), ids=["lock", "signature", "seal", "archive"])
async def test_nothing_is_sealed_in_with_a_stamp_whose_certificate_is_revoked(
    stamp: int, authority: tuple[OpensslAuthority, str], fonts: FontFolders, tmp_path: Path
) -> None:
    house, url = authority
    desk = _desk(
        Settings(data=tmp_path, timestamp_url=url), FileKeys(tmp_path / "keys", b""), fonts
    )
    house.withdrawn_after = stamp
    with pytest.raises(UnsoundStampError) as refused:
        await asyncio.to_thread(sealed_now, desk, datetime.now(UTC).replace(microsecond=0))
    assert refused.value.facts == {"reason": "revoked"}
    assert house.asked.count("stamp") == stamp


async def test_nothing_is_renewed_with_a_stamp_whose_certificate_is_revoked(
    authority: tuple[OpensslAuthority, str], fonts: FontFolders, tmp_path: Path
) -> None:
    house, url = authority
    desk = _desk(
        Settings(data=tmp_path, timestamp_url=url), FileKeys(tmp_path / "keys", b""), fonts
    )
    begun = datetime.now(UTC).replace(microsecond=0)
    locked, sealed = await asyncio.to_thread(sealed_now, desk, begun)
    house.revoke()
    hexi = CommitteeId(example().committee.id)
    for refuses in (
        partial(renewed, hexi, sealed.pdf, begun, "sha256", desk),
        partial(stamped, hexi, b"a list", begun, "sha256", desk),
        partial(stamped, None, b"a checkpoint", begun, "sha256", desk),
    ):
        with pytest.raises(UnsoundStampError) as refused:
            await asyncio.to_thread(refuses)
        assert refused.value.facts == {"reason": "revoked"}
    house.found(url.removesuffix("stamps"))  # it has a new certificate
    more = await asyncio.to_thread(renewed, hexi, sealed.pdf, begun, "sha256", desk)
    found = await asyncio.to_thread(inspect, sealed.pdf + more, len(locked.pdf), [])
    assert found.covers_all
    assert [stamp.holds for stamp in found.stamps] == [True, True]


def sealed_now(desk: Desk, at: datetime) -> tuple[LockedPdf, SealedPdf]:
    """Return the example locked, signed by its first signer and sealed; its clock is not ours."""
    document = example()
    locked = certify(CommitteeId(document.committee.id), typeset(document, desk.fonts), at, desk)
    key = ec.generate_private_key(ec.SECP256R1())
    order = sign_order(document, locked.pdf, 0, spki(key))
    signed = locked.pdf + signature(desk, replace(order, at=at, signed_at=at), key)
    return locked, apply_seal(replace(seal_order(document, signed), at=at), desk)


async def test_the_root_of_a_token_is_one_it_brings_or_one_of_the_settings(
    authority: tuple[OpensslAuthority, str], fonts: FontFolders, tmp_path: Path
) -> None:
    house, url = authority
    root = house.folder / "root.pem"
    desk = _desk(
        Settings(data=tmp_path, timestamp_url=url, timestamp_trust=root),
        FileKeys(tmp_path / "keys", b""),
        fonts,
    )
    now = datetime.now(UTC)
    token = await asyncio.to_thread(stamped, None, b"a checkpoint", now, "sha256", desk)
    roots = desk.sources.stamps.roots
    found = await asyncio.to_thread(root_of, token, b"a checkpoint", roots)
    assert found is not None
    assert certificate_der(found) == certificate_der(root.read_bytes())
    assert await asyncio.to_thread(root_of, token, b"another", roots) is None
