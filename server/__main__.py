"""The command line: serve, media, migrate, backup, restore, renew, demo, verify, bench, others."""

import argparse
import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from server.config import Settings, environment, load
from server.domain.errors import DomainError
from server.media.address import UnknownAddressError
from server.ports.backup import BackupError
from server.ports.store import DiskFullError
from server.setting_forms import SettingsError, place, seconds, whole

DRAIN_LIMIT_S = 4 * 3600.0
"""Longer than a sitting lasts; a draining worker ends then, whoever is still in it."""

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words[:1] in (["verify"], ["witness"]):
            return _check(words)
        asked = _parser().parse_args(words)
        command: Command = asked.command
        return command(asked)
    except (SettingsError, UnknownAddressError) as wrong:
        told = wrong if isinstance(wrong, SettingsError) else SettingsError(str(wrong))
        print(f"heyi: {told.chinese}\nheyi: {told}", file=sys.stderr)
        return 2
    except (BackupError, DiskFullError) as refused:
        from server.archive.backup_words import say

        print(say(refused), file=sys.stderr)
        return 1
    except DomainError as refused:
        from server.upkeep import said, status

        print(said(refused), file=sys.stderr)
        return status(refused, words)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="heyi", description="Heyi 和议: video mediation rooms")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = _add(commands, "serve", _serve, "the web server with its media worker")
    serve.add_argument("--demo", action="store_true", help="with an invented committee and case")
    serve.add_argument(
        "--media-workers", type=int, metavar="N", help="media workers, each with its own port"
    )
    for name, run, what in (
        ("app", _app, "the web server alone"),
        ("media", _media, "a media worker alone"),
        ("migrate", _migrate, "bring the database to the newest schema"),
    ):
        part = _add(commands, name, run, what)
        part.add_argument("--parent", type=int, help=argparse.SUPPRESS)
        part.add_argument("--demo", action="store_true", help=argparse.SUPPRESS)
        if name == "media":
            _add_media(part)
    _add_backup(commands)
    _add_renew(commands)
    _add_drain(commands)
    _add_demo(commands)
    # Only listed here: these have parsers of their own, beside what they check.
    _add(commands, "verify", lambda _: _check(["verify"]), "check a sealed record")
    _add(commands, "witness", lambda _: _check(["witness"]), "check a log's checkpoints")
    _add_bench(commands)
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Command,
    what: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=what, description=what)
    parser.set_defaults(command=run)
    return parser


