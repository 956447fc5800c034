"""Over HTTP: the desk tells whether a declaration is recorded, and takes it as it was told."""

import json
from typing import Any

from server.domain import conduct
from server.usecases import conduct_session
from tests.api.agreement.people import Desk, Signer, desk, draft, step_up
from tests.support import signing
from tests.support.site import Town
from tests.support.world import Stage, actor

REASON = "双手受伤，不能写字"


async def locked(office: Stage, site: Town, *, over: bool = False) -> tuple[Desk, dict[str, Any]]:
    """Return the text that the worker declares before witnesses; the sitting may be over."""
    made = await desk(office, site)
    written = await made.ask("su", "GET", made.path)
    body = draft(made.case, written["revision"])
    view = await made.ask("su", "PUT", made.path, body)
    for signer in (made.worker, made.agent):
        await signer.agree_to_all()
    if over:
        session = await signing.current_session(office.world, made.case.id)
        await conduct_session.by_staff(office.world, actor("su"), session.id, conduct.adjourn)
        await office.clock.advance(5)
    view = await made.ask("su", "GET", made.path)
    plan = {"witnessed": [made.worker.person_id], "reason": REASON}
    view = await made.ask("su", "POST", f"{made.path}/lock", {"revision": view["revision"], **plan})
    await step_up(made, "su")
    return made, view


def line(view: dict[str, Any], signer: Signer) -> dict[str, Any]:
    (found,) = [one for one in view["signatures"] if one["signer"] == signer.person_id]
    return dict(found)


def said(made: Desk, view: dict[str, Any], **changes: Any) -> dict[str, Any]:
    nurse = {"name": "马护士", "relation": "护士", "words": "我在床边听到他说同意。"}
    told = {"pdf_sha256": view["pdf_sha256"], "signer": made.worker.person_id, "way": "video"}
    return {**told, "witnesses": [nurse], **changes}


async def test_what_was_told_of_the_recording_is_what_is_taken(office: Stage, site: Town) -> None:
    made, view = await locked(office, site)
    assert line(view, made.worker)["taping"] == "none"
    assert line(view, made.agent)["taping"] is None
    path = f"{made.path}/declaration"
    refused = await made.ask("su", "POST", path, said(made, view, taping="on"), expected=422)
    assert refused["facts"] == {"field": "taping", "reason": "taped_otherwise"}
    taken = await made.ask("su", "POST", path, said(made, view, taping="none"))
    assert line(taken, made.worker)["declared"]
    (one,) = (await signing.agreement(office.world, made.case.id)).attestations
    saw = json.loads(one.statement)["saw"]
    assert saw["recording"] is None
    assert saw["session"]["closed_at"] is None


async def test_no_video_is_taken_where_there_was_none(office: Stage, site: Town) -> None:
    made, view = await locked(office, site, over=True)
    assert line(view, made.worker)["taping"] == "no_sitting"
    path = f"{made.path}/declaration"
    refused = await made.ask("su", "POST", path, said(made, view), expected=422)
    assert refused["facts"] == {"field": "way", "reason": "no_sitting"}
    taken = await made.ask("su", "POST", path, said(made, view, way="on_site", taping="no_sitting"))
    assert line(taken, made.worker)["witnesses"] == 1
