"""The bucket's own promises: locked, never shortened, the first version is the record."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from yarl import URL

from server.archive.bucket import ArchiveUnavailableError, Bucket, UnheldError, UnlockedError
from server.archive.s3 import S3Archive
from server.archive.sigv4 import Signer
from server.documents.pool import ProcessWorkPool
from server.domain.errors import NotFoundError
from server.domain.record import RecordParts
from server.ports.archive import Holding
from server.system import SystemClock
from tests.archive.example import RECORD, TOOLS, Office
from tests.support.s3 import KEY, REGION, SECRET, S3Server

OBJECT = f"records/{RECORD}.zip"
NOTHING = hashlib.sha256(b"").hexdigest()
GOVERNANCE = {"x-amz-bypass-governance-retention": "true"}
REFUSED = {400, 403, 405, 409}


class QuickClock(SystemClock):
    """Notes how long it was asked to sleep, and does not."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
async def bucket(s3_server: S3Server) -> Bucket:
    return await s3_server.new_bucket()


@pytest.fixture
def archive(bucket: Bucket, pool: ProcessWorkPool) -> S3Archive:
    return S3Archive(bucket=bucket, work=pool, tools=TOOLS)


def in_years(years: int) -> date:
    return (datetime.now(UTC) + timedelta(days=365 * years)).date()


@pytest.mark.slow
async def test_a_record_is_locked_until_the_day_its_committee_keeps_it(
    archive: S3Archive, bucket: Bucket, parts: RecordParts, office: Office
) -> None:
    stored = await archive.write(parts, office.sign, in_years(10))
    assert stored.version
    kept = await bucket.head(OBJECT, stored.version)
    assert kept.mode == "COMPLIANCE"
    assert kept.until is not None
    assert kept.until.date() == in_years(10)


@pytest.mark.slow
async def test_what_is_kept_for_good_is_locked_as_long_as_a_lock_reaches(
    archive: S3Archive, bucket: Bucket, parts: RecordParts, office: Office
) -> None:
    stored = await archive.write(parts, office.sign, None)
    kept = await bucket.head(OBJECT, stored.version)
    assert kept.until is not None
    assert abs(kept.until.date() - in_years(100)) <= timedelta(days=1)


@pytest.mark.slow
async def test_not_even_the_owner_removes_or_shortens_a_locked_record(
    archive: S3Archive, bucket: Bucket, parts: RecordParts, office: Office
) -> None:
    stored = await archive.write(parts, office.sign, in_years(10))
    version = {"versionId": stored.version}
    before = await bucket.head(OBJECT, stored.version)
    for headers in ({}, GOVERNANCE):
        await bucket._ask("DELETE", OBJECT, version, headers=headers, fine=REFUSED)
        for mode, until in (("COMPLIANCE", in_years(1)), ("GOVERNANCE", in_years(20))):
            await bucket._ask(
                "PUT",
                OBJECT,
                {**version, "retention": ""},
                content=retention(mode, until),
                headers=headers,
                fine=REFUSED,
            )
    assert await bucket.head(OBJECT, stored.version) == before
    assert (await archive.verify(RECORD, [parts.issuer_certificate])).verified
    longer = retention("COMPLIANCE", in_years(20))
    await bucket._ask("PUT", OBJECT, {**version, "retention": ""}, content=longer, fine={200})


def retention(mode: str, until: date) -> bytes:
    day = f"<RetainUntilDate>{until.isoformat()}T00:00:00Z</RetainUntilDate>"
    place = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
    return f"<Retention {place}><Mode>{mode}</Mode>{day}</Retention>".encode()


@pytest.mark.slow
async def test_a_version_over_it_or_a_delete_marker_changes_nothing(
    archive: S3Archive, bucket: Bucket, parts: RecordParts, office: Office
) -> None:
    stored = await archive.write(parts, office.sign, in_years(10))
    await bucket._ask("PUT", OBJECT, content=b"another", fine={200})
    await bucket._ask("DELETE", OBJECT, fine={200, 204})
    assert await archive.find(RECORD) == stored
    assert (await archive.verify(RECORD, [parts.issuer_certificate])).verified
    assert await archive.write(parts, office.sign, in_years(10)) == stored


@pytest.mark.slow
async def test_what_is_held_nobody_removes_though_no_lock_is_on_it(bucket: Bucket) -> None:
    await bucket._ask("PUT", OBJECT, content=b"without a lock", fine={200})
    ((key, version),) = await bucket.versions(OBJECT)
    assert not (await bucket.head(key, version)).held
    assert [await bucket.hold(key, version, held=True) for _ in range(2)] == [True, False]
    assert (await bucket.head(key, version)).held
    for headers in ({}, GOVERNANCE):
        await bucket._ask("DELETE", key, {"versionId": version}, headers=headers, fine=REFUSED)
    assert await bucket.get(key, version) == b"without a lock"
    for _ in range(2):
        await bucket.hold(key, version, held=False)
    await bucket._ask("DELETE", key, {"versionId": version}, fine={200, 204})
    assert await bucket.versions(OBJECT) == []


