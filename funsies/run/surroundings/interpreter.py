"""What the interpreter and the standard library keep for the whole process."""

from __future__ import annotations

import faulthandler
import gc
import locale
import logging
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from .event_loops import event_loops
from .settings import Setting, attribute, attributes, contents

_HOOKS: Final = ("excepthook", "displayhook", "unraisablehook", "breakpointhook")
_OTHERS: Final = ("stdin", "argv", "path", "dont_write_bytecode")


def interpreter() -> Iterator[Setting]:
    """Settings of the interpreter."""
    yield Setting(sys.getrecursionlimit, sys.setrecursionlimit)
    yield Setting(sys.getswitchinterval, sys.setswitchinterval)
    yield Setting(sys.get_int_max_str_digits, sys.set_int_max_str_digits)
    yield Setting(sys.gettrace, sys.settrace)
    yield Setting(sys.getprofile, sys.setprofile)
    yield attributes(sys, (*_HOOKS, *_OTHERS))
    yield contents(sys.argv)
    yield contents(sys.path)
    yield Setting(gc.isenabled, lambda on: gc.enable() if on else gc.disable())
    yield Setting(gc.get_threshold, lambda each: gc.set_threshold(*each))
    yield Setting(faulthandler.is_enabled, _set_faulthandler)
    # Looking is enough: what a step has announced would end the process in the next one.
    yield Setting(faulthandler.cancel_dump_traceback_later, lambda _: None)


def _set_faulthandler(on: Any) -> None:
    if on:
        faulthandler.enable()
    else:
        faulthandler.disable()


def standard_library() -> Iterator[Setting]:
    """Settings of modules of the standard library."""
    yield Setting(
        partial(locale.setlocale, locale.LC_ALL), partial(locale.setlocale, locale.LC_ALL)
    )
    yield Setting(socket.getdefaulttimeout, socket.setdefaulttimeout)
    yield attribute(tempfile, "tempdir")
    yield from _threads()
    yield from _logs()
    if sys.version_info < (3, 14):  # from then on, policies are deprecated
        yield event_loops()
    if (multiprocessing := sys.modules.get("multiprocessing")) is not None:
        yield Setting(
            partial(multiprocessing.get_start_method, allow_none=True),
            partial(multiprocessing.set_start_method, force=True),
        )


def _threads() -> Iterator[Setting]:
    yield attribute(threading, "excepthook")
    yield attribute(threading.current_thread(), "name")
    yield Setting(threading.stack_size, threading.stack_size)
    yield Setting(threading.gettrace, threading.settrace)
    yield Setting(threading.getprofile, threading.setprofile)


def _logs() -> Iterator[Setting]:
    root = logging.getLogger()
    yield Setting(lambda: root.level, root.setLevel)
    yield Setting(lambda: root.manager.disable, logging.disable)
    yield attribute(root, "handlers")
    yield contents(root.handlers)
