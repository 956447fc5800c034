"""Grids are made by a child process, one after the other, at the lowest priority.

Who asked stays asked: a file beside the recording says so until the film is there, has failed or
was called off. The child decodes hostile packets, so its memory and time are limited.
"""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from server.archive.grid_film import (
    GridFilm,
    forget_part,
    opened_grid,
    read_grid,
)
from server.archive.media_log import DamagedError
from server.archive.writer import plain_name
from server.domain.errors import NotFoundError
from server.domain.ids import CaseId, RecordingId
from server.ports.recording import (
    FilmLostError,
    FilmsBusyError,
    GridMade,
    GridOrder,
    GridReport,
    GridState,
)

ASKED: Final = "grid.asked"
MOST_WAITING: Final = 20
_LOST, _CANCELLED = "grid_lost", "cancelled"

Child = asyncio.subprocess.Process


class LocalGrids:
    """Grids below the folder of recordings; `maker` is the command line of the child."""

    def __init__(self, folder: Path, maker: Sequence[str], fonts: Sequence[Path]) -> None:
        """`fonts` draw the names, in the order they are asked for a character."""
        self._folder = folder
        self._maker = maker
        self._fonts = fonts
        self._waiting: dict[RecordingId, GridOrder] = {}
        self._making: RecordingId | None = None
        self._child: Child | None = None
        self._percent = 0
        self._failed: dict[RecordingId, str] = {}
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    # ------------------------------------------------------------------ asking

    async def ask(self, order: GridOrder) -> None:
        # What was asked for before a stop has its place: one more than may wait was being made.
        if order.recording == self._making or order.recording in self._waiting:
            return
        if len(self._waiting) >= MOST_WAITING and not self._asked(order.recording).exists():
            raise FilmsBusyError
        await asyncio.to_thread(self._note, order)
        self._failed.pop(order.recording, None)
        self._waiting[order.recording] = order
        self._news.set()

    async def cancel(self, recording: RecordingId) -> bool:
        waited = self._waiting.pop(recording, None) is not None
        self._failed.pop(recording, None)
        self._asked(recording).unlink(missing_ok=True)
        making = recording == self._making
        if making and self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()
        if making:
            await self._idle.wait()
        return waited or making

    async def report(self, recording: RecordingId) -> GridReport:
        if recording == self._making:
            return GridReport(state=GridState.MAKING, percent=self._percent)
        if recording in self._waiting:
            return GridReport(state=GridState.WAITING)
        if recording in self._failed:
            return GridReport(state=GridState.FAILED, why=self._failed[recording])
        film = await asyncio.to_thread(read_grid, self._folder, recording)
        if film is None:
            return GridReport(state=GridState.NONE)
        return GridReport(state=GridState.READY, octets=film.octets)

    async def asked(self) -> Mapping[RecordingId, CaseId]:
        return await asyncio.to_thread(self._all_asked)

    def _all_asked(self) -> dict[RecordingId, CaseId]:
        found = {}
        for path in sorted(self._folder.glob(f"*/{ASKED}")):
            with contextlib.suppress(ValueError, KeyError):
                found[RecordingId(path.parent.name)] = CaseId(json.loads(path.read_text())["case"])
        return found

    def _asked(self, recording: RecordingId) -> Path:
        return self._folder / plain_name(recording) / ASKED

    def _note(self, order: GridOrder) -> None:
        try:
            self._asked(order.recording).write_text(json.dumps({"case": order.case_id}))
        except FileNotFoundError:
            raise NotFoundError from None

    # ------------------------------------------------------------------ making

    async def next_made(self) -> GridMade:
        while not self._waiting:
            self._news.clear()
            await self._news.wait()
        recording = next(iter(self._waiting))
        order = self._waiting.pop(recording)
        self._making, self._percent = recording, 0
        self._idle.clear()
        try:
            told = await self._told(order)
        finally:
            self._making = self._child = None
            try:
                await asyncio.to_thread(forget_part, self._folder, recording)
            finally:
                self._idle.set()
        return self._became(order, told)

    async def noted(self, recording: RecordingId) -> None:
        if recording not in self._waiting:  # somebody may have asked anew meanwhile
            self._asked(recording).unlink(missing_ok=True)

    def _became(self, order: GridOrder, told: Mapping[str, Any]) -> GridMade:
        if "sha256" in told:
            return GridMade(
                recording=order.recording,
                case_id=order.case_id,
                sha256=told["sha256"],
                chain=told["chain"],
            )
        cancelled = not self._asked(order.recording).exists()
        self._asked(order.recording).unlink(missing_ok=True)
        why = _CANCELLED if cancelled else str(told.get("fault", _LOST))
        if not cancelled:
            self._failed[order.recording] = why
        return GridMade(recording=order.recording, case_id=order.case_id, why=why)

    async def _told(self, order: GridOrder) -> Mapping[str, Any]:
        """Return the child's last words."""
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(*self._maker, stdin=pipe, stdout=pipe)
        self._child = child
        try:
            if not self._asked(order.recording).exists():
                return {}
            return await self._heard(child, self._order_line(order))
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    async def _heard(self, child: Child, order: bytes) -> Mapping[str, Any]:
        told: Mapping[str, Any] = {}
        if child.stdin is None or child.stdout is None:
            return told
        with contextlib.suppress(ConnectionError):
            child.stdin.write(order)
            child.stdin.close()
        while line := await child.stdout.readline():
            told = json.loads(line)
            self._percent = int(told.get("percent", self._percent))
        return told

    def _order_line(self, order: GridOrder) -> bytes:
        return json.dumps(
            {
                "folder": str(self._folder),
                "recording": order.recording,
                "key": base64.b64encode(order.key).decode(),
                "names": dict(order.names),
                "fonts": [str(one) for one in self._fonts],
            }
        ).encode()

    # ------------------------------------------------------------------ showing

    async def watch(self, recording: RecordingId, key: bytes) -> AsyncGenerator[bytes, None]:
        film: GridFilm | None = await asyncio.to_thread(read_grid, self._folder, recording)
        if film is None:
            raise NotFoundError
        pieces = opened_grid(self._folder, recording, key)
        try:
            while piece := await asyncio.to_thread(next, pieces, b""):
                yield piece
        except (DamagedError, OSError):
            raise FilmLostError from None
