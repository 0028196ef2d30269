"""Functions that cannot be tasks, and values that cannot be stored."""

# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import enum
import io
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, Literal, NamedTuple, NewType, Protocol, TypedDict, TypeVar
from uuid import UUID

import msgspec
from returns.result import Result

import funsies as f

T = TypeVar("T")
Kelvin = NewType("Kelvin", float)


class Colour(enum.Enum):
    RED = 1


class Place(NamedTuple):
    x: float
    tags: list[str]


class Settings(TypedDict):
    name: str
    levels: dict[int, float]


class Row(msgspec.Struct):
    key: str


@dataclass
class Report:
    rows: list[Row]
    place: Place
    when: datetime
    parent: Report | None = None


@dataclass
class Box(Generic[T]):
    inside: T


@dataclass
class WithLog:
    value: int
    log: io.TextIOWrapper = field(default_factory=lambda: io.TextIOWrapper(io.BytesIO()))


class WithHandle(TypedDict):
    handle: threading.Thread


class Opaque:
    def __init__(self, data: bytes) -> None:
        self.data = data


class Sized(Protocol):
    def size(self) -> int: ...


class Celsius(float):
    pass


@f.task
def fine(
    a: Report, b: Settings, c: Colour, d: Kelvin, e: Box[int], g: Mapping[str, Path]
) -> tuple[Decimal, UUID, Literal["a", 1], list[set[frozenset[bytes]]] | None]:
    raise NotImplementedError


@f.task
def result(a: Any) -> Result[Report, ValueError]:
    raise NotImplementedError


@f.task
def generic(items: list[T]) -> dict[str, T]:
    raise NotImplementedError


@f.task
def no_return(a: int):  # E: Task "no_return" needs a return annotation
    return a


@f.task
def no_parameter(a, b: int) -> int:  # E: Parameter "a" of task "no_parameter" needs an annotation
    return b


@f.task
async def coroutine(a: int) -> int:  # E: "@task" cannot wrap the async function "coroutine"; make it a plain function that calls asyncio.run() inside
    return a


@f.task
def generator(a: int) -> Iterator[int]:  # E: "@task" cannot wrap the generator function "generator"; return a list instead
    yield a


@f.task
async def stream(a: int) -> AsyncIterator[int]:  # E: "@task" cannot wrap the async function "stream"
    yield a


class Model:
    @f.task
    def method(self, a: int) -> int:  # E: "@task" cannot wrap the method "Model.method"; use a module-level function
        return a

    @staticmethod
    @f.task
    def static(a: int) -> int:
        return a


@f.task
def mutable(a: list[int] = []) -> int:  # E: Parameter "a" of task "mutable" has a default that can be changed; use None or a tuple
    return len(a)


@f.task(version="1")
def mutable_call(*, a: dict[str, int] = dict()) -> int:  # E: Parameter "a" of task "mutable_call" has a default that can be changed
    return len(a)


@f.task
def immutable(a: tuple[int, ...] = (), b: str | None = None) -> int:
    return len(a)


@f.task
def dynamic(a: int) -> f.Artefact[int]:  # E: Task "dynamic" returns an artefact; that makes the workflow dynamic
    return f.put(a)


@f.task
def takes_artefact(a: f.Artefact[int]) -> int:  # E: Parameter "a" of task "takes_artefact" is "Artefact[int]", which has no encoding; take its value
    return 0


@f.task
def opened(name: str) -> io.TextIOWrapper:  # E: Task "opened" returns "TextIOWrapper[_WrappedBuffer]", which has no encoding; pass what it contains (str or bytes), or its Path
    return open(name)


@f.task
def in_dataclass() -> WithLog:  # E: Task "in_dataclass" returns "TextIOWrapper[_WrappedBuffer]" at .log, which has no encoding
    return WithLog(1)


@f.task
def in_typed_dict(a: WithHandle) -> int:  # E: Parameter "a" of task "in_typed_dict" is "Thread" at ["handle"], which has no encoding
    return 0


@f.task
def in_union(a: int | Iterable[int]) -> int:
    return 0


@f.task
def in_generic(a: Box[list[Opaque]]) -> int:  # E: is "Opaque" at .inside[...], which has no encoding; make it a dataclass, annotate it as funsies.Pickled[...]
    return 0


@f.task
def function(a: Callable[[int], int]) -> int:  # E: which has no encoding; make the function a part of the task instead of its input
    return a(0)


@f.task
def klass(a: type[int]) -> int:  # E: which has no encoding; pass its name, or an Enum
    return a(0)


@f.task
def protocol(a: Sized) -> int:
    return a.size()


@f.task
def anything(a: object) -> int:
    return 0


@f.task
def subclass() -> Celsius:  # E: returns "Celsius", which has no encoding; convert it to float
    return Celsius(1.0)


@f.task
def exception() -> ValueError:  # E: returns "ValueError", which has no encoding; return a str or a dataclass that describes it
    return ValueError()


@f.task
def buffer() -> memoryview:  # E: which has no encoding; use bytes
    return memoryview(b"")


f.put(Opaque(b""))  # E: put() takes "Opaque", which has no encoding
f.put(open("file"))  # E: which has no encoding; pass what it contains
f.put([1, "a", None])
f.put(Report([], Place(1.0, []), datetime.now()))
