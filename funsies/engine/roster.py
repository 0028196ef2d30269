"""Who works for a server: the workers as they have registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from funsies.store.connect import Address

from .arming import ask_rq
from .load import FIELD as LOAD_FIELD
from .load import Load, read_load
from .rq_binding.records import LEFT_FIELD, LIFE_FIELD, worker_records
from .self_description import FIELD, SelfDescription, read_description

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
        (_view(name, record), read_description(record.get(FIELD, "")))
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
