"""A thread that sleeps stands still; one that works, or waits for another's work, does not."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest

from tests.torture.standstill import Threads, stood

LONG, LITTLE = 0.04, 0.005


@pytest.fixture
def other() -> Iterator[ThreadPoolExecutor]:
    """Return one more thread, which has begun and does not end before the test."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        yield pool


def standing(step: Callable[[], object]) -> float:
    """Return how long this thread stood still in a step."""
    threads = Threads()
    since = threads.since()
    step()
    return stood(since, threads.until())


def sleep() -> None:
    time.sleep(LONG)


def work() -> None:
    """Work for so long on a processor, with the interpreter's lock."""
    end = time.thread_time() + LONG
    while time.thread_time() < end:
        sum(range(1_000))


def test_a_sleep_is_seen(other: ThreadPoolExecutor) -> None:
    assert LONG / 2 < standing(sleep) < LONG + LITTLE
    assert LONG / 2 < standing(lambda: other.submit(sleep).result()) < LONG + LITTLE


def test_a_lock_is_seen_whose_holder_sleeps(other: ThreadPoolExecutor) -> None:
    lock, held = Lock(), Lock()
    held.acquire()

    def hold() -> None:
        with lock:
            held.release()
            sleep()

    def wait() -> None:
        other.submit(hold)
        with held, lock:
            pass

    assert LONG / 2 < standing(wait) < LONG + LITTLE


def test_work_is_none_nor_is_waiting_for_it(other: ThreadPoolExecutor) -> None:
    assert standing(work) < LITTLE
    assert standing(lambda: other.submit(work).result()) < LITTLE

    def both() -> None:
        other.submit(work)
        work()

    assert standing(both) < LITTLE
