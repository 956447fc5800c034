"""Nothing in a sealed PDF acts by itself, in no revision, however it were hidden."""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

from collections.abc import Callable

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from server.documents.updates import Update, update_of, written
from server.ports.documents import SealedPdf
from tests.documents.names import names

ACTIONS = {
    *("/JavaScript", "/JS", "/Launch", "/SubmitForm", "/ResetForm", "/ImportData"),
    *("/GoToR", "/GoToE", "/URI", "/Rendition", "/Movie", "/Sound", "/RichMedia", "/XFA"),
}
"""Kinds of actions, and what else runs or reaches out (ISO 32000-1, 12.6.4; 12.7.8)."""
TRIGGERS = {"/OpenAction", "/AA"}
SCRIPT = "app.alert(1)  "


def acting(pdf: bytes) -> set[str]:
    """Return the names in the PDF by which something could happen."""
    return names(pdf) & (ACTIONS | TRIGGERS)


def test_nothing_in_it_acts_by_itself(sealed: SealedPdf) -> None:
    assert {"/Catalog", "/Page", "/Sig", "/EmbeddedFile", "/DocMDP"} <= names(sealed.pdf)
    assert acting(sealed.pdf) == set()


def script() -> generic.DictionaryObject:
    kind = {pdf_name("/S"): pdf_name("/JavaScript")}
    return generic.DictionaryObject({**kind, pdf_name("/JS"): generic.TextStringObject(SCRIPT)})


def opens_with_a_script(pdf: bytes) -> bytes:
    """Return the PDF with an update whose catalog runs a script."""
    update = update_of(pdf)
    update.root[pdf_name("/OpenAction")] = script()
    update.update_root()
    return written(update)


def taken_back(pdf: bytes) -> bytes:
    """Return it with the script in a revision that is not the last."""
    update = update_of(opens_with_a_script(pdf))
    del update.root["/OpenAction"]
    update.update_root()
    return written(update)


def written_with_escapes(pdf: bytes) -> bytes:
    """Return it with the action's name spelt otherwise, in as many bytes."""
    plain = opens_with_a_script(pdf)[len(pdf) :]
    spelt = plain.replace(b"/JavaScript", b"/J#61vaScript").replace(b"  )", b")")
    assert b"/JavaScript" not in spelt
    assert len(spelt) == len(plain)
    return pdf + spelt


def in_an_object_stream(pdf: bytes) -> bytes:
    """Return the PDF with an update that keeps the script compressed, below a page."""
    update = compressing(pdf)
    deep = generic.ArrayObject([generic.DictionaryObject({pdf_name("/Next"): script()})])
    hidden = update.add_object(deep, obj_stream=update.prepare_object_stream())
    page = update.root["/Pages"]["/Kids"][0]
    page[pdf_name("/PieceInfo")] = hidden
    update.update_container(page)
    return written(update)


def compressing(pdf: bytes) -> Update:
    update = update_of(pdf)
    update.stream_xrefs = True
    return update


def in_a_stream_that_nobody_names(pdf: bytes) -> bytes:
    """Return it with an object stream whose object a later revision lists no more."""
    update = compressing(in_an_object_stream(pdf))
    page = update.root["/Pages"]["/Kids"][0]
    del page["/PieceInfo"]
    update.update_container(page)
    return written(update)


@pytest.mark.parametrize(
    ("attack", "found"),
    [
        (opens_with_a_script, {"/OpenAction", "/JavaScript", "/JS"}),
        (taken_back, {"/OpenAction", "/JavaScript", "/JS"}),
        (written_with_escapes, {"/OpenAction", "/JavaScript", "/JS"}),
        (in_an_object_stream, {"/JavaScript", "/JS"}),
        (in_a_stream_that_nobody_names, {"/JavaScript", "/JS"}),
    ],
)
def test_a_script_is_found_wherever_it_hides(
    attack: Callable[[bytes], bytes], found: set[str], sealed: SealedPdf
) -> None:
    assert acting(attack(sealed.pdf)) == found


@pytest.mark.parametrize("attack", [in_an_object_stream, in_a_stream_that_nobody_names])
def test_the_bytes_alone_would_not_tell(
    attack: Callable[[bytes], bytes], sealed: SealedPdf
) -> None:
    assert b"/JavaScript" not in attack(sealed.pdf)
