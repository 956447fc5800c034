"""What does not belong to a record is found by all three, though the seal's own key lists it."""

import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest

from server.archive.package import package
from server.archive.reader import load
from server.archive.verifier import verify_files
from server.domain.record import PDF
from tests.archive.attacks.forging import CHEN, Files, Scene
from tests.archive.attacks.judges import Bend, Found, by_page, package_by_heyi, package_by_shell
from tests.archive.example import RECORD, TOOLS
from tests.archive.test_earlier import EARLIER
from tests.archive.test_verifier import failing, resigned
from tests.support.sampling import taken_of

pytestmark = pytest.mark.timeout(600)
COMPLETE, STAMP = frozenset({"complete"}), frozenset({"archive_stamp"})
TWICE = frozenset({"refused: names_twice"})
Make = Callable[[Scene], bytes]
MADE: dict[str, tuple[Make, Found]] = {}
TOLD_APART = frozenset({"another agreement beside the folder", "another program before the ZIP"})
"""What is gone, or among whatever else a folder holds, once a package is unpacked."""


def packed(files: Mapping[str, bytes], more: Mapping[str, bytes]) -> bytes:
    out = BytesIO(package(RECORD, files))
    with zipfile.ZipFile(out, "a") as made:
        for name, content in more.items():
            made.writestr(name, content)
    return out.getvalue()


def put_in(name: str, found: Found, content: bytes | None = None) -> tuple[Make, Found]:
    """Whoever got the package puts a file beside its record."""
    return lambda s: packed(s.files, {name: s.foreign[PDF] if content is None else content}), found


def listed(*names: str) -> tuple[Make, Found]:
    """Who holds the seal's key lists a file of the record's under another name, too."""

    def made(scene: Scene) -> bytes:
        more = dict.fromkeys(names, scene.foreign[PDF])
        return package(RECORD, resigned({**scene.files, **more}, scene.office))

    return made, COMPLETE


def ghost(scene: Scene) -> bytes:
    """Everything of a signer whom the agreement does not know."""
    own = {n: c for n, c in scene.files.items() if n.startswith(CHEN)}
    more = {n.replace("person-chen", "person-ghost"): c for n, c in own.items()}
    return package(RECORD, resigned({**scene.files, **more}, scene.office))


MADE |= {
    "another agreement as renewed": put_in("renewals/agreement.pdf", STAMP),
    "another agreement of a renewal": put_in("renewals/001/agreement.pdf", STAMP),
    "another agreement among renewals": put_in("renewals/agreement-final.pdf", STAMP),
    "a folder among renewals": put_in("renewals/001/", STAMP, b""),
    "another agreement in the container": put_in("META-INF/agreement.pdf", COMPLETE),
    "another agreement beside the folder": put_in("agreement-new.pdf", COMPLETE),
    "renewals inside the folder": put_in(f"{RECORD}/renewals/agreement.pdf", COMPLETE),
    "a container's file twice": put_in(f"{RECORD}/mimetype", TWICE, b"x"),
    "a folder of nobody": put_in(f"{RECORD}/signatures/person-ghost/", COMPLETE, b""),
    "another agreement listed": listed("00-agreement-final.pdf"),
    "another case of the agreement": listed("Agreement.PDF"),
    "another case of a scan": listed("paper/a.pdf", "paper/A.pdf"),
    "a hidden file listed": listed(".hidden"),
    "words beside attestations": listed("attested/readme.txt"),
    "words beside signatures": listed("signatures/note.txt"),
    "words of a signer": listed(f"{CHEN}/extra.json"),
    "a blank in a name": listed("paper/a b.pdf"),
    "another program before the ZIP": (
        lambda s: b"PK" * 50 + package(RECORD, s.files),
        frozenset({"refused: not_a_package"}),
    ),
    "somebody who does not sign": (ghost, COMPLETE),
}


@pytest.fixture(scope="module")
def made(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("closed")
    named = {name: folder / f"{n}.zip" for n, name in enumerate(MADE)}
    for name, path in named.items():
        path.write_bytes(MADE[name][0](scene))
    return named


def test_heyi_verify_and_the_page_find_each(made: dict[str, Path]) -> None:
    expected = {name: found for name, (_, found) in MADE.items()}
    heyi = {"words beside attestations": COMPLETE | {"same_text", "signatures"}}
    found = {name: package_by_heyi(path) for name, path in made.items()}
    assert found == {**expected, **heyi}
    by_name = dict(zip(made, by_page(Bend(zip=path) for path in made.values()), strict=True))
    assert by_name.pop("another program before the ZIP")
    assert by_name == {n: f for n, f in expected.items() if n in by_name}


@pytest.mark.slow
def test_the_script_finds_each(
    made: dict[str, Path], tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    kinds = {name: found for name, (_, found) in MADE.items() if name not in TOLD_APART}
    with ThreadPoolExecutor() as several:
        asked = {
            name: several.submit(package_by_shell, made[name], tmp_path / made[name].stem)
            for name in taken_of(kinds, pytestconfig)
        }
        found = {name: one.result() for name, one in asked.items()}
    told = {name: {"complete"} if MADE[name][1] == TWICE else MADE[name][1] for name in found}
    assert [name for name in found if not told[name] <= found[name]] == []


@pytest.mark.parametrize("name", ["agreement.pdf", "x.pdf", "001/agreement.pdf"])
def test_nothing_is_put_among_renewals_of_an_earlier_record(name: str) -> None:
    """Nobody ever stamped it, so that its fact stays unjudged only where nothing is there."""
    files = {**load(EARLIER), f"renewals/{name}": b"%PDF forged"}
    assert "archive_stamp" in failing(verify_files(files, TOOLS))


def test_a_file_in_another_folder_is_none_of_the_record(scene: Scene, tmp_path: Path) -> None:
    """Merged, both folders are a whole record; unpacked, neither is."""
    path = tmp_path / "two.zip"
    rest: Files = {n: c for n, c in scene.files.items() if n != PDF}
    path.write_bytes(packed(rest, {f"other/{PDF}": scene.files[PDF]}))
    assert "complete" in package_by_heyi(path)
    assert "complete" in by_page([Bend(zip=path)])[0]
    assert "complete" in package_by_shell(path, tmp_path / "out")
