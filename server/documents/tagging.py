"""Puts what sealing adds into the PDF's structure tree (ISO 14289-1, 7.1 and 7.18).

Without it a screen reader would pass over the number, the dates and the signatures.
"""

# pyHanko annotates its values, not all of its calls.
# mypy: allow-untyped-calls

from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


@dataclass(frozen=True, slots=True)
class Structure:
    """The structure tree of a PDF that is being updated."""

    writer: IncrementalPdfFileWriter

    def content(self, page: generic.IndirectObject, kind: str, alt: str = "") -> int:
        """Announce marked content of a page; return its MCID. `alt` describes a Figure."""
        marks = self._marks(page)
        mcid = len(marks)
        element = self._element(kind, page, alt)
        element[pdf_name("/K")] = generic.NumberObject(mcid)
        marks.append(self._appended(element))
        self.writer.update_container(marks)
        return mcid

    def widget(self, page: generic.IndirectObject, widget: generic.IndirectObject) -> None:
        """Announce a form field's widget on a page."""
        reference = generic.DictionaryObject(
            {pdf_name("/Type"): pdf_name("/OBJR"), pdf_name("/Obj"): widget}
        )
        element = self._element("/Form", page, "")
        element[pdf_name("/K")] = generic.ArrayObject([reference])
        key = self._root["/ParentTreeNextKey"]
        numbers = self._numbers
        numbers.extend([generic.NumberObject(key), self._appended(element)])
        self.writer.update_container(numbers)
        self._root[pdf_name("/ParentTreeNextKey")] = generic.NumberObject(key + 1)
        self.writer.update_container(self._root)
        widget.get_object()[pdf_name("/StructParent")] = generic.NumberObject(key)
        self.writer.mark_update(widget)

    def _marks(self, page: generic.IndirectObject) -> generic.ArrayObject:
        key = page.get_object()["/StructParents"]
        numbers = self._numbers
        place = [numbers[at] for at in range(0, len(numbers), 2)].index(key)
        marks: generic.ArrayObject = numbers[2 * place + 1]
        return marks

    def _element(
        self, kind: str, page: generic.IndirectObject, alt: str
    ) -> generic.DictionaryObject:
        element = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/StructElem"),
                pdf_name("/S"): pdf_name(kind),
                pdf_name("/P"): self._document,
                pdf_name("/Pg"): page,
            }
        )
        if alt:
            element[pdf_name("/Alt")] = generic.TextStringObject(alt)
        return element

    def _appended(self, element: generic.DictionaryObject) -> generic.IndirectObject:
        added = self.writer.add_object(element)
        children = self._document.get_object()["/K"]
        children.append(added)
        self.writer.update_container(children)
        return added

    @property
    def _root(self) -> generic.DictionaryObject:
        root: generic.DictionaryObject = self.writer.root["/StructTreeRoot"]
        return root

    @property
    def _numbers(self) -> generic.ArrayObject:
        numbers: generic.ArrayObject = self._root["/ParentTree"]["/Nums"]
        return numbers

    @property
    def _document(self) -> generic.IndirectObject:
        first: generic.IndirectObject = self._root["/K"].raw_get(0)
        return first
