"""Ways for a step to change its process, by what one has to look at to see it."""

from __future__ import annotations

import asyncio
import contextlib
import decimal
import faulthandler
import gc
import locale
import logging
import multiprocessing
import os
import resource
import signal
import socket
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np


def soft(number: int, amount: int = 1 << 30) -> None:
    resource.setrlimit(number, (amount, resource.getrlimit(number)[1]))


def set_zone(zone: str) -> None:
    os.environ["TZ"] = zone
    time.tzset()


def forget_zone_silently() -> None:
    set_zone("Asia/Tokyo")
    del os.environ["TZ"]


def enter(manager: contextlib.AbstractContextManager[object]) -> None:
    """Enter and never leave."""
    manager.__enter__()


def close_a_loop() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.close()


def get_event_loop_or_not() -> list[asyncio.AbstractEventLoop]:
    try:
        return [asyncio.get_event_loop()]
    except RuntimeError:
        return []


def set_another_policy() -> None:
    if sys.version_info >= (3, 14):  # what is public warns
        asyncio.events._set_event_loop_policy(asyncio.unix_events._DefaultEventLoopPolicy())
    else:
        asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())


def loop_of_this_thread() -> object:
    if sys.version_info >= (3, 14):  # there is none unless somebody has set it
        return asyncio.events._get_event_loop_policy(), *get_event_loop_or_not()
    loop = asyncio.get_event_loop_policy().get_event_loop()
    is_usable = not loop.is_closed()
    loop.close()
    return is_usable


def look_at_environment() -> object:
    return {**os.environ}


def look_at_directory() -> object:
    return str(Path.cwd())


def look_at_mask() -> object:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def look_at_limits() -> object:
    names = ("AS", "CPU", "FSIZE", "NOFILE", "STACK")
    return [resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in names]


def look_at_process() -> object:
    return os.getpriority(os.PRIO_PROCESS, 0), sorted(os.sched_getaffinity(0))


def look_at_signals() -> object:
    handlers = [repr(signal.getsignal(number)) for number in range(1, 32)]
    held_back = sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
    return handlers, held_back


def look_at_clock() -> object:
    return time.tzname, time.timezone, time.localtime(0)


def look_at_decimals() -> object:
    third = decimal.Decimal(1) / decimal.Decimal(3)
    return str(third), repr(decimal.getcontext())


def look_at_numpy() -> object:
    return np.geterr(), np.geterrcall(), str(np.array([1 / 3])), repr(np.get_printoptions())


def look_at_warnings() -> object:
    return repr(warnings.filters), repr(warnings.showwarning)


def look_at_interpreter() -> object:
    return (
        sys.getrecursionlimit(),
        sys.getswitchinterval(),
        sys.get_int_max_str_digits(),
        repr((sys.gettrace(), sys.getprofile(), sys.excepthook, sys.displayhook)),
        gc.isenabled(),
        gc.get_threshold(),
        faulthandler.is_enabled(),
    )


def look_at_path() -> object:
    return sys.path, sys.argv


def look_at_locale() -> object:
    return locale.setlocale(locale.LC_ALL)


def look_at_logging() -> object:
    root = logging.getLogger()
    return root.level, root.manager.disable, repr(root.handlers)


def look_at_library() -> object:
    return (
        socket.getdefaulttimeout(),
        tempfile.tempdir,
        threading.current_thread().name,
        repr(threading.excepthook),
        multiprocessing.get_start_method(allow_none=True),
    )


