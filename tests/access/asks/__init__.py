"""A valid request for every route, as whoever may ask it would send it."""

from tests.access.asks import case, keeping, office
from tests.access.asks.agreement import MOMENTS_OF
from tests.access.asks.row import ASKS, Ask
from tests.access.asks.seat import code

__all__ = ["ASKS", "MOMENTS_OF", "Ask", "case", "code", "keeping", "office"]
