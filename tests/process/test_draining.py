"""`heyi drain` in a script: an update goes on only when every worker was asked."""

from pathlib import Path

from tests.support.server import heyi


async def test_a_worker_that_does_not_answer_fails_the_command(tmp_path: Path) -> None:
    said = await heyi(tmp_path / "data", "drain", HEYI_MEDIA_WORKERS="2")
    assert (said.status, said.out) == (1, "media 0: away\nmedia 1: away\n")
