"""Waiting in a coroutine, by a thread that ends with the wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial

from .waiting import LOOK_SECONDS, Waiting


async def waited(
    waiting: Waiting,
    report: Callable[[], None] | None = None,
    report_seconds: float = LOOK_SECONDS,
) -> None:
    """Wait until all are finished, while other coroutines go on.

    When it is cancelled, its thread is told to end, and waited for.

    Args:
        waiting: what to wait for.
        report: called now and then, in that thread, and at the end.
        report_seconds: pause between two such calls.

    Raises:
        StateLostError: if the server has lost what was asked for.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    problems: list[BaseException] = []

    def wait() -> None:
        try:
            waiting.wait(None, report, report_seconds)
        except BaseException as problem:  # noqa: BLE001 - raised again by the coroutine
            problems.append(problem)
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(ended.set_result, None)

    wait_here = partial(copy_context().run, wait)  # a step may be running here
    thread = threading.Thread(target=wait_here, name="funsies-await", daemon=True)
    thread.start()
    try:
        await asyncio.shield(ended)
    except asyncio.CancelledError:
        waiting.stop()
        await asyncio.shield(ended)
        raise
    finally:
        if ended.done():
            thread.join()
    if problems:
        raise problems[0]
