"""What a test does where a program that it needs is not there."""

import os
from typing import NoReturn

import pytest


def explain_absence(reason: str) -> NoReturn:
    """Skip, and say why; fail for root, for whom `make` installs everything."""
    if os.geteuid() == 0:
        pytest.fail(reason)
    pytest.skip(reason)
