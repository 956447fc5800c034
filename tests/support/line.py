"""A network line that can be cut: a process of its own that carries one TCP port to another."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator


class Line:
    """Carries from one port of this machine to another."""

    def __init__(self, to: int, at: int) -> None:
        self._argv = (sys.executable, "-m", "tests.support.line", str(to), str(at))
        self._process: asyncio.subprocess.Process | None = None

    async def lay(self) -> None:
        """Carry from now on."""
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(*self._argv, stdout=pipe)
        assert self._process.stdout is not None
        assert await self._process.stdout.readline() == b"carrying\n"

    async def cut(self) -> None:
        """Break what is open, and carry nothing more."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None


@contextlib.asynccontextmanager
async def line_to(to: int, at: int) -> AsyncIterator[Line]:
    """Lay a line for as long as the block lasts."""
    line = Line(to, at)
    await line.lay()
    try:
        yield line
    finally:
        await line.cut()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while content := await reader.read(65_536):
            writer.write(content)
            await writer.drain()
    writer.close()


async def _carry(to: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", to)
    except OSError:
        writer.close()
        return
    await asyncio.gather(_pass(reader, far_writer), _pass(far_reader, writer))


async def _main(to: int, at: int) -> None:
    server = await asyncio.start_server(lambda r, w: _carry(to, r, w), "127.0.0.1", at)
    sys.stdout.write("carrying\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), int(sys.argv[2])))
