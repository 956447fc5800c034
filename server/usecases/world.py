"""Everything a use case may ask for, wired once by the composition root."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from server.domain.ids import MessageId
from server.domain.jurisdiction.pack import JurisdictionPack
from server.domain.relay import Relay
from server.domain.renewal import RenewalRules, StampCounts
from server.ports.archive import Archive
from server.ports.documents import (
    ArchiveStamper,
    Renderer,
    SignatureChecker,
    Signer,
    SignerRoot,
    SigningChain,
    StampRoot,
)
from server.ports.notify import MessageState, Notifier
from server.ports.recording import Grids, Recordings
from server.ports.store import Store
from server.ports.system import Clock, Ids, WorkPool
from server.rooms.registry import Registry
from server.usecases.page_shelf import PageShelf
from server.usecases.tries import Strangers
from server.usecases.turns import Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The numbers staff may set: lifetimes in seconds unless named otherwise."""

    public_url: str
    demo: bool = False
    staff_idle: int = 30 * 60
    staff_absolute: int = 12 * 3600
    step_up: int = 10 * 60
    invitation_days: int = 30
    code_life: int = 300
    code_tries: int = 5
    codes_per_day: int = 10
    copy_days: int = 30
    renewal: RenewalRules = field(default_factory=RenewalRules)


@dataclass(slots=True)
class Renewing:
    """How renewing archive time stamps goes.

    `counts` are those of the last count, the others since the start.
    """

    counts: StampCounts = field(default_factory=StampCounts)
    renewed: int = 0
    failed: int = 0

    def add(self, *, failed: bool) -> None:
        """Count one attempt."""
        if failed:
            self.failed += 1
        else:
            self.renewed += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The ports, the rules and the live rooms.

    `turns` order long work that must not run twice at once; `shelf` keeps page pictures;
    `strangers` counts tries at logins that nobody has; `handed` are messages that a gateway
    took or refused and the store could not note yet. `turn_to_renew` yields whether no other
    process renews time stamps; if so, none does meanwhile.
    `outside_roots` (PEM) are those of authorities that are not our own, each for its purpose.
    """

    clock: Clock
    ids: Ids
    store: Store
    pool: WorkPool
    notifier: Notifier
    renderer: Renderer
    chain: SigningChain
    signer: Signer
    stamper: ArchiveStamper
    checker: SignatureChecker
    archive: Archive
    recordings: Recordings
    grids: Grids
    rooms: Registry
    pack: JurisdictionPack
    rules: Rules
    relay: Relay = field(default_factory=Relay)
    turns: Turns = field(default_factory=Turns)
    shelf: PageShelf = field(default_factory=PageShelf)
    strangers: Strangers = field(default_factory=Strangers)
    handed: dict[MessageId, MessageState] = field(default_factory=dict)
    renewing: Renewing = field(default_factory=Renewing)
    turn_to_renew: Callable[[], AbstractContextManager[bool]] = lambda: nullcontext(
        enter_result=True
    )
    outside_roots: tuple[StampRoot | SignerRoot, ...] = ()