def _add_backup(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    backup = _add(commands, "backup", _backup, "copy everything, encrypted, while running")
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.add_argument(
        "--recipient",
        action="append",
        default=[],
        metavar="age1…",
        help="public key to encrypt for; without any, a key is written to FILE.key",
    )
    _add(commands, "rotate-key", _rotate, "replace the key that wraps all others")
    keys = _add(commands, "keys", _keys, "say what holds the signing keys, and try them")
    what = "import: move key files into the token; seal: take a committee's from an authority"
    keys.add_argument("what", nargs="?", choices=("import", "seal"), help=what)
    keys.add_argument("file", nargs="?", type=Path, help="the authority's PKCS#12 (.pfx, .p12)")
    keys.add_argument("--root", type=Path, metavar="PEM", help="the authority's root, compared")
    keys.add_argument("--chain", type=Path, metavar="PEM", help="issuers that FILE lacks")
    keys.add_argument("--committee", default="", help="whose seal it is, where there are several")
    keys.add_argument("--password-file", type=Path, help="holds its password; asked for without")
    restore = _add(commands, "restore", _restore, "fill an empty data folder from a backup")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--key", type=Path, metavar="FILE", help="key file, if not FILE.key")


def _add_renew(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    renew = _add(commands, "renew", _renew, "renew the archive time stamps that are due")
    renew.add_argument("--dry-run", action="store_true", help="verify and list, write nothing")
    renew.add_argument("--limit", type=whole, metavar="N", help="so many records at most")
    renew.add_argument("--json", action="store_true", dest="as_json", help="one object a line")


def _add_media(media: argparse.ArgumentParser) -> None:
    media.add_argument("--worker", type=int, default=0, help=argparse.SUPPRESS)
    media.add_argument(
        "--listen", type=place, metavar="HOST:PORT", help="for an app on another host"
    )


def _add_drain(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    drain = _add(commands, "drain", _drain, "let media workers here end with their last room")
    drain.add_argument("--worker", type=whole, metavar="N", help="this one alone, from 0")
    drain.add_argument(
        "--limit", type=seconds, default=DRAIN_LIMIT_S, metavar="S", help="seconds it may take"
    )


def _add_demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = _add(commands, "demo", _demo, "play the whole story with simulated phones")
    demo.add_argument("--url", help="a running server in demo mode; without it, an own one")
    demo.add_argument("--json", action="store_true", dest="as_json")


def _add_bench(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bench = _add(commands, "bench", _bench, "measure")
    bench.add_argument("what", choices=("media", "recording", "records", "log"))
    bench.add_argument("--rooms", type=int, default=4)
    bench.add_argument("--seconds", type=float, default=10.0)
    bench.add_argument("--records", type=int, default=10_000)
    bench.add_argument("--entries", type=int, default=100_000)
    bench.add_argument("--json", action="store_true", dest="as_json")


def _log(settings: Settings) -> None:
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _settings(asked: argparse.Namespace) -> Settings:
    wished = {"demo": getattr(asked, "demo", None) or None}
    wished["media_workers"] = getattr(asked, "media_workers", None)
    settings = load(**{name: value for name, value in wished.items() if value is not None})
    _log(settings)
    if (parent := getattr(asked, "parent", None)) is not None:
        from server.supervisor import end_with_parent

        end_with_parent(parent)
    return settings


def _set_up(asked: argparse.Namespace) -> Settings:
    """Return the settings of a command at the data folder and its database."""
    from server.folders import expect_folder
    from server.starting import expect_database

    settings = _settings(asked)
    expect_folder(settings)
    expect_database(settings)
    return settings


def _serve(asked: argparse.Namespace) -> int:
    from server.alone import alone, expect_none
    from server.signing_keys import expect_keys
    from server.starting import expect_media_ports, expect_web_port, tls
    from server.store.sole import expect_none_serving
    from server.supervisor import Child, command, supervise
    from server.system import SystemClock

    settings = _set_up(asked)
    tls(settings)
    expect_keys(settings)
    demo = ("--demo",) if settings.demo else ()
    env = environment(media_workers=settings.media_workers)
    app = Child(name="app", argv=command("app", *demo), env=env)
    workers = [
        Child(name=f"media {n}", argv=command("media", f"--worker={n}"), env=env)
        for n in range(settings.media_workers)
    ]
    with alone(settings, "serve"):
        expect_none(settings, "app")
        asyncio.run(expect_none_serving(settings.database, SystemClock()))
        expect_web_port(settings)
        expect_media_ports(settings)
        return 0 if asyncio.run(supervise(app, workers)) else 1


def _app(asked: argparse.Namespace) -> int:
    from server.alone import expect_none
    from server.starting import expect_web_port, tls

    settings = _set_up(asked)
    tls(settings)
    expect_none(settings, "app")
    expect_web_port(settings)

    gc.disable()  # what is loaded stays: looking through it meanwhile takes a sixth of the time
    from server.app import serve
    from server.rehearsal.founding import welcome

    gc.enable()

    async def run() -> None:
        await serve(settings, _ending(), lambda world: welcome(world, settings.url))

    asyncio.run(run())
    return 0


def _media(asked: argparse.Namespace) -> int:
    from server.alone import alone
    from server.folders import expect_folder, prepare_folders
    from server.media.sweep import seldom
    from server.media.worker import Worker, run_worker
    from server.media_wiring import worker_settings

    settings = _settings(asked)
    expect_folder(settings)
    prepare_folders(settings)
    told = worker_settings(settings, asked.worker, listen=asked.listen)

    def begun(worker: Worker) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, worker.drain, DRAIN_LIMIT_S)

    async def run() -> None:
        ending = _ending()
        async with asyncio.TaskGroup() as tasks:
            worker = tasks.create_task(run_worker(told, begun=begun, collect=seldom()))
            worker.add_done_callback(lambda _: ending.set())
            await ending.wait()
            worker.cancel()

    # Before it is known that no other worker lives there, nobody clears its socket away.
    with alone(settings, f"media-{asked.worker}"):
        asyncio.run(run())
    return 0


def _drain(asked: argparse.Namespace) -> int:
    from server.media.draining import drain

    settings = _settings(asked)
    every = range(settings.media_workers or 1) if asked.worker is None else (asked.worker,)
    told = [asyncio.run(drain(settings.control_of(one), asked.limit)) for one in every]
    for number, rooms in zip(every, told, strict=True):
        print(f"media {number}: {'away' if rooms is None else f'draining, {rooms} rooms'}")
    return 1 if None in told else 0


def _ending() -> asyncio.Event:
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    return ending


def _migrate(asked: argparse.Namespace) -> int:
    from server.app import migrate_database

    asyncio.run(migrate_database(_set_up(asked)))
    return 0


def _backup(asked: argparse.Namespace) -> int:
    from server.archive.backups import key_file_of
    from server.upkeep import back_up, keys_in_use

    settings = _set_up(asked)
    recipients = asked.recipient or settings.recipients
    passphrase = settings.backup_passphrase.get_secret_value()
    with keys_in_use(settings):
        records = asyncio.run(back_up(settings, asked.file, recipients, passphrase))
    print(f"{asked.file}: 记录 {records} 件 · records")
    _tell_elsewhere(settings)
    if not recipients:
        print(f"{key_file_of(asked.file)}: 密钥，请另处保管 · the key: keep it elsewhere")
    return 0


def _tell_elsewhere(settings: Settings) -> None:
    from server.upkeep import NOT_HERE, keys_elsewhere

    if keys_elsewhere(settings):
        print(NOT_HERE)


def _rotate(asked: argparse.Namespace) -> int:
    from server.upkeep import rotate_key

    settings = _set_up(asked)
    wrapped = asyncio.run(rotate_key(settings))
    print(f"主密钥已更换，重新封装 {wrapped} 把密钥，文件密钥不变")
    print(f"The key is replaced, {wrapped} keys wrapped again; those of files stay")
    _tell_elsewhere(settings)
    return 0


def _keys(asked: argparse.Namespace) -> int:
    from server.upkeep import held_keys, import_keys, keys_in_use

    settings = _set_up(asked)
    if asked.what == "import":
        moved = import_keys(settings)
        print(f"已移入令牌 {moved} 把密钥 · keys moved into the token")
    if asked.what == "seal":
        from server.app import migrate_database
        from server.outside_seal import seal_from

        asyncio.run(migrate_database(settings))
        print(seal_from(settings, asked))
    with keys_in_use(settings):
        print(f"签名密钥 · signing keys: {held_keys(settings)}")
    return 0


def _renew(asked: argparse.Namespace) -> int:
    from server.app import at_rest
    from server.upkeep import renew

    settings = _set_up(asked)

    async def run() -> bool:
        async with at_rest(settings) as world:
            return await renew(
                world, dry_run=asked.dry_run, limit=asked.limit, as_json=asked.as_json
            )

    return 0 if asyncio.run(run()) else 1


def _restore(asked: argparse.Namespace) -> int:
    from server.app import at_rest
    from server.upkeep import backups
    from server.usecases.check_records import Checked, check_records

    settings = _set_up(asked)

    async def run() -> Checked:
        passphrase = settings.backup_passphrase.get_secret_value()
        await backups(settings).restore(asked.file, asked.key, passphrase)
        async with at_rest(settings) as world:
            gc.freeze()  # as for who is served: what is loaded stays
            return await check_records(world)

    found = asyncio.run(run())
    held = found.records - len(found.failed)
    print(f"记录 {found.records} 件，验证通过 {held} 件 · records, of which so many verify")
    print(f"日志 {found.log_entries} 条，完整 · entries of the log, whole")
    _tell_elsewhere(settings)
    for number, why in found.failed:
        print(f"  {number}: {why}", file=sys.stderr)
    return 1 if found.failed else 0


def _demo(asked: argparse.Namespace) -> int:
    from server.rehearsal.demo import demonstrate

    return demonstrate(asked.url, as_json=asked.as_json)


def _check(words: Sequence[str]) -> int:
    from server.verifying import check

    return check(words)


def _bench(asked: argparse.Namespace) -> int:
    from server.rehearsal.bench import bench

    return bench(asked)


if __name__ == "__main__":
    sys.exit(main())
