"""A record under the seal that an authority certified: from its .pfx to the three verifiers."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from cryptography import x509

from server.archive.guide import guide
from server.archive.making import sign_files
from server.archive.package import package
from server.archive.presented import judge_presented
from server.archive.report_text import as_text
from server.archive.verifier import verify_files
from server.documents.certificates import issuer
from server.documents.outside_key import keep_outside, read_seal
from server.documents.renewal import may_last, renewed
from server.documents.revocation import UnprovenError
from server.documents.seals import outside_certificates, seal_certificates
from server.domain.record import ISSUER_CERTIFICATE, PDF, SEAL_CERTIFICATE, record_files
from server.domain.suites import P256_SHA256
from server.ports.documents import SealRoot
from tests.archive.attacks.judges import Bend, by_page, by_shell, fingerprint, told_by_page
from tests.archive.example import HEXI, RECORD, TOOLS, Files, Office, record_parts
from tests.archive.test_verifier import failing
from tests.documents.example import SEALED_AT
from tests.documents.seal_authority import OFFICE, PASSWORD, SealAuthority, made_key, pem
from tests.support.papers import desk_of


@dataclass
class House:
    """An authority, and an office of its own whose committee it has given a seal."""

    authority: SealAuthority
    office: Office

    def take(self, *, again: bool = False) -> None:
        """Let the committee seal with a new certificate."""
        key, authority = made_key(), self.authority
        made = authority.certify(key, name=f"{OFFICE} 2" if again else OFFICE)
        taken = read_seal(authority.pfx(key, made), PASSWORD, [], [pem(authority.root)], SEALED_AT)
        keep_outside(self.office.keys, HEXI, taken)

    def sealed(self) -> Files:
        """Return a record's files."""
        parts = record_parts(self.office)
        return Files(asyncio.run(sign_files(parts, record_files(parts, guide()), self.office.sign)))

    @property
    def own(self) -> bytes:
        """The committee's own issuer, which certifies lock, signers and stamps as before."""
        return issuer(self.office.keys, HEXI, SEALED_AT)


@pytest.fixture
async def house(office: Office, tmp_path: Path) -> AsyncIterator[House]:
    authority = SealAuthority(SEALED_AT)
    async with TestServer(authority.site()) as server:
        authority.url = str(server.make_url("/"))
        keys = type(office.keys)(tmp_path / "keys", office.keys.master)
        yield House(authority, Office(keys, office.fonts))


async def test_all_three_verify_it_with_the_root_of_the_authority(
    house: House, tmp_path: Path
) -> None:
    await asyncio.to_thread(house.take)
    files = await asyncio.to_thread(house.sealed)
    root, own = pem(house.authority.root), house.own
    assert files[ISSUER_CERTIFICATE] == pem(house.authority.issuer)
    report = await asyncio.to_thread(verify_files, files, TOOLS, (root, own))
    assert (failing(report), report.unknown) == ({}, ())
    assert OFFICE in as_text(report, "zh")
    alone = await asyncio.to_thread(judge_presented, files[PDF], TOOLS, (root, own))
    assert (alone.report.verified, alone.report.unknown) == (True, ())
    every = tmp_path / "every.pem"
    every.write_bytes(root + own)
    assert await asyncio.to_thread(by_shell, files, tmp_path / "shell", every) == frozenset()
    assert await asyncio.to_thread(by_shell, files, tmp_path / "bare") == frozenset()
    bundle = tmp_path / "record.zip"
    bundle.write_bytes(package(RECORD, files))
    known = f"{fingerprint(root)} {fingerprint(own)}"
    (told,) = await asyncio.to_thread(told_by_page, [Bend(zip=bundle, known=known)])
    facts = {one["code"]: one["holds"] for one in told["facts"]}
    assert facts["trusted"] is True, told
    assert False not in facts.values()
    assert told["certified"] == OFFICE


async def test_with_no_root_or_another_nobody_is_trusted(house: House, tmp_path: Path) -> None:
    await asyncio.to_thread(house.take)
    files = await asyncio.to_thread(house.sealed)
    report = await asyncio.to_thread(verify_files, files, TOOLS, (house.own,))
    assert [fact.code for fact in report.failed] == ["trusted"]
    report = await asyncio.to_thread(verify_files, files, TOOLS)
    assert [fact.code for fact in report.unknown] == ["certificates", "trusted"]
    bundle = tmp_path / "record.zip"
    bundle.write_bytes(package(RECORD, files))
    asked = [Bend(zip=bundle, known=fingerprint(house.own)), Bend(zip=bundle)]
    named, none = await asyncio.to_thread(by_page, asked)
    assert (named, none) == (frozenset({"trusted"}), frozenset())
    other = tmp_path / "other.pem"
    other.write_bytes(house.own + pem(SealAuthority(SEALED_AT).root))
    found = await asyncio.to_thread(by_shell, files, tmp_path / "shell", other)
    assert found == {"certificate"}


