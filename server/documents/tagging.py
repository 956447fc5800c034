"""Puts fields into a PDF's structure tree (ISO 14289-1, 7.1 and 7.18).

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

    def widget(self, page: generic.IndirectObject, widget: generic.IndirectObject) -> None:
        """Announce a form field's widget on a page."""
        reference = generic.DictionaryObject(
            {pdf_name("/Type"): pdf_name("/OBJR"), pdf_name("/Obj"): widget}
        )
        element = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/StructElem"),
                pdf_name("/S"): pdf_name("/Form"),
                pdf_name("/P"): self._document,
                pdf_name("/Pg"): page,
                # Not in an array: difference analysis finds the field's only use here.
                pdf_name("/K"): reference,
            }
        )
        root = self._root
        key = root["/ParentTreeNextKey"]
        numbers = root["/ParentTree"]["/Nums"]
        numbers.extend([generic.NumberObject(key), self._appended(element)])
        self.writer.update_container(numbers)
        root[pdf_name("/ParentTreeNextKey")] = generic.NumberObject(key + 1)
        self.writer.update_container(root)
        widget.get_object()[pdf_name("/StructParent")] = generic.NumberObject(key)
        self.writer.mark_update(widget)

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
    def _document(self) -> generic.IndirectObject:
        first: generic.IndirectObject = self._root["/K"].raw_get(0)
        return first