CHANGES: dict[Callable[[], object], list[Callable[[], object]]] = {
    look_at_environment: [
        lambda: os.environ.update(FUNSIES_TEST="1"),
        lambda: os.environ.pop("PATH"),
        os.environ.clear,
        lambda: os.environb.update({b"FUNSIES_TEST": b"\xff"}),
        lambda: setattr(os, "environ", {}),
    ],
    look_at_directory: [
        lambda: os.chdir("/"),
        lambda: os.chdir(tempfile.gettempdir()),
        lambda: os.chdir(".."),
        lambda: enter(contextlib.chdir("/")),
        lambda: os.fchdir(os.open("/", os.O_RDONLY)),
    ],
    look_at_mask: [
        lambda: os.umask(0),
        lambda: os.umask(0o077),
        lambda: os.umask(0o777),
        lambda: os.umask(0o007),
        lambda: [os.umask(mask) for mask in (0o1, 0o2, 0o3)],
    ],
    look_at_limits: [
        lambda: soft(resource.RLIMIT_NOFILE, 50),
        lambda: soft(resource.RLIMIT_FSIZE),
        lambda: soft(resource.RLIMIT_AS, 1 << 40),
        lambda: soft(resource.RLIMIT_CPU, 10_000_000),
        lambda: soft(resource.RLIMIT_STACK, 1 << 20),
    ],
    look_at_process: [
        lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}),
        lambda: os.sched_setaffinity(0, {max(os.sched_getaffinity(0))}),
    ],
    look_at_signals: [
        lambda: signal.signal(signal.SIGUSR1, lambda *_: None),
        lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN),
        lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL),
        lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN),
        lambda: signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGHUP]),
    ],
    look_at_clock: [
        lambda: set_zone("America/New_York"),
        lambda: set_zone("<+05>-5"),
        lambda: set_zone("nonsense"),
        forget_zone_silently,
        lambda: os.environ.update(TZ="Asia/Tokyo"),
    ],
    look_at_decimals: [
        lambda: setattr(decimal.getcontext(), "prec", 50),
        lambda: setattr(decimal.getcontext(), "rounding", decimal.ROUND_UP),
        lambda: decimal.setcontext(decimal.ExtendedContext),
        lambda: enter(decimal.localcontext(decimal.BasicContext)),
        lambda: decimal.getcontext().traps.update({decimal.Inexact: True}),
    ],
    look_at_numpy: [
        lambda: np.seterr(all="raise"),
        lambda: np.seterr(divide="ignore", invalid="print"),
        lambda: np.seterrcall(print),
        lambda: enter(np.errstate(all="ignore")),
        lambda: np.set_printoptions(precision=2),
    ],
    look_at_warnings: [
        lambda: warnings.simplefilter("error"),
        warnings.resetwarnings,
        lambda: warnings.filterwarnings("ignore", "x"),
        lambda: setattr(warnings, "showwarning", print),
        lambda: setattr(warnings, "filters", []),
    ],
    look_at_interpreter: [
        lambda: sys.setrecursionlimit(5_000),
        lambda: sys.setswitchinterval(0.1),
        lambda: sys.set_int_max_str_digits(0),
        lambda: sys.setprofile(lambda *_: None),
        lambda: setattr(sys, "excepthook", print),
        lambda: setattr(sys, "displayhook", print),
        gc.disable,
        lambda: gc.set_threshold(1, 2, 3),
        lambda: faulthandler.dump_traceback_later(1000, exit=True),
    ],
    look_at_path: [
        lambda: sys.path.insert(0, "/nowhere"),
        lambda: sys.path.reverse() or sys.path.pop(),
        lambda: setattr(sys, "path", ["/nowhere"]),
        lambda: sys.argv.append("--more"),
        lambda: setattr(sys, "argv", []),
    ],
    look_at_locale: [
        lambda: locale.setlocale(locale.LC_ALL, "C"),
        lambda: locale.setlocale(locale.LC_CTYPE, "C"),
        lambda: locale.setlocale(locale.LC_NUMERIC, "C.UTF-8"),
        lambda: locale.setlocale(locale.LC_TIME, "C.UTF-8"),
        lambda: locale.setlocale(locale.LC_ALL, ""),
    ],
    look_at_logging: [
        lambda: logging.basicConfig(level=logging.DEBUG, force=True),
        lambda: logging.getLogger().setLevel(1),
        logging.disable,
        lambda: setattr(logging.getLogger(), "handlers", []),
        lambda: logging.getLogger().addHandler(logging.NullHandler()),
    ],
    look_at_library: [
        lambda: socket.setdefaulttimeout(1.0),
        lambda: setattr(tempfile, "tempdir", "/nowhere"),
        lambda: setattr(threading.current_thread(), "name", "mine"),
        lambda: setattr(threading, "excepthook", print),
        lambda: multiprocessing.set_start_method("spawn", force=True),
    ],
    loop_of_this_thread: [
        close_a_loop,
        lambda: asyncio.run(asyncio.sleep(0)),
        lambda: asyncio.set_event_loop(None),
        set_another_policy,
        lambda: [asyncio.run(asyncio.sleep(0)) for _ in range(2)],
    ],
}
