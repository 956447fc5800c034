"""What a signature, a seal and a verification cost on this machine; `make bench` runs it.

A real server, real HTTP; processor time is that of the app and of its pool together.
"""

import asyncio
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from server.archive.package import package
from server.archive.reader import load_folder
from server.archive.verifier import verify_path
from server.config import Settings
from server.documents.fonts import font_folders
from server.documents.typesetting import typeset
from server.verifying import VERIFIER_TOOLS
from tests.documents.example import another, example
from tests.support.server import children
from tests.torture import office
from tests.torture.conftest import told
from tests.torture.served import Nursery, Served, nursery, serving
from tests.torture.signers import Signing

ROUNDS = 5
GOALS = {
    "render": ("draw the agreement", 0.015),
    "phone": ("a phone, from “sign” to “signed”", 2.0),
    "chain": ("five signatures with the seal, processor", 1.0),
    "verify": ("verify a package", 1.0),
}
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Figures:
    """Seconds by what was done."""

    wall: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    cpu: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def do(self, name: str, work: Callable[[], object]) -> None:
        """Note how long work in this process takes."""
        begun, busy = time.perf_counter(), time.process_time()
        work()
        self.wall[name].append(time.perf_counter() - begun)
        self.cpu[name].append(time.process_time() - busy)

    def lines(self) -> list[str]:
        """Return a table for people: half were faster than the first figure, none slower."""
        return [
            f"{what:<44} goal {goal * 1000:6.0f} ms  {self._row(name)}"
            for name, (what, goal) in GOALS.items()
        ]

    def _row(self, name: str) -> str:
        both = (("wall", self.wall[name]), ("processor", self.cpu[name]))
        return "  ".join(
            f"{kind} {median(took) * 1000:6.0f}, most {max(took) * 1000:6.0f}"
            for kind, took in both
            if took
        )


def spent(served: Served, born: Nursery) -> float:
    """Return the processor seconds that a server and its pool have used."""
    ticks = 0
    for pid in (served.pid, *children(served.pid), *children(born.pools)):
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(stat[11]) + int(stat[12])
    return ticks / TICKS


def measure(folder: Path) -> Figures:
    """Return what ROUNDS agreements cost, one after the other; the first warms up."""
    settings, figures = told(folder / "data"), Figures()
    asyncio.run(_sign_all(figures, settings))
    _verify(figures, settings, folder)
    _draw(figures, settings)
    return figures


async def _sign_all(figures: Figures, settings: Settings) -> None:
    at = await office.found(settings)
    async with office.at_work(settings) as scene:
        ready = [await office.make_ready(scene) for _ in range(ROUNDS + 1)]
    with nursery() as born:
        async with serving(born, settings) as served:
            await Signing(at, ready[0]).go_on(served.url)
            for one in ready[1:]:
                before = spent(served, born)
                await _sign(figures, Signing(at, one), served.url)
                figures.cpu["chain"].append(spent(served, born) - before)


async def _sign(figures: Figures, signing: Signing, url: str) -> None:
    begun = time.perf_counter()
    for step in (*signing.signers, "su", "jiang", "seal"):
        pressed = time.perf_counter()
        await signing.go_on(url, until=step)
        if step in signing.signers:
            figures.wall["phone"].append(time.perf_counter() - pressed)
    figures.wall["chain"].append(time.perf_counter() - begun)


def _verify(figures: Figures, settings: Settings, folder: Path) -> None:
    for record in (settings.data / "records").glob("*/[!.]*"):
        path = folder / f"{record.name}.asice"
        path.write_bytes(package(record.name, load_folder(record)))
        figures.do("verify", lambda path=path: verify_path(path, VERIFIER_TOOLS, ()))  # type: ignore[misc]  # a bound default


def _draw(figures: Figures, settings: Settings) -> None:
    fonts = font_folders(settings.fonts)
    typeset(example(), fonts)
    for number in range(20):
        figures.do("render", partial(typeset, another(number), fonts))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="heyi-bench-") as folder:
        print("\n".join(measure(Path(folder)).lines()))  # noqa: T201  for people


if __name__ == "__main__":
    main()