@pytest.mark.slow
async def test_a_hold_is_on_every_version_and_renewal_and_on_later_ones(
    archive: S3Archive, bucket: Bucket, parts: RecordParts, office: Office
) -> None:
    with pytest.raises(NotFoundError):
        await archive.hold(RECORD, held=True)
    await archive.write(parts, office.sign, in_years(10))
    await bucket._ask("PUT", OBJECT, content=b"another version", fine={200})
    await archive.renew(RECORD, 1, {"renewals/001/stamp.tst": b"one"})
    assert not await archive.held(RECORD)
    ((renewal, version),) = await bucket.versions("renewals/")
    await bucket.hold(renewal, version, held=True)
    assert await archive.hold(RECORD, held=True) is Holding.FOUND  # in part, by somebody else
    await archive.hold(RECORD, held=False)
    assert await archive.hold(RECORD, held=True) is Holding.PLACED
    assert await archive.hold(RECORD, held=True) is Holding.FOUND
    assert await archive.held(RECORD)
    await archive.renew(RECORD, 2, {"renewals/002/stamp.tst": b"two"})
    for held in (True, False):
        every = await archive._objects(RECORD)
        assert len(every) == 4
        assert {(await bucket.head(*one)).held for one in every} == {held}
        await archive.hold(RECORD, held=False)


class Holdless(Bucket):
    """A service that knows no legal holds."""

    async def _once(self, method: str, url: URL, *more: Any) -> Any:
        answer = await super()._once(method, url, *more)
        return replace(answer, status=501) if "legal-hold" in url.query else answer


@pytest.mark.slow
async def test_a_service_that_keeps_no_holds_is_told(bucket: Bucket) -> None:
    plain = Holdless(
        endpoint=bucket.endpoint, name=bucket.name, signer=bucket.signer, clock=QuickClock()
    )
    await plain._ask("PUT", OBJECT, content=b"one", fine={200})
    ((key, version),) = await plain.versions(OBJECT)
    with pytest.raises(UnheldError) as refused:
        await plain.hold(key, version, held=True)
    assert refused.value.facts == {"status": 501}


@pytest.mark.slow
async def test_a_bucket_without_lock_is_refused(
    s3_server: S3Server, pool: ProcessWorkPool, parts: RecordParts, office: Office
) -> None:
    bucket = await s3_server.new_bucket(locked=False)
    archive = S3Archive(bucket=bucket, work=pool, tools=TOOLS)
    with pytest.raises((UnlockedError, ArchiveUnavailableError)):
        await archive.write(parts, office.sign, in_years(10))


@pytest.mark.slow
async def test_an_object_that_was_put_there_unlocked_is_not_taken_for_sealed(
    archive: S3Archive, bucket: Bucket, parts: RecordParts, office: Office
) -> None:
    packed = await _packed(archive, parts, office)
    other = replace(archive, bucket=replace(bucket, name=f"{bucket.name}-b"))
    await other.bucket._ask(
        "PUT", "", headers={"x-amz-bucket-object-lock-enabled": "true"}, fine={200}
    )
    await other.bucket._ask("PUT", OBJECT, content=packed, fine={200})
    with pytest.raises(UnlockedError):
        await other.write(parts, office.sign, in_years(10))


async def _packed(archive: S3Archive, parts: RecordParts, office: Office) -> bytes:
    await archive.write(parts, office.sign, in_years(1))
    return await archive.package(RECORD)


@pytest.mark.slow
async def test_a_wrong_secret_is_told_and_names_nothing(s3_server: S3Server) -> None:
    signer = Signer(region=REGION, key=KEY, secret="wrong")
    bucket = replace(s3_server.bucket("records"), signer=signer)
    with pytest.raises(ArchiveUnavailableError) as refused:
        await bucket.first(OBJECT)
    assert refused.value.facts == {"status": 403}
    assert "wrong" not in repr(bucket)


async def test_a_service_that_is_away_is_asked_again_and_then_told() -> None:
    clock = QuickClock()
    signer = Signer(region=REGION, key=KEY, secret=SECRET)
    nobody = Bucket(endpoint=URL("http://127.0.0.1:9"), name="b", signer=signer, clock=clock)
    with pytest.raises(ArchiveUnavailableError):
        await nobody.first(OBJECT)
    assert clock.slept == [1.0, 2.0]


def test_the_signature_is_the_one_that_amazon_publishes() -> None:
    signer = Signer(
        region="us-east-1",
        key="AKIAIOSFODNN7EXAMPLE",
        secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    at = datetime(2013, 5, 24, tzinfo=UTC)
    place = "https://examplebucket.s3.amazonaws.com"
    for path, given, expected in (
        (
            "/test.txt",
            {"range": "bytes=0-9"},
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "/?lifecycle",
            {},
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            "/?max-keys=2&prefix=J",
            {},
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ):
        headers = signer.headers("GET", URL(place + path), given, NOTHING, at)
        assert headers["authorization"].endswith(f"Signature={expected}")
