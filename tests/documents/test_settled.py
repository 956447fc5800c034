"""What was built is the same once it is settled, and costs no more the deeper it lies."""

from collections.abc import Callable

from asn1crypto import cms, core  # type: ignore[import-untyped]
from pyhanko.sign.general import simple_cms_attribute

from server.documents.settled import settled

DEPTH = 12


class Nest(core.SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    """Another one in it, and in that another."""

    _child_spec = core.Any


class Counted(core.OctetString):  # type: ignore[misc]
    """Counts how often it is encoded."""

    encoded = 0

    def dump(self, force: bool = False) -> bytes:
        type(self).encoded += 1
        return bytes(super().dump(force))


def nested(inner: core.Asn1Value, *, settling: bool) -> core.Asn1Value:
    """Return it below so many others."""
    for _ in range(DEPTH):
        built = Nest([inner])
        inner = settled(built) if settling else built
    return inner


def test_a_settled_value_has_the_same_bytes() -> None:
    plain, quiet = (nested(core.OctetString(b"stamp"), settling=s) for s in (False, True))
    assert quiet.dump() == plain.dump()


def test_a_settled_set_keeps_its_order() -> None:
    values = {"message_digest": bytes(32), "content_type": "tst_info"}
    made: Callable[[str, object], cms.CMSAttribute] = simple_cms_attribute
    built = [made(name, value) for name, value in values.items()]
    plain = cms.CMSAttributes(built).dump()
    assert settled(cms.CMSAttributes([settled(one) for one in built])).dump() == plain
    assert cms.CMSAttributes(reversed(built)).dump() == plain


def test_only_what_is_not_settled_is_encoded_again_and_again() -> None:
    """The seeded mistake: without it the innermost is encoded twice for each level above."""
    Counted.encoded = 0
    nested(Counted(b"stamp"), settling=True).dump()
    once = Counted.encoded
    nested(Counted(b"stamp"), settling=False).dump()
    assert once < DEPTH
    assert Counted.encoded - once >= 2**DEPTH
