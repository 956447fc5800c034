"""A thread that sleeps stands still; one that waits for another's work is kept, if it has to."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from threading import Lock
from typing import Any

import pytest

from tests.torture.standstill import Threads, kept, stood

LONG, LITTLE = 0.04, 0.005
ONE_CALL = range(5_000_000)
"""Adding it up is one call into C, longer than LONG, that keeps the interpreter all the time."""
MUCH = bytes(60_000_000)


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


def test_a_forked_process_knows_its_own_time_in_the_queue() -> None:
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            known = os.getpid() in Threads().since().queued
            os.write(told, str(known).encode())
        finally:
            os._exit(0)
    os.close(told)
    os.waitpid(child, 0)
    with os.fdopen(heard, "rb") as answer:
        assert answer.read() == b"True"


def test_work_is_none_nor_is_waiting_for_it(other: ThreadPoolExecutor) -> None:
    assert standing(work) < LITTLE
    assert standing(lambda: other.submit(work).result()) < LITTLE

    def both() -> None:
        other.submit(work)
        work()

    assert standing(both) < LITTLE


def late(step: Callable[[], object], meant: float) -> float:
    """Return how long this thread was kept in a step that was to take so long."""
    threads = Threads()
    since = threads.since()
    step()
    return kept(since, threads.until(), meant)


def test_a_thread_is_kept_by_work_it_has_to_wait_for(other: ThreadPoolExecutor) -> None:
    assert late(lambda: other.submit(sum, ONE_CALL).result(), 0.0) > LONG / 2
    assert late(lambda: other.submit(sum, ONE_CALL).result(), 10.0) == 0.0  # it meant to wait

    def beside() -> None:
        hashing = other.submit(sha256, MUCH)  # without the interpreter's lock
        sleep()
        hashed.append(hashing)

    hashed = list[Future[Any]]()
    assert late(beside, LONG) < LITTLE
    assert hashed[0].result()


def test_a_thread_is_kept_by_its_own_work_and_no_sleep(other: ThreadPoolExecutor) -> None:
    assert late(work, 0.0) > LONG / 2
    assert late(sleep, 0.0) < LITTLE
    assert late(sleep, LONG) < LITTLE
    assert late(lambda: other.submit(sleep).result(), 0.0) < LITTLE
