"""What is damaged in a store, as whoever looks for it finds it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

from funsies.core.digest import Digest


class DamagedPart(StrEnum):
    """What it is that is damaged."""

    VALUE = "value"
    """Large bytes, in the data store."""
    CONTENT = "content"
    """Small bytes, beside the graph."""
    RESULT = "result"
    """That of a step: its row, or the bytes that it names."""
    CONSTANT = "constant"
    SOURCES = "sources"
    """The modules of a program, from which its functions are loaded."""
    DEFINITION = "definition"
    """That of a step: its task, and its inputs."""
    TASK = "task"
    OPTIONS = "options"
    ENTRY = "entry"
    """Where a value comes from: what is found by its hash."""
    LINKS = "links"
    """By which a step is found: from its outputs, and from those who make its inputs."""
    STATE = "state"
    TRACE = "trace"
    """What an equal run made."""
    DELEGATION = "delegation"
    """Of which step a dynamic one has its result."""
    RECORD = "record"
    """How a step was run."""
    RUN = "run"
    """What one program has asked for, and how that ended."""
    KEY = "key"
    COUNTERS = "counters"


class Fault(StrEnum):
    """What is wrong with it."""

    CHANGED = "changed"
    """Bytes do not match their digest."""
    MISSING = "missing"
    FOREIGN = "foreign"
    """It is not signed with a key of ours."""
    UNREADABLE = "unreadable"
    MISPLACED = "misplaced"
    """It is not what belongs under its address."""
    WRONG_TYPE = "wrong-type"
    WRONG_NUMBER = "wrong-number"


class Spot(msgspec.Struct, frozen=True):
    """Where in a store something is, and what was seen there: only that is mended.

    Attributes:
        act: how it is mended; empty if it cannot be.
        key: where, without the prefix of the namespace.
        field: of that key.
        seen: what was there.
        more: what else must still be as it was.
    """

    act: str = ""
    key: bytes = b""
    field: bytes = b""
    seen: bytes = b""
    more: tuple[bytes, ...] = ()


NOWHERE: Final = Spot()


class Damage(msgspec.Struct, frozen=True):
    """One thing that is damaged.

    Attributes:
        part: what it is.
        fault: what is wrong with it.
        name: its hash; of what has none, its name.
        operation: the step to which it belongs, if that is known.
        task: what people call that step.
        spot: where it is.
        content: address of the bytes that are damaged, if they are.
        is_large: whether these are in the data store.
    """

    part: DamagedPart
    fault: Fault
    name: str
    operation: Digest | None = None
    task: str = ""
    spot: Spot = NOWHERE
    content: Digest | None = None
    is_large: bool = False


LargeFaults: TypeAlias = Callable[[Collection[Digest]], Mapping[Digest, Fault]]
"""Says which of some large values are damaged or gone."""

Tell: TypeAlias = Callable[[str, int], None]
"""Is told what is looked at, and how much of it since the last time."""
