"""The packs there are, by code."""

from typing import Final

from server.domain.jurisdiction import en_generic, zh_cn
from server.domain.jurisdiction.pack import JurisdictionPack, UnknownCodeError

PACKS: Final = {pack.code: pack for pack in (zh_cn.PACK, en_generic.PACK)}


def pack_of(code: str) -> JurisdictionPack:
    """Return the pack that a committee names; raises UnknownCodeError."""
    pack = PACKS.get(code)
    if pack is None:
        raise UnknownCodeError(list="packs", entry=code)
    return pack
