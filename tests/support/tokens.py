"""Tokens of SoftHSM 2 in a folder of their own, where Debian's softhsm2 is installed."""

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.documents.key_token import TokenKeys
from server.documents.token import Token
from tests.support.absence import explain_absence

PIN, OFFICER_PIN = "246813", "97531864"
_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
)
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class TokenDrawer:
    """Where this process's tokens lie; a closed drawer is a token pulled out."""

    folder: Path
    module: Path

    @property
    def config(self) -> Path:
        """Return the file SOFTHSM2_CONF names."""
        return self.folder / "softhsm2.conf"

    def new(self, label: str = "") -> str:
        """Make a token and return its label."""
        label = label or f"heyi {next(_NUMBERS)}"
        pins = ("--so-pin", OFFICER_PIN, "--pin", PIN)
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label, *pins],
            check=True,
            capture_output=True,
            env=dict(os.environ, SOFTHSM2_CONF=str(self.config)),
        )
        return label

    def pull(self) -> None:
        """Take every token out."""
        (self.folder / "tokens").rename(self.folder / "away")

    def put_back(self) -> None:
        """Put them in again."""
        (self.folder / "away").rename(self.folder / "tokens")

    def keys(self, folder: Path, label: str = "", pin: str = PIN) -> TokenKeys:
        """Return the provider over a token, a new one without a label."""
        token = Token(
            module=self.module,
            label=label or self.new(),
            pin=pin,
            refused=folder / "pin.refused",
            secret=b"s" * 32,
        )
        return TokenKeys(folder, token)


def drawer(folder: Path) -> TokenDrawer:
    """Return a drawer in an empty folder; explains where SoftHSM is not installed."""
    module = next((Path(one) for one in _MODULES if Path(one).exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        explain_absence("SoftHSM is not installed: apt-get install softhsm2")
    (folder / "tokens").mkdir(parents=True)
    made = TokenDrawer(folder, module)
    made.config.write_text(
        f"directories.tokendir = {folder / 'tokens'}\n"
        "objectstore.backend = file\nlog.level = ERROR\n"
    )
    return made


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TokenDrawer]:
    """Yield the drawer of this run; SoftHSM looks into no other one meanwhile."""
    made = drawer(tmp_path_factory.mktemp("drawer") / "softhsm")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(made.config))
        yield made
