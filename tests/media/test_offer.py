"""What every phone is offered: its codecs and how a voice may help itself over a bad line."""

import pytest

from server.media.formats import H264, OPUS, VP8, Kind
from server.media.offer import Offer, write_offer
from server.ports.media import SLOTS

VOICES, PICTURES = 1 + SLOTS, 1 + SLOTS


@pytest.fixture(scope="module")
def sections() -> list[list[str]]:
    """Return the lines of each media section."""
    offer = Offer(
        session=1,
        ufrag="ufrag",
        password="password",
        fingerprint="AB:CD",
        addresses=("192.0.2.1",),
        port=9,
        ssrcs={
            (slot, kind): 2 * slot + (kind is Kind.VIDEO) for slot in range(SLOTS) for kind in Kind
        },
    )
    _, *media = write_offer(offer).split("\r\nm=")
    return [one.splitlines() for one in media]


def settings(section: list[str], payload: int) -> set[str]:
    """Return a codec's format parameters (RFC 4566 6)."""
    (line,) = [one for one in section if one.startswith(f"a=fmtp:{payload} ")]
    return set(line.split(" ", 1)[1].split(";"))


def test_every_voice_may_carry_its_own_repair_and_rest_in_silence(
    sections: list[list[str]],
) -> None:
    """RFC 7587 6.1: in-band FEC and DTX."""
    voices = [one for one in sections if one[0].startswith("audio ")]
    assert len(voices) == VOICES
    for voice in voices:
        assert f"a=rtpmap:{OPUS} opus/48000/2" in voice
        assert {"useinbandfec=1", "usedtx=1"} <= settings(voice, OPUS)


def test_every_picture_can_be_repaired_and_begun_anew(sections: list[list[str]]) -> None:
    """RFC 4585 4.2, RFC 5104 7.1: NACK, PLI and FIR, and the estimate of what a line carries."""
    pictures = [one for one in sections if one[0].startswith("video ")]
    assert len(pictures) == PICTURES
    for picture in pictures:
        for codec in (VP8, H264):
            asked = {
                one.split(" ", 1)[1] for one in picture if one.startswith(f"a=rtcp-fb:{codec} ")
            }
            assert asked == {"nack", "nack pli", "ccm fir", "goog-remb"}
