"""Judges in the pool what no archive has to be asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from server.archive.presented import judge_presented
from server.archive.verifier import verify_files
from server.domain.verification import Presented, Report
from server.ports.archive import VerifierTools
from server.ports.system import WorkPool


class Judging:
    """The part of an Archive that is the same wherever its records lie."""

    __slots__ = ()
    work: WorkPool
    tools: VerifierTools

    async def judge_files(
        self, files: Mapping[str, bytes], anchors: Sequence[bytes], at: datetime | None = None
    ) -> Report:
        return await self.work.run(verify_files, dict(files), self.tools, tuple(anchors), at)

    async def judge(
        self, content: bytes | Path, anchors: Sequence[bytes], at: datetime | None = None
    ) -> Presented:
        return await self.work.run(judge_presented, content, self.tools, tuple(anchors), at)
