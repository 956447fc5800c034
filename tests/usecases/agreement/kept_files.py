"""The example sealed in a committee that keeps such files for ten years, and the years passing."""

from dataclasses import replace
from datetime import date

from server.domain.retention import Keeping
from server.usecases import share_files
from server.usecases.share_files import Upload
from tests.support import signing
from tests.support.beginnings import begun
from tests.support.signing import Sitting, picture
from tests.support.world import COMMITTEE, Stage, actor

DOCUMENT, WHY = "（2025）鹭0203民初17号", "法院调卷"
TEN_YEARS = Keeping(dispute_type="10", years=10, basis="会议决定")
PAPERS = {"identity": "陈水根身份证.png", "evidence": "伤情照片.png"}


async def keep_ten_years(office: Stage) -> None:
    """Have the committee keep files of the example's kind for ten years."""
    async with office.world.store.write() as uow:
        committee = await uow.committees.get(COMMITTEE)
        await uow.committees.save(replace(committee, keeping=(TEN_YEARS,)))


async def bring_papers(made: Sitting) -> None:
    """Put files of two kinds among those of the case."""
    for kind, name in PAPERS.items():
        given = Upload(name=name, content=picture(len(name)))
        await share_files.upload(made.world, actor("jiang"), made.case.id, kind, given)


@begun
async def sealed_with_papers(office: Stage) -> Sitting:
    """Return the sealed example, among whose files others are, kept for ten years."""
    await keep_ten_years(office)
    made = await signing.signed(office)
    await bring_papers(made)
    await signing.seal(made)
    return made


def past(office: Stage, day: date) -> None:
    """Let the years pass at once: nobody is asleep here."""
    now = office.world.pack.local_day(office.clock.now())
    office.clock.jump((day - now).days * 86_400.0)
