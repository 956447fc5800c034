"""The composition root: settings in, a wired application out."""

import asyncio
import gc
import inspect
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from aiohttp import web
from pydantic import BaseModel

from server.alone import alone, turn
from server.api import demo, frame, headers, health, link, site, static
from server.api.endpoint import WORLD
from server.api.forwarded import TRUSTED
from server.api.metrics import METRICS
from server.api.throttle import DOORS, Doors
from server.api.tray import TRAY, Tray
from server.archive.bucket import ArchiveUnavailableError
from server.archive.guide import guide
from server.archive.local import LocalArchive
from server.archive.recordings import LocalRecordings
from server.archive.s3 import S3Archive, S3Place, open_s3
from server.archive.witness import FolderWitness
from server.config import Settings
from server.documents.fonts import FontFolders, font_folders
from server.documents.keys import KeyProvider
from server.documents.pool import ProcessWorkPool
from server.documents.renewal import PooledStamper
from server.documents.signing import Desk
from server.documents.sources import outside_roots, sources_of
from server.documents.work import EcdsaChecker, LocalChain, LocalSigner, TypstRenderer
from server.domain.jurisdiction.packs import pack_of
from server.domain.relay import Relay
from server.domain.renewal import MONTH, RenewalRules
from server.folders import prepare_folders
from server.media.workers import Workers
from server.media_wiring import app_epoch, grids, media_workers
from server.notify.command import CommandNotifier
from server.notify.demo import DemoNotifier
from server.notify.outbox import OutboxNotifier
from server.notify.smtp import MailServer, SmtpNotifier
from server.notify.webhook import WebhookNotifier
from server.notify.witness import HttpWitness, MailWitness
from server.ports.archive import Archive
from server.ports.notify import Notifier
from server.ports.store import DiskFullError
from server.ports.system import Clock, WorkPool
from server.ports.witness import Witness
from server.recorder import show_command
from server.rooms.ports import RoomPorts
from server.rooms.registry import Registry
from server.rooms.view import Teller
from server.signalling import messages
from server.signalling.namespace import Live
from server.signalling.plain_server import PlainServer, end_malformed
from server.signing_keys import expect_master, master, signing_keys, tell_holder
from server.starting import tls
from server.store.keys import in_use
from server.store.partings import PartingFiles
from server.store.schema import migrate
from server.store.sole import Sole, sole_app
from server.store.store import SqlStore, open_store
from server.system import SystemClock, SystemIds, TaskScope
from server.usecases.read_scene import scene_reader
from server.usecases.show_checkpoints import keep_showing
from server.usecases.standing import STANDING
from server.usecases.world import Rules, World
from server.verifying import VERIFIER_TOOLS

log = logging.getLogger(__name__)

FRAME_LIMIT = 72_000
ARCHIVE_PATIENCE_S = 10.0
"""For so long a start waits for an archive: rooms need none."""
PING_EVERY, PING_PATIENCE = 10, 8
SWITCH_S = 0.001
"""So long a thread at work keeps the interpreter from the loop; Python itself says 5 ms."""

