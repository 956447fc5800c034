"""What the server does for ever beside the requests, by the name that warnings give it."""

from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import Any

from server.usecases.forget_erased import keep_forgetting, keep_sweeping
from server.usecases.hold_records import keep_holding
from server.usecases.lapsed_turns import keep_lapsing
from server.usecases.log_tree import keep_checking, keep_tree
from server.usecases.remind_payments import keep_reminding
from server.usecases.renew_nightly import keep_renewing
from server.usecases.seal_agreement import keep_sealing
from server.usecases.show_grids import keep_making
from server.usecases.stamp_checkpoints import keep_stamping
from server.usecases.tell_sealed import keep_telling
from server.usecases.world import World

STANDING: Mapping[str, Callable[[World], Coroutine[Any, Any, None]]] = MappingProxyType(
    {
        "log tree": keep_tree,
        "log check": keep_checking,
        "checkpoint stamps": keep_stamping,
        "turns to sign": keep_lapsing,
        "waiting seals": keep_sealing,
        "sealed messages": keep_telling,
        "payment reminders": keep_reminding,
        "time stamp renewal": keep_renewing,
        "grids": keep_making,
        "log of writes": keep_forgetting,
        "destroyed recordings": keep_sweeping,
        "held records": keep_holding,
    }
)
