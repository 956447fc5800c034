"""The same record as an ASiC-E container (ETSI EN 319 162-1), which signature validators read.

Its manifest names every file of the record below the record's folder, and a CAdES signature
of the committee covers that manifest. Equal records give equal bytes, so that whoever has
the record makes the manifest again and compares, without reading any XML.
"""

import base64
from collections.abc import Mapping
from urllib.parse import quote

MIMETYPE, MIMETYPE_CONTENT = "mimetype", b"application/vnd.etsi.asic-e+zip"
META = "META-INF/"
CONTAINER_MANIFEST = META + "ASiCManifest001.xml"
CONTAINER_SIGNATURE = META + "signature001.p7s"
CONTAINER = frozenset({CONTAINER_MANIFEST, CONTAINER_SIGNATURE})

_ASIC, _DIGITAL_SIGNATURE = (
    "http://uri.etsi.org/02918/v1.2.1#",
    "http://www.w3.org/2000/09/xmldsig#",
)
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<asic:ASiCManifest xmlns:asic="{_ASIC}" xmlns:ds="{_DIGITAL_SIGNATURE}">
<asic:SigReference URI="{CONTAINER_SIGNATURE}" MimeType="application/pkcs7-signature"/>
"""
_FOOT = "</asic:ASiCManifest>\n"


def container_manifest(record_id: str, digests: Mapping[str, str]) -> bytes:
    """Return the ASiCManifest of a record's files, given by name and SHA-256 in hexadecimal."""
    named = sorted((name, one) for name, one in digests.items() if name not in CONTAINER)
    lines = [_reference(f"{record_id}/{name}", one) for name, one in named]
    return "".join((_HEAD, *lines, _FOOT)).encode()


def _reference(name: str, sha256: str) -> str:
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    return (
        f'<asic:DataObjectReference URI="{quote(name)}"><ds:DigestMethod Algorithm="{_SHA256}"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></asic:DataObjectReference>\n"
    )