async def test_a_renewed_certificate_takes_over_and_earlier_records_still_verify(
    house: House,
) -> None:
    await asyncio.to_thread(house.take)
    earlier = await asyncio.to_thread(house.sealed)
    await asyncio.to_thread(house.take, again=True)
    later = await asyncio.to_thread(house.sealed)
    keys = house.office.keys
    assert [earlier[SEAL_CERTIFICATE], later[SEAL_CERTIFICATE]] == [
        *outside_certificates(keys, HEXI)
    ]
    seals = [SealRoot(one) for one in outside_certificates(keys, HEXI)]
    for files in (earlier, later):
        report = await asyncio.to_thread(verify_files, files, TOOLS, (house.own, *seals))
        assert (failing(report), report.unknown) == ({}, ())
    only_later = await asyncio.to_thread(verify_files, earlier, TOOLS, (house.own, seals[1]))
    assert [fact.code for fact in only_later.failed] == ["trusted"]
    assert len([*keys.folder.glob("seal-hexi.*.key")]) == 1


async def test_nothing_is_sealed_while_the_authority_does_not_answer(house: House) -> None:
    await asyncio.to_thread(house.take)
    house.authority.away = True
    with pytest.raises(UnprovenError):
        await asyncio.to_thread(house.sealed)
    house.authority.away = False
    assert await asyncio.to_thread(house.sealed)


async def test_under_an_authority_that_speaks_by_ocsp_alone_a_seal_lasts(house: House) -> None:
    house.authority.speaks, house.authority.how = "ocsp", "delegate"
    await asyncio.to_thread(house.take)
    files = await asyncio.to_thread(house.sealed)
    assert {*house.authority.asked} == {"root by ocsp", "seals by ocsp"}
    roots = (pem(house.authority.root), house.own)
    report = await asyncio.to_thread(verify_files, files, TOOLS, roots)
    assert (failing(report), report.unknown) == ({}, ())
    found = await asyncio.to_thread(TOOLS.inspect, files["agreement.pdf"], 0, roots)
    assert found.each[-1].level == "B-LTA"


async def test_a_renewal_brings_what_was_said_after_the_seal(house: House) -> None:
    authority, office = house.authority, house.office
    authority.at -= timedelta(days=2)
    await asyncio.to_thread(house.take)
    files = await asyncio.to_thread(house.sealed)
    authority.at += timedelta(days=100)
    later, desk = SEALED_AT + timedelta(days=90), desk_of(office.keys, office.fonts)
    pdf = files["agreement.pdf"]
    more = await asyncio.to_thread(renewed, HEXI, pdf, later, "sha256", desk)
    levels = [
        (await asyncio.to_thread(TOOLS.inspect, one, 0, ())).each[-1].level
        for one in (pdf, pdf + more)
    ]
    assert levels == ["B-LT", "B-LTA"]
    assert await asyncio.to_thread(may_last, pdf, later)
    house.authority.away = True
    assert not await asyncio.to_thread(may_last, pdf, later)


async def test_a_seal_that_has_been_revoked_or_has_ended_seals_no_more(house: House) -> None:
    await asyncio.to_thread(house.take)
    trust = seal_certificates(house.office.keys, HEXI, SEALED_AT, P256_SHA256)
    number = x509.load_pem_x509_certificate(trust.seal).serial_number
    house.authority.revoked.add(number)
    with pytest.raises(UnprovenError):
        await asyncio.to_thread(house.sealed)


async def test_what_is_issued_for_one_signing_is_nobodys_seal(house: House) -> None:
    await asyncio.to_thread(house.take)
    files = await asyncio.to_thread(house.sealed)
    found = await asyncio.to_thread(TOOLS.inspect, files["agreement.pdf"], 0, ())
    last = replace(found.each[-1], statement_sha256="ab" * 32)
    forged = replace(found, each=(*found.each[:-1], last))
    tools = replace(TOOLS, inspect=lambda *_: forged)
    report = await asyncio.to_thread(verify_files, files, tools)
    assert "seal_chain" in {fact.code for fact in report.failed}
