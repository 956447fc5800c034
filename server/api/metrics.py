"""What is counted: requests by route, rooms, the media plane, the loop's lag."""

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry, Counter, Gauge

from server.api.worker_figures import WorkerFigures
from server.ports.system import Clock
from server.usecases.world import Renewing

LAG_EVERY = 1.0


class Metrics:
    """One app's figures; `media` are those of its media workers."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "heyi_http_requests", "Requests", ("route", "status"), registry=self.registry
        )
        self.rooms = Gauge("heyi_rooms", "Live rooms", registry=self.registry)
        self.lag = Gauge("heyi_loop_lag_seconds", "Event loop lag", registry=self.registry)
        self.stamps = Gauge(
            "heyi_archive_stamps",
            "Records whose archive time stamp is due, could not be renewed, or lacks its proof",
            ("state",),
            registry=self.registry,
        )
        self.renewals = Gauge(
            "heyi_archive_stamp_renewals",
            "Attempts to renew archive time stamps since the start",
            ("result",),
            registry=self.registry,
        )
        self.media = WorkerFigures()
        self.registry.register(self.media)

    async def keep_lag(self, clock: Clock) -> None:
        """Measure, for ever, how much later than asked for the loop wakes a sleeper."""
        while True:
            begun = clock.monotonic()
            await clock.sleep(LAG_EVERY)
            self.lag.set(max(0.0, clock.monotonic() - begun - LAG_EVERY))

    def show_renewing(self, so_far: Renewing) -> None:
        """Show how renewing archive time stamps goes."""
        for state, records in so_far.counts._asdict().items():
            self.stamps.labels(state=state).set(records)
        self.renewals.labels(result="renewed").set(so_far.renewed)
        self.renewals.labels(result="failed").set(so_far.failed)


METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)


@web.middleware
async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count by the route's pattern, never by the path: paths of links are secret."""
    status = 500
    try:
        response = await handler(request)
        status = response.status
    except web.HTTPException as raised:
        status = raised.status
        raise
    else:
        return response
    finally:
        resource = request.match_info.route.resource
        route = resource.canonical if resource is not None else "none"
        request.app[METRICS].requests.labels(route=route, status=str(status)).inc()
