"""What the interpreter, the standard library and the kernel keep for the whole process."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import locale
import logging
import os
import random
import resource
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from typing_extensions import override

from funsies.run.signals import handler_of

from .settings import ProcessSetting, attribute, attributes, contents

_HOOKS: Final = ("excepthook", "displayhook", "unraisablehook", "breakpointhook")
_OTHERS: Final = ("stdin", "argv", "path", "dont_write_bytecode")


def interpreter() -> Iterator[ProcessSetting]:
    """Settings of the interpreter."""
    yield ProcessSetting(sys.getrecursionlimit, sys.setrecursionlimit)
    yield ProcessSetting(sys.getswitchinterval, sys.setswitchinterval)
    yield ProcessSetting(sys.get_int_max_str_digits, sys.set_int_max_str_digits)
    yield ProcessSetting(sys.gettrace, sys.settrace)
    yield ProcessSetting(sys.getprofile, sys.setprofile)
    yield attributes(sys, (*_HOOKS, *_OTHERS))
    yield contents(sys.argv)
    yield contents(sys.path)
    yield ProcessSetting(gc.isenabled, lambda on: gc.enable() if on else gc.disable())
    yield ProcessSetting(gc.get_threshold, lambda each: gc.set_threshold(*each))
    yield ProcessSetting(faulthandler.is_enabled, _set_faulthandler)
    # Looking is enough: what a step has announced would end the process in the next one.
    yield ProcessSetting(faulthandler.cancel_dump_traceback_later, lambda _: None)


def _set_faulthandler(on: Any) -> None:
    if on:
        faulthandler.enable()
    else:
        faulthandler.disable()


def standard_library() -> Iterator[ProcessSetting]:
    """Settings of modules of the standard library."""
    yield ProcessSetting(
        partial(locale.setlocale, locale.LC_ALL), partial(locale.setlocale, locale.LC_ALL)
    )
    yield ProcessSetting(socket.getdefaulttimeout, socket.setdefaulttimeout)
    yield attribute(tempfile, "tempdir")
    yield from _threads()
    yield from _logs()
    yield from event_loops()
    if (multiprocessing := sys.modules.get("multiprocessing")) is not None:
        yield ProcessSetting(
            partial(multiprocessing.get_start_method, allow_none=True),
            partial(multiprocessing.set_start_method, force=True),
        )


def _threads() -> Iterator[ProcessSetting]:
    yield attribute(threading, "excepthook")
    yield attribute(threading.current_thread(), "name")
    yield ProcessSetting(threading.stack_size, threading.stack_size)
    yield ProcessSetting(threading.gettrace, threading.settrace)
    yield ProcessSetting(threading.getprofile, threading.setprofile)


def _logs() -> Iterator[ProcessSetting]:
    root = logging.getLogger()
    yield ProcessSetting(lambda: root.level, root.setLevel)
    yield ProcessSetting(lambda: root.manager.disable, logging.disable)
    yield attribute(root, "handlers")
    yield contents(root.handlers)


if sys.version_info >= (3, 14):  # policies are deprecated, and one makes no loop unasked

    def event_loops() -> Iterator[ProcessSetting]:
        """The loop of this thread, and who makes loops while that can still be chosen."""
        yield ProcessSetting(_current_loop, asyncio.set_event_loop)
        if hasattr(
            asyncio.events, "_event_loop_policy"
        ):  # what is public warns, and ends in 3.16
            yield attribute(asyncio.events, "_event_loop_policy")

    def _current_loop() -> asyncio.AbstractEventLoop | None:
        try:
            return asyncio.get_event_loop()
        except RuntimeError:
            return None

else:

    class _Policy(asyncio.DefaultEventLoopPolicy):
        """The usual policy, which takes note when a loop is set: looking costs nothing."""

        def __init__(self) -> None:
            super().__init__()
            self.was_used = False

        @override
        def set_event_loop(self, loop: asyncio.AbstractEventLoop | None) -> None:
            self.was_used = True
            super().set_event_loop(loop)

    def event_loops() -> Iterator[ProcessSetting]:
        """The policy and the loop of this thread; a policy of somebody else stays as it is."""
        policy = asyncio.get_event_loop_policy()
        if type(policy) is not asyncio.DefaultEventLoopPolicy and not _is_unused(policy):
            yield ProcessSetting(asyncio.get_event_loop_policy, asyncio.set_event_loop_policy)
            return
        _renew()
        yield ProcessSetting(lambda: _is_unused(asyncio.get_event_loop_policy()), _renew)

    def _is_unused(policy: asyncio.AbstractEventLoopPolicy) -> bool:
        return isinstance(policy, _Policy) and not policy.was_used

    def _renew(_: object = None) -> None:
        asyncio.set_event_loop_policy(_Policy())


# Signal handlers, the signals that are held back, and the alarm.
#
# Handlers that C code has installed cannot be seen, and stay.

_NUMBERS: Final = sorted(
    int(number) for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
)

# What is public makes enums of all numbers.
_raw: Final[Any] = sys.modules.get("_signal", signal)
_mask: Final[Callable[[int, Iterable[int]], Any]] = _raw.pthread_sigmask


def signals() -> Iterator[ProcessSetting]:
    """Settings that say how this process takes signals."""
    if not signal.getitimer(signal.ITIMER_REAL)[0]:  # else the alarm is somebody else's
        yield ProcessSetting(_alarm_seconds, signal.alarm)
    yield ProcessSetting(_handlers, _install)
    yield ProcessSetting(_held_back, _hold_back)


def _alarm_seconds() -> int:
    """Seconds until an alarm that a step has left, which is cleared by that."""
    return signal.alarm(0)


def _handlers() -> Sequence[Any]:
    return list(map(handler_of, _NUMBERS))


def _install(handlers: Sequence[Any]) -> None:
    for number, handler in zip(_NUMBERS, handlers, strict=True):
        if handler_of(number) is not handler and handler is not None:
            signal.signal(number, handler)


def _held_back() -> object:
    return _mask(signal.SIG_BLOCK, ())


def _hold_back(numbers: Any) -> None:
    _mask(signal.SIG_SETMASK, numbers)


# What the kernel lets this process do: limits, priority, owner, and the file mode mask.
#
# A step can take away what only an administrator could give back: a hard limit, a priority,
# an identity. Writing it back fails then, and the process is of no use to the next step.

_LIMITS: Final = ("AS", "CPU", "FSIZE", "NOFILE", "STACK")
"""Those that programs change; each costs a call to the kernel after each step."""


def limits() -> Iterator[ProcessSetting]:
    """Settings that the kernel keeps of this process."""
    for name in _LIMITS:
        if (number := getattr(resource, f"RLIMIT_{name}", None)) is not None:
            yield ProcessSetting(
                partial(resource.getrlimit, number), partial(resource.setrlimit, number)
            )
    process = os.PRIO_PROCESS, 0
    yield ProcessSetting(partial(os.getpriority, *process), partial(os.setpriority, *process))
    if sys.platform == "linux":
        yield ProcessSetting(partial(os.sched_getaffinity, 0), partial(os.sched_setaffinity, 0))
        if os.geteuid() == 0:  # nobody else can become another
            yield ProcessSetting(os.getresuid, lambda each: os.setresuid(*each))
    mask = os.umask(0o077)
    os.umask(mask)
    yield ProcessSetting(partial(os.umask, mask), os.umask)  # it can be read only by setting it


# Random numbers: those of a step do not depend on what ran before it in the same process.
#
# The generators of ``random`` and ``numpy.random`` that a whole process shares are seeded
# anew before a step if an earlier one has used them. Otherwise a step that calls
# ``random.seed(1)`` would make all that follow it draw the same numbers, and other workers,
# too; and so would a module that does it when it is imported. A step that needs a seed sets
# it itself.
#
# Whether a generator was used is seen by a twin in the same state: it gives the same next
# number only if it was not. That takes a fiftieth of the time of seeding.

_SEED_BITS: Final = 128


class Randomness:
    """Seeds the generators that a process shares."""

    def __init__(self) -> None:
        self._seeds = random.SystemRandom()
        self._twin = random.Random()  # noqa: S311 - not for secrets
        self._numpy_twin: Any = None

    def renew(self) -> None:
        """Seed anew the generators that were used."""
        if random.random() != self._twin.random():  # noqa: S311 - not for secrets
            seed = self._seeds.getrandbits(_SEED_BITS)
            random.seed(seed)
            self._twin.seed(seed)
        if (numpy_random := sys.modules.get("numpy.random")) is not None:
            self._renew_numpy(numpy_random)

    def _renew_numpy(self, numpy_random: Any) -> None:
        twin = self._numpy_twin
        if twin is None or twin.random_sample() != numpy_random.random_sample():
            numpy_random.seed(None)
            self._numpy_twin = numpy_random.RandomState()
            self._numpy_twin.set_state(numpy_random.get_state())