Seed = Callable[[World], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A wired application and the world behind it."""

    site: web.Application
    world: World
    media: Workers


async def migrate_database(settings: Settings) -> None:
    """Bring the database to the newest schema."""
    prepare_folders(settings)
    await migrate(settings.database)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wired:
    world: World
    media: Workers
    tasks: TaskScope
    live: list[Live]
    store: SqlStore
    partings: PartingFiles


@asynccontextmanager
async def running(
    settings: Settings, seed: Seed | None = None, *, lost: Callable[[], None] = lambda: None
) -> AsyncIterator[Running]:
    """Wire everything, start what runs beside the requests, undo it at the end.

    `lost` is called once another app has taken the database over.

    Raises AlreadyRunningError where another app has this data folder, ServedElsewhereError where
    one has the database; either is left as it is.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(alone(settings, "app"))
        sole = await stack.enter_async_context(sole_app(settings.database, SystemClock()))
        await migrate_database(settings)
        epoch = app_epoch(settings, SystemClock().now())
        wired = await _wired(settings, stack, epoch=epoch)
        world, media, tasks = wired.world, wired.media, wired.tasks
        await _claimed(world.archive)
        await _begin(wired)
        await tell_holder(world.pool, signing_keys(settings))
        if isinstance(world.archive, LocalArchive):
            world.archive.sweep()
        built = _site(settings, world, media)
        wired.live.append(_attach_live(settings, built, world))
        _keep(tasks, world, media, wired.live[0], built)
        _keep_standing(tasks, world, settings)
        if sole is not None:
            tasks.start(_until_lost(sole, lost), name="sole app")
        if seed is not None:
            await seed(world)
        await built[link.OFFICE].look(world)
        yield Running(site=built, world=world, media=media)


async def _claimed(archive: Archive) -> None:
    """Raise OwnedElsewhereError where it is another's; if it is away, whoever writes asks."""
    try:
        async with asyncio.timeout(ARCHIVE_PATIENCE_S):
            await archive.claim()
    except (ArchiveUnavailableError, DiskFullError, TimeoutError) as away:
        log.warning("whose the archive is cannot be seen now: %s", away)


async def _begin(wired: _Wired) -> None:
    """Let nothing count that this folder's last app noted, if another served after it."""
    try:
        start = await wired.store.next_start()
    except DiskFullError:  # nobody is kept from starting by that
        start = None
    await wired.partings.begin(start)


async def _until_lost(sole: Sole, lost: Callable[[], None]) -> None:
    await sole.keep()
    lost()


@asynccontextmanager
async def at_rest(settings: Settings) -> AsyncIterator[World]:
    """Wire everything for a command; nobody is served and nothing runs beside it."""
    await migrate_database(settings)
    async with AsyncExitStack() as stack:
        yield (await _wired(settings, stack, epoch=0)).world


async def _wired(settings: Settings, stack: AsyncExitStack, *, epoch: int) -> _Wired:
    stack.enter_context(in_use(settings.key_folder / "kek"))
    clock, ids = SystemClock(), SystemIds()
    pool = stack.enter_context(ProcessWorkPool(settings.pool_size))
    await expect_master(settings)
    store = await open_store(settings.database, master(settings), ids)
    stack.push_async_callback(store.close)
    tasks = await stack.enter_async_context(TaskScope(clock))  # ends before what its tasks use
    pack = pack_of("zh_cn")
    media = media_workers(settings, epoch=epoch)
    live: list[Live] = []
    recordings = LocalRecordings(settings.media, show_command())
    partings = PartingFiles(settings.partings)
    registry = Registry(
        RoomPorts(
            clock=clock,
            ids=ids,
            store=store,
            media=media,
            recordings=recordings,
            partings=partings,
            read_scene=scene_reader(store),
            teller=_teller(live),
            epoch=epoch,
            pack=pack,
        ),
        tasks,
    )
    fonts = font_folders(settings.fonts)
    keys = signing_keys(settings)
    world = World(
        clock=clock,
        ids=ids,
        store=store,
        pool=pool,
        notifier=make_notifier(settings),
        renderer=TypstRenderer(pool, fonts, settings.url),
        chain=LocalChain(pool, _desk(settings, keys, fonts)),
        signer=LocalSigner(pool, keys, settings.signature_suite),
        stamper=PooledStamper(pool, _desk(settings, keys, fonts)),
        checker=EcdsaChecker(),
        archive=make_archive(settings, pool, clock, await store.name()),
        recordings=recordings,
        grids=grids(settings, fonts),
        rooms=registry,
        pack=pack,
        rules=_rules(settings),
        relay=Relay(urls=settings.turn, secret=settings.turn_secret.get_secret_value()),
        turn_to_renew=partial(turn, settings, "renewals"),
        outside_roots=outside_roots(settings.timestamp_trust, settings.certificate_trust),
    )
    return _Wired(world=world, media=media, tasks=tasks, live=live, store=store, partings=partings)


def _desk(settings: Settings, keys: KeyProvider, fonts: FontFolders) -> Desk:
    stamping = settings.timestamp_url, settings.timestamp_trust
    where = sources_of(keys, settings.certificate_command, *stamping, settings.certificate_trust)
    return Desk(keys, fonts, where)


def _teller(live: list[Live]) -> Callable[[], Teller]:
    return lambda: live[0]


def _rules(settings: Settings) -> Rules:
    return Rules(
        public_url=settings.url,
        demo=settings.demo,
        staff_idle=settings.staff_idle_minutes * 60,
        step_up=settings.step_up_minutes * 60,
        invitation_days=settings.invitation_days,
        renewal=RenewalRules(
            every=MONTH * settings.renew_every_months,
            before=MONTH * settings.renew_before_months,
            digest=settings.renew_digest,
        ),
    )


def make_archive(settings: Settings, pool: WorkPool, clock: Clock, owner: str) -> Archive:
    """Return where the sealed records of the database of that name are kept."""
    made: S3Archive | LocalArchive
    if settings.archive == "s3":
        made = open_s3(S3Place(**settings.s3), clock, pool, VERIFIER_TOOLS)
    else:
        made = LocalArchive(settings.data, pool, VERIFIER_TOOLS)
    return replace(made, explained=guide(settings.web_dist / "verifier"), owner=owner)


def make_notifier(settings: Settings) -> Notifier:
    """Return the way messages travel; a demonstration wraps it to show its codes."""
    chosen = _chosen_notifier(settings)
    return DemoNotifier(chosen) if settings.demo else chosen


def _chosen_notifier(settings: Settings) -> Notifier:
    match settings.notify:
        case "outbox":
            return OutboxNotifier()
        case "smtp":
            return SmtpNotifier(
                _mail_server(settings), sender=settings.smtp_from, recipient=settings.smtp_to
            )
        case "webhook":
            secret = settings.webhook_secret.get_secret_value()
            return WebhookNotifier(url=settings.webhook_url, secret=secret)
        case "command":
            return CommandNotifier(command=settings.notify_command)


def _mail_server(settings: Settings) -> MailServer:
    return MailServer(
        name=settings.smtp_host,
        port=settings.smtp_port,
        login=settings.smtp_login,
        password=settings.smtp_password.get_secret_value(),
    )


def _keep_standing(tasks: TaskScope, world: World, settings: Settings) -> None:
    for name, job in STANDING.items():
        tasks.keep(partial(job, world), name=name)
    for name, witness in _witnesses(settings, world).items():
        tasks.keep(partial(keep_showing, world, name, witness), name=name)


def _witnesses(settings: Settings, world: World) -> dict[str, Witness]:
    """Return who keeps checkpoints elsewhere, by the name that warnings give them."""
    found: dict[str, Witness] = {}
    if settings.witness_dir is not None:
        found["witness folder"] = FolderWitness(settings.witness_dir)
    scheme, _, address = settings.witness_url.partition(":")
    if scheme == "mailto":
        found["witness mailbox"] = MailWitness(
            _mail_server(settings), world.clock, sender=settings.smtp_from, recipient=address
        )
    elif scheme:
        found["witness address"] = HttpWitness(url=settings.witness_url)
    return found


def _site(settings: Settings, world: World, media: Workers) -> web.Application:
    built = site.make_site(demonstration=settings.demo)
    built[WORLD] = world
    built[TRUSTED] = settings.proxies
    built[frame.ORIGINS] = settings.origins
    built[headers.SOCKETS] = headers.socket_origin(settings.url)
    built[health.MEDIA] = media
    built[DOORS] = Doors(world.clock)
    built[TRAY] = Tray(settings.data / "spool" / "presented", world.ids)
    built[TRAY].clear()
    built[health.LIVE] = live_messages()
    if isinstance(world.notifier, DemoNotifier):
        built[demo.CODES] = demo.LastCodes(world.notifier.codes)
    static.add_pages(built, settings.web_dist)
    return built


def live_messages() -> tuple[type[BaseModel], ...]:
    """Return every live message, for the OpenAPI document."""
    found = (one for _, one in inspect.getmembers(messages, inspect.isclass))
    return tuple(m for m in found if issubclass(m, BaseModel) and m.__module__ == messages.__name__)


def _attach_live(settings: Settings, built: web.Application, world: World) -> Live:
    built.middlewares.append(end_malformed)
    sio = PlainServer(
        async_mode="aiohttp",
        transports=["websocket"],
        cors_allowed_origins=sorted(settings.origins),
        async_handlers=False,
        max_http_buffer_size=FRAME_LIMIT,
        ping_interval=PING_EVERY,
        ping_timeout=PING_PATIENCE,
        logger=False,
        engineio_logger=False,
    )
    live = Live(world)
    sio.register_namespace(live)  # type: ignore[no-untyped-call]  # as above
    sio.attach(built)  # type: ignore[no-untyped-call]  # as above
    return live


def _keep(
    tasks: TaskScope, world: World, media: Workers, live: Live, built: web.Application
) -> None:
    registry = world.rooms
    for name, job in media.jobs().items():
        tasks.keep(job, name=name)
    tasks.keep(registry.follow_media, name="media events")
    tasks.keep(registry.keep_time, name="room clocks")
    tasks.keep(live.watch, name="live browsers")
    tasks.keep(registry.adopt, name="adopt rooms")
    tasks.keep(lambda: built[METRICS].keep_lag(world.clock), name="loop lag")


async def serve(settings: Settings, ending: asyncio.Event, seed: Seed | None = None) -> None:
    """Serve until `ending` is set; then finish what is being answered and stop."""
    async with running(settings, seed, lost=ending.set) as app:
        runner = web.AppRunner(app.site, access_log=None, shutdown_timeout=5.0)
        await runner.setup()
        try:
            await web.TCPSite(
                runner, settings.host, settings.port, ssl_context=tls(settings)
            ).start()
            # What is loaded stays: looking through it again would hold everybody up for long.
            gc.freeze()
            sys.setswitchinterval(SWITCH_S)
            log.info("listening on %s", settings.url)
            await ending.wait()
        finally:
            await runner.cleanup()
