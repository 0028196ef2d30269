"""What commands say beside their data: short lines on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Timer
from typing import Final

import click

from funsies.store.server_address import hide_secrets

FAILED_ARE_KEPT: Final = (
    "errors are kept, as values are, unless the machine is to blame (funsies cat HASH tells); "
    "to have failed steps run again: funsies reset --failed"
)

VOLATILE_IS_NOT_KEPT: Final = (
    "what is volatile was cancelled, or failed by a fault of the machine, or comes from such a "
    "step: it is not kept, and runs again when it is executed again"
)


def note(message: str) -> None:
    """Say something, without passwords."""
    # Not `err=True`, which goes around what stands for it while a bar is shown.
    click.echo(hide_secrets(message), file=sys.stderr)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say that something is begun, and how it ended."""
    click.echo(f"{click.style(name, bold=True)} ... ", err=True, nl=False)
    try:
        yield
    except BaseException:
        click.secho("failed", err=True, fg="red", bold=True)
        raise
    click.secho("done", err=True, fg="green", bold=True)


AFTER_SECONDS: Final = 1.0
_ERASE: Final = "\r\x1b[K"


@contextmanager
def notice_if_slow(message: str, after_seconds: float = AFTER_SECONDS) -> Iterator[None]:
    """Say on a terminal what goes on if it takes long, until it is over.

    Args:
        message: what goes on; a text of ours, without dots at its end.
        after_seconds: how long nothing is said.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    was_said = Event()

    def say() -> None:
        was_said.set()
        _write(f"{message} ...")

    timer = Timer(after_seconds, say)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if was_said.is_set():
            _write(_ERASE)


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
