"""Tells which work leaves the event loop for a thread."""

import asyncio
from collections.abc import Callable

import pytest


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Give the functions that were called in a thread by `asyncio.to_thread`, as they come."""
    found: list[object] = []
    real = asyncio.to_thread

    async def noted(work: Callable[..., object], *given: object) -> object:
        found.append(work)
        return await real(work, *given)

    monkeypatch.setattr(asyncio, "to_thread", noted)
    return found
