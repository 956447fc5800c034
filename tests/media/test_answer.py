"""Answers are read strictly: every malformed one is refused with `bad_sdp` and nothing else."""

import contextlib

import pytest
from hypothesis import given, settings, strategies as st

from server.media.answer import MAX_SDP, MAX_SECTIONS, read_answer
from server.media.formats import MIDS, Kind, kind_of_mid
from server.ports.media import BadSdpError

MORE = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
PRINT = ":".join(["AB"] * 32)


def an_answer(**changes: str) -> str:
    """Return what a browser answers, one attribute changed for every section."""
    attributes = {
        "ice-ufrag": "abcd",
        "ice-pwd": "x" * 22,
        "fingerprint": f"sha-256 {PRINT}",
        "setup": "active",
        "rtcp-mux": "",
        **changes,
    }
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE " + " ".join(MIDS)]
    for mid in MIDS:
        kind = kind_of_mid(mid)
        payloads = "111" if kind is Kind.AUDIO else "96 102"
        lines += [f"m={kind} 9 UDP/TLS/RTP/SAVPF {payloads}", f"a=mid:{mid}"]
        lines += [
            f"a={name}:{text}".rstrip(":") for name, text in attributes.items() if text != "-"
        ]
        lines.append("a=sendonly" if mid in MIDS[:2] else "a=recvonly")
    return "\r\n".join(lines) + "\r\n"


def test_a_browser_s_answer_is_understood() -> None:
    answer = read_answer(an_answer())
    assert answer.ufrag == "abcd"
    assert answer.fingerprints == (("sha-256", PRINT),)
    assert answer.we_are_server
    assert answer.sends == {Kind.AUDIO, Kind.VIDEO}
    assert answer.receives == set(MIDS[2:])


def test_a_phone_that_sends_nothing_is_welcome() -> None:
    assert read_answer(an_answer().replace("a=sendonly", "a=inactive")).sends == frozenset()


@pytest.mark.parametrize(
    ("reason", "sdp"),
    [
        ("not_sdp", ""),
        ("not_sdp", "v=1\r\n"),
        ("not_sdp", "v=0\r\n" + "a=x\r\n" * 5000),
        ("too_long", "v=0\r\n" + "x" * MAX_SDP),
        ("too_long", "v=0\r\n" + "和" * (MAX_SDP // 2)),
        ("sections", "v=0\r\n"),
        ("sections", an_answer().replace("a=mid:3", "a=mid:4")),
        ("sections", an_answer() + MORE * (MAX_SECTIONS - len(MIDS))),
        ("too_many", an_answer() + MORE * (MAX_SECTIONS - len(MIDS) + 1)),
        ("too_many", an_answer() + MORE * MAX_SECTIONS + "m=what comes after is not read\r\n"),
        ("section", an_answer().replace("m=audio 9 UDP/TLS/RTP/SAVPF", "m=audio 9 RTP/AVP")),
        ("section", an_answer() + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"),
        ("nothing_accepted", an_answer().replace(" 9 UDP", " 0 UDP")),
        ("ice", an_answer(**{"ice-ufrag": "-"})),
        ("ice", an_answer(**{"ice-ufrag": "a b"})),
        ("ice", an_answer(**{"ice-pwd": "short"})),
        ("fingerprint", an_answer(fingerprint="-")),
        ("fingerprint", an_answer(fingerprint="sha-1 " + ":".join(["AB"] * 20))),
        ("fingerprint", an_answer(fingerprint="md5 " + ":".join(["AB"] * 16))),
        ("fingerprint", an_answer(fingerprint="sha-256 AB:CD")),
        ("fingerprint", an_answer(fingerprint=f"sha-512 {PRINT}")),
        ("setup", an_answer(setup="actpass")),
        ("setup", an_answer(setup="-")),
        ("rtcp_mux", an_answer(**{"rtcp-mux": "-"})),
        ("payload_types", an_answer().replace("SAVPF 111", "SAVPF 0")),
        ("payload_types", an_answer().replace("SAVPF 96 102", "SAVPF 96 97")),
        ("payload_types", an_answer().replace("m=audio", "m=video")),
        ("direction", an_answer().replace("a=sendonly", "a=sendrecv")),
        ("direction", an_answer().replace("a=sendonly", "a=recvonly")),
        ("direction", an_answer().replace("a=recvonly", "a=sendonly")),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(reason: str, sdp: str) -> None:
    with pytest.raises(BadSdpError) as refused:
        read_answer(sdp)
    assert refused.value.facts == {"reason": reason}


def test_an_answer_may_have_64_kib_and_20_sections() -> None:
    assert (MAX_SDP, MAX_SECTIONS) == (65_536, 20)


def test_candidates_are_ignored_however_many_there_are() -> None:
    candidate = "a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n"
    assert read_answer(an_answer() + candidate * 1000) == read_answer(an_answer())


@given(st.text())
def test_no_text_at_all_breaks_the_reader(sdp: str) -> None:
    with pytest.raises(BadSdpError):
        read_answer(sdp)


@settings(max_examples=300)
@given(st.integers(0, 10_000), st.integers(0, 30), st.text(max_size=20))
def test_no_mutation_of_an_answer_breaks_the_reader(at: int, cut: int, put: str) -> None:
    sdp = an_answer()
    at %= len(sdp)
    with contextlib.suppress(BadSdpError):
        read_answer(sdp[:at] + put + sdp[at + cut :])
