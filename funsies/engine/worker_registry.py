"""The registry of workers: what each has said of itself, and who works for a server."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from funsies.core.keyring import Keyring
from funsies.core.version import __version__
from funsies.store.connect import Address

from .arming import ask_rq
from .load import Load, read_load
from .rq_binding.rq_records import (
    DESCRIPTION_FIELD,
    LEFT_FIELD,
    LIFE_FIELD,
    LOAD_FIELD,
    worker_records,
)

MOST_LIBRARIES: Final = 400
"""More are not listed: some 30 bytes each, in a record that is there while the worker lives."""

_METADATA: Final = ".dist-info"


class SelfDescription(msgspec.Struct, frozen=True):
    """What can differ between processes that work on the same steps.

    Attributes:
        funsies: version.
        python: version.
        keys: fingerprints of the keys that it accepts; the first one signs.
        libraries: versions by name, of what is installed.
    """

    funsies: str = "?"
    python: str = "?"
    keys: tuple[str, ...] = ()
    libraries: dict[str, str] = {}


def describe_self(keys: Keyring) -> SelfDescription:
    """Describe this process."""
    return SelfDescription(
        __version__,
        platform.python_version(),
        keys.fingerprints,
        dict(sorted(_libraries().items())[:MOST_LIBRARIES]),
    )


def read_description(text: str) -> SelfDescription:
    """Read what a worker has said; one of another version may have said nothing."""
    try:
        return msgspec.json.decode(text, type=SelfDescription)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return SelfDescription()


def _libraries() -> dict[str, str]:
    """What is installed, by the names of its directories: reading all metadata takes long."""
    found: dict[str, str] = {}
    for place in map(Path, reversed(sys.path)):
        if place.is_dir():
            names = [each.name for each in place.iterdir() if each.suffix == _METADATA]
            parts = [each.removesuffix(_METADATA).rpartition("-") for each in names]
            found |= {name.lower().replace("_", "-"): version for name, _, version in parts}
    return found


SILENT_SECONDS: Final = 30.0
"""Workers give signs of life every few seconds."""


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A worker, seen from outside.

    Attributes:
        name: unique on the server.
        host: machine on which it runs.
        pid: its process there.
        queues: which it serves, without the version of Python.
        python: minor version of Python that it runs.
        is_busy: True if it runs steps now.
        silent_seconds: time since its last sign of life.
        load: what its steps took of its machine then; None if it runs none, or that is unknown.
    """

    name: str
    host: str
    pid: int
    queues: tuple[str, ...]
    python: str
    is_busy: bool
    silent_seconds: float
    load: Load | None = None

    @property
    def is_silent(self) -> bool:
        """True if nothing came from it for longer than is usual."""
        return self.silent_seconds > SILENT_SECONDS


def list_workers(server: Address) -> list[WorkerView]:
    """The workers of a server that have given signs of life, sorted by name."""
    return [view for view, _ in describe_workers(server)]


def describe_workers(server: Address) -> list[tuple[WorkerView, SelfDescription]]:
    """The same, each with what it has said of itself."""
    records = ask_rq(server, worker_records)
    return [
        (_view(name, record), read_description(record.get(DESCRIPTION_FIELD, "")))
        for name, record in sorted(records.items())
    ]


def _view(name: str, record: dict[str, str]) -> WorkerView:
    served = [queue.rpartition("@") for queue in record.get("queues", "").split(",") if queue]
    return WorkerView(
        name=name,
        host=record.get("hostname", "?"),
        pid=int(record.get("pid", 0)),
        queues=tuple(queue for queue, _, _ in served),
        python=served[0][2] if served else "?",
        is_busy=record.get("state") == "busy",
        silent_seconds=_silence(record),
        load=read_load(record.get(LOAD_FIELD, "")),
    )


def _silence(record: dict[str, str]) -> float:
    """By the server, which counts from each sign of life: clocks of machines may differ."""
    left = float(record[LEFT_FIELD])
    return max(0.0, float(record.get(LIFE_FIELD, left)) - left)
