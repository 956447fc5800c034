"""The undocumented names of aiortc and pylibsrtp are still there and mean the same."""

import asyncio
from pathlib import Path
from typing import Any

import pylibsrtp
import pytest
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport

from server.media import undocumented
from server.media.engines import UnfitEngineError, choose_engine
from server.media.settings import WorkerSettings


def test_this_release_can_be_used_in_place() -> None:
    assert undocumented.fault() is None


def test_another_binding_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undocumented, "protect", undocumented._lib.srtp_add_stream)
    assert "bound in another way" in str(undocumented.fault())


def test_a_missing_function_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undocumented, "unprotect_rtcp", None)
    assert "bound in another way" in str(undocumented.fault())


def test_sessions_held_elsewhere_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undocumented, "context", lambda session: None)
    assert "holds its sessions" in str(undocumented.fault())


def test_another_outcome_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undocumented, "protect", undocumented._lib.srtp_unprotect)
    assert "seals differently" in str(undocumented.fault())


class End:
    """One end of a way in memory."""

    def __init__(self) -> None:
        self.arrived: asyncio.Queue[bytes] = asyncio.Queue()
        self.other: End = self

    async def receive(self) -> bytes:
        return await self.arrived.get()

    def send(self, raw: bytes) -> None:
        self.other.arrived.put_nowait(raw)


async def test_aiortc_s_dtls_takes_a_role_and_ciphers_and_gives_sessions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    policies: list[pylibsrtp.Policy] = []
    contexts: list[Any] = []
    made = pylibsrtp.Session.__init__
    built = undocumented._Certificate._create_ssl_context

    def session(self: pylibsrtp.Session, policy: pylibsrtp.Policy) -> None:
        policies.append(policy)
        made(self, policy)

    def context(self: Any, srtp_profiles: Any) -> Any:
        contexts.append(built(self, srtp_profiles))
        return contexts[-1]

    monkeypatch.setattr(pylibsrtp.Session, "__init__", session)
    monkeypatch.setattr(undocumented._Certificate, "_create_ssl_context", context)
    ends = End(), End()
    ends[0].other, ends[1].other = ends[1], ends[0]
    both = [undocumented.dtls_over(one) for one in ends]
    for dtls, server in zip(both, (True, False), strict=True):
        undocumented.play(dtls, server=server)
    told = [dtls.getLocalParameters() for dtls in both]
    await asyncio.gather(both[0].start(told[1]), both[1].start(told[0]))
    assert [dtls.state for dtls in both] == ["connected"] * 2
    assert len(contexts) == 2
    received, sent = undocumented.sessions(both[0])
    theirs, ours = undocumented.sessions(both[1])
    assert received.unprotect(ours.protect(undocumented._RTP)) == undocumented._RTP
    assert theirs.unprotect(sent.protect(undocumented._RTP)) == undocumented._RTP
    # What is sent again is sealed again, however far back of the last 512 pictures' packets.
    assert [(one.allow_repeat_tx, one.window_size) for one in policies] == [(True, 1024)] * 4
    pumps = [undocumented.pump(dtls) for dtls in both]
    assert all(isinstance(one, asyncio.Future) for one in pumps)
    for dtls in both:
        await dtls.stop()


@pytest.mark.parametrize(
    ("owner", "name"),
    [(RTCDtlsTransport, "_set_role"), (RTCCertificate, "_create_ssl_context")],
)
def test_no_worker_starts_where_aiortc_hides_what_it_needs(
    owner: type, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(owner, name)
    with pytest.raises(UnfitEngineError, match=name):
        choose_engine(WorkerSettings(control=Path("unused"), engine="plain"))
