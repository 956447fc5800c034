"""`heyi bench`: what was measured here, beside what we want to reach."""

import argparse
import asyncio
import json

from server.rehearsal.bench_log import bench_log
from server.rehearsal.bench_media import bench_media
from server.rehearsal.bench_recording import bench_recording
from server.rehearsal.bench_records import bench_records


def bench(asked: argparse.Namespace) -> int:
    """Measure one thing and print it; return 0 when the measurement itself was sound."""
    if asked.what == "records":
        found = asyncio.run(bench_records(asked.records))
    elif asked.what == "log":
        found = asyncio.run(bench_log(asked.entries))
    elif asked.what == "recording":
        found = bench_recording(rooms=asked.rooms, seconds=asked.seconds)
    else:
        found = bench_media(rooms=asked.rooms, seconds=asked.seconds)
    print(json.dumps(found, ensure_ascii=False) if asked.as_json else _table(found))
    return 0 if found.get("sound", True) else 1


def _table(found: dict[str, object]) -> str:
    width = max(len(name) for name in found)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in found.items())
