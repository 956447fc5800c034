"""Turns the blanks of a drawn agreement into fields, before anybody signs.

Every field and its place in the structure tree is there from the first signature on
(ISO 14289-1, 7.18): after that only values may be filled in, and the difference analysis
of any reader sees nothing but form filling.
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

from collections.abc import Iterable
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    InvisSigSettings,
    MDPPerm,
    SigFieldSpec,
    append_signature_field,
)

from server.documents.attachments import in_digits
from server.documents.tagging import Structure
from server.documents.updates import Update, update_of, written
from server.ports.documents import CERTIFICATION, SEAL, Slot

WORDS = ("number", "place", "effective", "sealed")
READ_ONLY, PUSH_BUTTON = 1, 1 << 16
STATE = pdf_name("/Scan")
PRINTED = 4  # annotation flag
OUT_OF_SIGHT = InvisSigSettings(box_out_of_bounds=True)


def field_name(blank: str) -> str:
    """Return the field of a blank; a full stop would separate parts (ISO 32000-1, 12.7.3.2)."""
    return blank.replace("%", "%25").replace(".", "%2E")


def blank_name(field: str) -> str:
    """Return the blank of a field."""
    return field.replace("%2E", ".").replace("%25", "%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle of a page in points, x and y its lower left corner from the page's."""

    page: int
    x: float
    y: float
    width: float
    height: float

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """Return left, low, right and top."""
        return self.x, self.y, self.x + self.width, self.y + self.height


def with_form(pdf: bytes, blanks: Iterable[Slot]) -> bytes:
    """Return the drawn PDF with one field for every signature and blank.

    What it carries can be read without unpacking from here on.
    """
    form = _Form(update_of(pdf))
    in_digits(form.update)
    named = {blank.name: blank for blank in blanks}
    form.certification()
    for name, blank in named.items():
        if name.startswith("sign:") or name == SEAL:
            form.signature(blank, signature_box(form.update, name, named))
    for name, blank in named.items():
        if name in WORDS or name.startswith("scan:"):
            form.plain(blank)
    return written(form.update)


def signature_box(update: Update, name: str, blanks: dict[str, Slot]) -> Box:
    """Return the whole points around a signature and the moment beside it."""
    parts = [box_of(update, blanks[n]) for n in (name, name.replace("sign:", "at:")) if n in blanks]
    left, low = min(p.x for p in parts), min(p.y for p in parts)
    right, top = (max(p.corners[side] for p in parts) for side in (2, 3))
    left, low = round(left), round(low)
    width, height = round(right) - left, round(top) - low
    return Box(page=parts[0].page, x=left, y=low, width=width, height=height)


def box_of(update: Update, slot: Slot) -> Box:
    """Return a blank in the page's own coordinates, which begin at the bottom."""
    page = update.find_page_for_modification(slot.page - 1)[0].get_object()
    low = float(page["/MediaBox"][3]) - slot.y - slot.height
    return Box(page=slot.page, x=slot.x, y=low, width=slot.width, height=slot.height)


def fields_of(update: Update) -> dict[str, generic.DictionaryObject]:
    """Return every field by its name."""
    found = update.root["/AcroForm"]["/Fields"]
    fields = (one.get_object() for one in found)
    return {str(field["/T"]): field for field in fields}


def appearance(form: generic.IndirectObject, *, of_button: bool) -> generic.DictionaryObject:
    """Return an appearance; a button's has states (ISO 19005-3, 6.3.3), ours has one."""
    shown = generic.DictionaryObject({STATE: form}) if of_button else form
    return generic.DictionaryObject({pdf_name("/N"): shown})


class _Form:
    """The form in the making."""

    def __init__(self, update: Update) -> None:
        self.update = update
        self._structure = Structure(update)

    def certification(self) -> None:
        spec = SigFieldSpec(
            CERTIFICATION, invis_sig_settings=OUT_OF_SIGHT, readable_field_name="文本锁定"
        )
        self._signature_field(spec, 1)

    def signature(self, blank: Slot, box: Box) -> None:
        left, low, right, top = (int(corner) for corner in box.corners)
        spec = SigFieldSpec(
            field_name(blank.name),
            on_page=box.page - 1,
            box=(left, low, right, top),
            readable_field_name=blank.label or blank.name,
            field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL) if blank.name == SEAL else None,
            doc_mdp_update_value=MDPPerm.NO_CHANGES if blank.name == SEAL else None,
        )
        self._signature_field(spec, box.page)

    def _signature_field(self, spec: SigFieldSpec, number: int) -> None:
        append_signature_field(self.update, spec)
        page = self._page(number)
        annotations = page.get_object()["/Annots"]
        self._structure.widget(page, annotations.raw_get(len(annotations) - 1))

    def plain(self, blank: Slot) -> None:
        """Add an empty field that only a program fills: words, or a scan's picture."""
        page, box = self._page(blank.page), box_of(self.update, blank)
        scan = blank.name not in WORDS
        field = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/Widget"),
                pdf_name("/FT"): pdf_name("/Btn" if scan else "/Tx"),
                pdf_name("/Ff"): generic.NumberObject(READ_ONLY | (PUSH_BUTTON if scan else 0)),
                pdf_name("/T"): generic.TextStringObject(field_name(blank.name)),
                pdf_name("/TU"): generic.TextStringObject(blank.label or blank.name),
                pdf_name("/F"): generic.NumberObject(PRINTED),
                pdf_name("/Rect"): generic.ArrayObject(map(generic.FloatObject, box.corners)),
                pdf_name("/P"): page,
                pdf_name("/AP"): appearance(self._nothing(box), of_button=scan),
            }
        )
        if scan:
            field[pdf_name("/AS")] = STATE
        self._add(page, self.update.add_object(field))

    def _add(self, page: generic.IndirectObject, field: generic.IndirectObject) -> None:
        fields = self.update.root["/AcroForm"]["/Fields"]
        fields.append(field)
        self.update.update_container(fields)
        self.update.register_annotation(page, field)
        self._structure.widget(page, field)

    def _nothing(self, box: Box) -> generic.IndirectObject:
        form = generic.StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): generic.ArrayObject(
                    map(generic.FloatObject, (0, 0, box.width, box.height))
                ),
            },
            stream_data=b"",
        )
        return self.update.add_object(form)

    def _page(self, number: int) -> generic.IndirectObject:
        found: generic.IndirectObject = self.update.find_page_for_modification(number - 1)[0]
        return found
