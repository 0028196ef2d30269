"""Checking again whenever a file changes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NoReturn

import click

from funsies.cli.say import note

from .files import Stamps, stamps
from .project import CONFIGURATIONS, Project

_INTERVAL_SECONDS: Final = 0.3
_SHARE_OF_TIME: Final = 0.05
"""Looking takes at most this share of the time, however many files there are."""


def watch(arguments: Sequence[str], projects: Iterable[Project], *, as_json: bool) -> NoReturn:
    """Check in a process of its own, again after each change, until Ctrl-C.

    Args:
        arguments: of ``funsies check``.
        projects: whose files to watch.
        as_json: True to end each round with a line of JSON.
    """
    command = [sys.executable, "-P", "-m", "funsies.cli", "check", *arguments]
    for _ in _changes(sorted(projects, key=lambda each: each.root)):
        started = time.monotonic()
        code = subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode
        if as_json:
            seconds = round(time.monotonic() - started, 3)
            click.echo(json.dumps({"round": {"exit_code": code, "seconds": seconds}}))
        sys.stdout.flush()
        note(f"funsies: {time.strftime('%H:%M:%S')}, waiting for changes; Ctrl-C ends it")
    raise AssertionError  # changes never end


def _changes(projects: Sequence[Project]) -> Iterator[None]:
    """Now, and whenever something has changed and is quiet again."""
    while True:
        seen = _look(projects)
        yield
        while seen == (now := _looked_calmly(projects)):
            pass
        while now != (now := _looked_calmly(projects)):
            pass


def _looked_calmly(projects: Sequence[Project]) -> Stamps:
    """Look, then wait: by polling, which works for any file system, also on a cluster."""
    started = time.monotonic()
    found = _look(projects)
    seconds = time.monotonic() - started
    time.sleep(max(_INTERVAL_SECONDS, seconds / _SHARE_OF_TIME))
    return found


def _look(projects: Sequence[Project]) -> Stamps:
    files = [each.root / name for each in projects for name in CONFIGURATIONS]
    files += [each.config_file for each in projects if each.config_file]
    found = stamps(each.root for each in projects)
    for file in filter(Path.is_file, files):
        state = file.stat()
        found[str(file)] = (state.st_mtime_ns, state.st_size)
    return found
