"""Large arguments travel beside what is pickled, come back whole, and leave nothing behind."""

import pickle
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from server.documents import parcels
from server.documents.parcels import LARGE, Parcel, packed
from server.documents.pool import ProcessWorkPool, WorkFailedError
from server.domain.canonical import sha256_hex
from tests.documents.test_pool import end_always

SCAN = bytes(range(256)) * (20 * 4096)
"""20 MiB, the largest scan there is."""
anything = st.recursive(
    st.none() | st.text(max_size=5) | st.binary(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=3), inner, max_size=4)
        | st.tuples(inner, inner)
    ),
    max_leaves=12,
)


@dataclass(frozen=True, slots=True)
class Order:
    """Bytes deep within what work is given."""

    name: str
    scans: dict[str, bytes]


def hashes(order: Order, more: bytes) -> list[str]:
    return [sha256_hex(one) for one in (*order.scans.values(), more)]


@given(what=anything, large=st.integers(1, 40), piece=st.integers(1, 7))
def test_whatever_is_packed_is_the_same_when_opened(what: object, large: int, piece: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parcels, "LARGE", large)
        patched.setattr(parcels, "PIECE", piece)
        with packed((what,)) as parcel:
            again: Parcel = pickle.loads(pickle.dumps(parcel))
            assert again.opened() == (what,)


def test_nothing_large_is_pickled() -> None:
    """Pickling copies it in one step, for which the event loop waits."""
    order = Order("one", {"1": SCAN, "2": SCAN[: LARGE - 1]})
    with packed((order, SCAN)) as parcel:
        assert parcel.sizes == (len(SCAN), len(SCAN))
        assert len(pickle.dumps(parcel)) < 2 * LARGE


async def test_work_in_another_process_gets_all_of_it() -> None:
    order = Order("one", {"1": SCAN, "2": b"small"})
    with ProcessWorkPool(1) as pool:
        assert await pool.run(hashes, order, SCAN[1:]) == hashes(order, SCAN[1:])


async def test_its_memory_is_given_back_however_the_work_ends() -> None:
    with ProcessWorkPool(1) as pool:
        assert await pool.run(len, SCAN) == len(SCAN)
        with pytest.raises(TypeError):
            await pool.run(abs, SCAN)
        with pytest.raises(WorkFailedError):
            await pool.run(ends_with, SCAN)
        assert not [one for one in shared_here() if "heyi-work" in one]


def ends_with(scan: bytes) -> None:
    del scan
    end_always()


def shared_here() -> list[str]:
    return [str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
