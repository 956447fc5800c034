import segno

from server.documents.fonts import FontFolders
from server.documents.pages import images
from server.documents.scan_code import verification_page
from server.documents.typesetting import typeset
from server.domain.agreement_document import code_of, digest
from tests.documents.example import example

SITE = "https://tiaojie.example.gov.cn/"
PAGE_MM, LEFT_MM, TOP_MM, SIZE_MM = 210, 180, 8, 16
BORDER = 2
WIDTH = 2100  # ten pixels a millimetre


def dark(pdf: bytes, modules: int) -> list[list[int]]:
    """Return the code's modules as they are printed, each by the pixel in its middle."""
    page = next(iter(images(pdf, WIDTH))).convert("L")
    scale, side = WIDTH / PAGE_MM, SIZE_MM / (modules + 2 * BORDER)

    def pixel(row: int, column: int) -> int:
        x = LEFT_MM + (column + BORDER + 0.5) * side
        y = TOP_MM + (row + BORDER + 0.5) * side
        return int(page.tobytes()[round(y * scale) * page.width + round(x * scale)] < 128)

    return [[pixel(row, column) for column in range(modules)] for row in range(modules)]


def test_the_printed_code_leads_to_the_verification_page_and_holds_nothing_else(
    fonts: FontFolders,
) -> None:
    address = verification_page(SITE, code_of(digest(example())))
    assert address == f"https://tiaojie.example.gov.cn/verify#{code_of(digest(example()))}"
    wanted = [
        list(row) for row in segno.make(address, error="m", micro=False, boost_error=False).matrix
    ]
    drawn = typeset(example(), fonts, SITE)
    assert dark(drawn.pdf, len(wanted)) == wanted
    assert dark(typeset(example(), fonts).pdf, len(wanted)) != wanted


def test_equal_agreements_give_equal_bytes_with_the_code_too(fonts: FontFolders) -> None:
    drawn = typeset(example(), fonts, SITE)
    assert typeset(example(), fonts, SITE) == drawn
    assert typeset(example(), fonts).slots == drawn.slots
