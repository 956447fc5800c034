"""The setting of the suite: what it changes, and that it changes nothing made before."""

import base64
from dataclasses import replace

from server.documents.certificates import certificate_key
from server.documents.suites import suite_of
from server.documents.work import LocalSigner
from server.domain.record import signature_folder
from server.domain.suites import P256_SHA256, SM2_SM3
from server.domain.verification import Report
from server.usecases.seal_agreement import resume_sealing
from server.usecases.world import World
from tests.support import signing
from tests.support.signing import Sitting, agreement
from tests.support.world import COMMITTEE, Stage
from tests.usecases.agreement.test_sealing import dying, killed


def in_suite(scene: Stage, suite: str) -> Stage:
    """Return the stage as after a start with this setting."""
    signer = scene.world.signer
    assert isinstance(signer, LocalSigner)
    return replace(scene, world=replace(scene.world, signer=replace(signer, suite=suite)))


async def report_of(made: Sitting, world: World) -> Report:
    seal = (await agreement(world, made.case.id)).seal
    assert seal is not None
    issuer = await world.signer.issuer(COMMITTEE, seal.at)
    return await world.archive.verify(seal.record_id, (issuer,))


def suite_of_seal(report: Report) -> object:
    return next(dict(fact.facts)["suite"] for fact in report.facts if fact.code == "seal")


async def test_staff_and_seal_take_the_setting_and_phones_do_not(office: Stage) -> None:
    made = await signing.sealed(in_suite(office, SM2_SM3))
    found = await agreement(office.world, made.case.id)
    suites = {one.role: one.suite for one in found.signatures}
    assert suites["mediator"] == suites["recorder"] == SM2_SM3
    assert {suites[role] for role in suites if role not in {"mediator", "recorder"}} == {
        P256_SHA256
    }
    for one in found.signatures:  # its name, its key and the exact bytes stand together
        suite = suite_of(base64.b64decode(one.public_key))
        assert suite is not None
        assert suite.id == one.suite
        assert suite.verify(
            base64.b64decode(one.public_key),
            one.statement.encode(),
            base64.b64decode(one.signature),
        )
    assert found.seal is not None
    assert found.seal.suite == SM2_SM3
    kept = await office.world.archive.files(found.seal.record_id)
    for one in found.signatures:  # the certificate of a phone's key and of ours alike
        certificate = kept[f"{signature_folder(one.signer)}/certificate.pem"]
        assert certificate_key(certificate) == base64.b64decode(one.public_key)


async def test_a_record_verifies_after_the_setting_changes(office: Stage) -> None:
    made = await signing.sealed(in_suite(office, SM2_SM3))
    report = await report_of(made, office.world)
    assert report.verified
    assert report.unknown == ()
    assert suite_of_seal(report) == SM2_SM3


async def test_a_begun_seal_keeps_its_suite(office: Stage) -> None:
    made = await signing.signed(in_suite(office, SM2_SM3))
    world, _ = dying(made.world, at=1)
    with killed():
        await signing.seal(made, world)
    await resume_sealing(office.world)
    report = await report_of(made, office.world)
    assert report.verified
    assert suite_of_seal(report) == SM2_SM3


async def test_signing_goes_on_in_another_suite(office: Stage) -> None:
    made = await signing.locked(office)
    await made.worker.sign()
    await made.agent.sign(seal_scan=await signing.scan(made))
    await signing.staff_signs(made, "su")
    later = replace(made, scene=in_suite(office, SM2_SM3))
    await signing.staff_signs(later, "jiang")
    await signing.seal(later)
    report = await report_of(made, office.world)
    assert report.verified
    assert [one.suite for one in report.signers] == [P256_SHA256] * 3 + [SM2_SM3]
