"""A site whose world has its papers."""

from tests.usecases.agreement.conftest import office, shelf, world

__all__ = ["office", "shelf", "world"]
