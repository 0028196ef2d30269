"""Types made by chance, of all that can be stored, and values of each."""

from __future__ import annotations

import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, make_dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, Flag, IntEnum
from fractions import Fraction
from ipaddress import IPv4Address
from pathlib import Path, PurePosixPath
from random import Random
from typing import (
    Any,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    NotRequired,
    Optional,
    TypedDict,
    TypeVar,
    Union,
)
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from funsies.core.encoding import Pickled

T = TypeVar("T")
LARGE_BYTES = 5000
MOST_PARTS = 3


@dataclass
class Box(Generic[T]):
    content: T
    more: list[T]


class Kind(NamedTuple):
    """A type, and how to make a value of it.

    Attributes:
        annotation: the type.
        make: makes a value; each time another one.
        is_key: True if the values can be keys.
        is_said: True if values need the annotation: they do not say themselves what they are.
    """

    annotation: Any
    make: Callable[[], Any]
    is_key: bool = True
    is_said: bool = False


class RandomTypes:
    """Makes types.

    Args:
        random: decides everything.
        name: of the classes that are made.
    """

    def __init__(self, random: Random, name: str) -> None:
        self.random = random
        self._name = name
        self._count = 0
        self._leaves: list[Callable[[], Kind]] = [
            *(lambda kind=kind, make=make: Kind(kind, make) for kind, make in self._scalars()),
            self._literal,
            self._enum,
            self._new_type,
            self._array,
            self._frame,
        ]
        self._others: list[Callable[[int], Kind]] = [
            self._list,
            self._list,
            self._tuple,
            self._variadic,
            self._deque,
            self._sequence,
            self._set,
            self._dict,
            self._dict,
            self._ordered,
            self._defaultdict,
            self._counter,
            self._mapping,
            self._union,
            self._union,
            self._optional,
            self._dataclass,
            self._dataclass,
            self._named_tuple,
            self._typed_dict,
            self._struct,
            self._attrs,
            self._box,
            self._any,
            self._pickled,
        ]

    def kind(self, depth: int) -> Kind:
        """A type of at most this depth."""
        if depth == 0 or self.random.random() < 0.2:
            return self.random.choice(self._leaves)()
        return self.random.choice(self._others)(depth - 1)

    def key(self, depth: int) -> Kind:
        """A type whose values can be keys."""
        for _ in range(20):
            kind = self.kind(depth)
            if kind.is_key:
                return kind
        return Kind(int, self._int)

    # -- values without parts

    def _scalars(self) -> list[tuple[Any, Callable[[], Any]]]:
        pick, between = self.random.choice, self.random.randint
        return [
            (bool, lambda: pick([True, False])),
            (int, self._int),
            (float, self._float),
            (complex, lambda: complex(self._float(), self._float())),
            (str, self._text),
            (bytes, lambda: bytes(between(0, 255) for _ in range(between(0, 4)))),
            (bytes, lambda: bytes([between(0, 255)]) * LARGE_BYTES),
            (None, lambda: None),
            (date, lambda: date(between(1, 9999), between(1, 12), between(1, 28))),
            (datetime, self._moment),
            (time, lambda: time(between(0, 23), between(0, 59), tzinfo=pick([None, UTC]))),
            (timedelta, lambda: timedelta(between(-999, 999), microseconds=between(0, 9))),
            (Decimal, lambda: Decimal(pick(["0", "-0.0", "1.50", "1E+9", "Infinity"]))),
            (Fraction, lambda: Fraction(between(-9, 9), between(1, 9))),
            (UUID, lambda: UUID(int=self.random.getrandbits(128))),
            (Path, lambda: Path(pick([".", "a/b", "/é", "c"]))),
            (PurePosixPath, lambda: PurePosixPath(pick([".", "a/b", "/c"]))),
            (range, lambda: range(between(0, 3), between(0, 9), between(1, 3))),
            (ZoneInfo, lambda: ZoneInfo(pick(["UTC", "Europe/Berlin"]))),
            (IPv4Address, lambda: IPv4Address(between(0, 2**32 - 1))),
        ]

    def _int(self) -> int:
        edges = [0, 1, -1, True, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**40]
        return self.random.choice([*edges, self.random.randint(-999, 999)])

    def _float(self) -> float:
        edges = [0.0, -0.0, 0.1, 1e308, -1e-320, float("inf"), -float("inf"), 3, True]
        return self.random.choice([*edges, self.random.random()])

    def _text(self) -> str:
        edges = ["", "a", "é", "\ud800", "$type", "$float", '"\\', "\n", "nan", "\U0001f600"]
        return self.random.choice(edges) + self.random.choice(
            ["", "", str(self.random.random())]
        )

    def _moment(self) -> datetime:
        zone = self.random.choice([None, UTC, ZoneInfo("Europe/Berlin")])
        made = datetime(2020, self.random.randint(1, 12), 5, 2, 30, tzinfo=zone)
        return made.replace(microsecond=self.random.randint(0, 999_999))

    def _literal(self) -> Kind:
        values = self.random.sample([1, "a", b"x", True, "$as", -5, None, "b"], 3)
        return Kind(Literal[tuple(values)], lambda: self.random.choice(values))

    def _enum(self) -> Kind:
        base = self.random.choice([Enum, IntEnum, Flag])
        made: Any = self._known(base(self._new_name(), ["A", "B", "C"], module=__name__))
        return Kind(made, lambda: self.random.choice(list(made)))

    def _new_type(self) -> Kind:
        return Kind(NewType(self._new_name(), int), self._int)

    def _array(self) -> Kind:
        dtype = self.random.choice([np.float64, np.int32, np.bool_, np.complex64, ">i2", "U3"])
        count = self.random.choice([0, 3, 3, LARGE_BYTES])

        def make() -> Any:
            made = np.array([self.random.randint(0, 1) for _ in range(count)]).astype(dtype)
            return made.reshape(-1, 1) if self.random.random() < 0.3 else made

        annotation = NDArray[dtype] if isinstance(dtype, type) else np.ndarray
        return Kind(annotation, make, is_key=False)

    def _frame(self) -> Kind:
        texts, numbers = ["a", "é", None], [1.5, float("nan"), -0.0]
        columns = {"x": numbers, "name": texts, "n": [1, 2, 3], 5: [True, False, True]}
        kind = self.random.choice([pd.DataFrame, pd.Series])

        def make() -> Any:
            names = self.random.sample(list(columns), self.random.randint(1, 3))
            size = self.random.randint(0, 3)
            frame = pd.DataFrame({name: columns[name][:size] for name in names})
            return frame if kind is pd.DataFrame else frame[names[0]]

        return Kind(kind, make, is_key=False)

    # -- containers

    def _times(self, make: Callable[[], Any]) -> list[Any]:
        return [make() for _ in range(self.random.randint(0, MOST_PARTS))]

    def _list(self, depth: int) -> Kind:
        item = self.kind(depth)
        return Kind(list[item.annotation], lambda: self._times(item.make), False, item.is_said)

    def _tuple(self, depth: int) -> Kind:
        parts = [self.kind(depth) for _ in range(self.random.randint(0, MOST_PARTS))]
        annotation = tuple[tuple(part.annotation for part in parts)] if parts else tuple[()]
        return Kind(
            annotation,
            lambda: tuple(part.make() for part in parts),
            all(part.is_key for part in parts),
            any(part.is_said for part in parts),
        )

    def _variadic(self, depth: int) -> Kind:
        item = self.kind(depth)
        annotation = tuple[item.annotation, ...]
        return Kind(
            annotation, lambda: tuple(self._times(item.make)), item.is_key, item.is_said
        )

    def _deque(self, depth: int) -> Kind:
        item = self.kind(depth)
        most = self.random.choice([None, 2])

        def make():
            return deque(self._times(item.make), most)

        return Kind(deque[item.annotation], make, False, item.is_said)

    def _sequence(self, depth: int) -> Kind:
        item = self.kind(depth)

        def make():
            return self.random.choice([list, tuple, deque])(self._times(item.make))

        return Kind(Sequence[item.annotation], make, False, item.is_said)

    def _set(self, depth: int) -> Kind:
        item = self.key(depth)
        kind: Any = self.random.choice([set, frozenset, AbstractSet])

        def make():
            return (set if kind is AbstractSet else kind)(self._times(item.make))

        return Kind(kind[item.annotation], make, kind is frozenset, item.is_said)

    def _items(self, depth: int) -> tuple[Kind, Kind, Callable[[], dict[Any, Any]], bool]:
        plain = Kind(str, self._text)
        key = plain if self.random.random() < 0.5 else self.key(depth)
        value = self.kind(depth)

        def make():
            return {one: value.make() for one in self._times(key.make)}

        return key, value, make, key.is_said or value.is_said

    def _dict(self, depth: int) -> Kind:
        key, value, make, is_said = self._items(depth)
        return Kind(dict[key.annotation, value.annotation], make, False, is_said)

    def _ordered(self, depth: int) -> Kind:
        key, value, make, is_said = self._items(depth)
        annotation = OrderedDict[key.annotation, value.annotation]
        return Kind(annotation, lambda: OrderedDict(make()), False, is_said)

    def _defaultdict(self, depth: int) -> Kind:
        key, value, make, is_said = self._items(depth)
        factory = self.random.choice([None, list, int])
        annotation = defaultdict[key.annotation, value.annotation]
        return Kind(annotation, lambda: defaultdict(factory, make()), False, is_said)

    def _counter(self, depth: int) -> Kind:
        key = self.key(depth)

        def make():
            return Counter(dict.fromkeys(self._times(key.make), 2))

        return Kind(Counter[key.annotation], make, False, key.is_said)

    def _mapping(self, depth: int) -> Kind:
        key, value, make, is_said = self._items(depth)

        def wrap():
            return self.random.choice([dict, OrderedDict])(make())

        return Kind(Mapping[key.annotation, value.annotation], wrap, False, is_said)

    # -- what may be one or another

    def _union(self, depth: int) -> Kind:
        members = [self.kind(depth) for _ in range(self.random.randint(2, 3))]
        return Kind(
            Union[tuple(member.annotation for member in members)],  # noqa: UP007  (at run time)
            lambda: self.random.choice(members).make(),
            all(member.is_key for member in members),
            any(member.is_said for member in members),
        )

    def _optional(self, depth: int) -> Kind:
        kind = self.kind(depth)

        def make():
            return None if self.random.random() < 0.3 else kind.make()

        return Kind(Optional[kind.annotation], make, kind.is_key, kind.is_said)  # noqa: UP045  (likewise)

    def _any(self, depth: int) -> Kind:
        kind = self.kind(depth)
        annotation = self.random.choice([Any, object])
        return kind if kind.is_said else Kind(annotation, kind.make, kind.is_key)

    def _pickled(self, depth: int) -> Kind:
        kind = self.kind(depth)
        return Kind(Pickled[kind.annotation], kind.make, kind.is_key, is_said=True)

    # -- classes with fields

    def _new_name(self) -> str:
        self._count += 1
        return f"{self._name}_{self._count}"

    def _known(self, kind: Any) -> Any:
        """Give a class a name in this module: others could not find it again."""
        kind.__module__ = __name__
        setattr(sys.modules[__name__], kind.__qualname__, kind)
        return kind

    def _fields(self, depth: int) -> dict[str, Kind]:
        names = self.random.sample(["a", "b", "value", "é", "type_"], self.random.randint(1, 3))
        return {name: self.kind(depth) for name in names}

    def _of(self, kind: Any, fields: Mapping[str, Kind], *, is_frozen: bool) -> Kind:
        return Kind(
            kind,
            lambda: kind(**{name: field.make() for name, field in fields.items()}),
            is_frozen and all(field.is_key for field in fields.values()),
            any(field.is_said for field in fields.values()),
        )

    def _dataclass(self, depth: int) -> Kind:
        fields = self._fields(depth)
        frozen, slots = self.random.random() < 0.5, self.random.random() < 0.3
        made = make_dataclass(
            self._new_name(),
            [(name, field.annotation) for name, field in fields.items()],
            frozen=frozen,
            slots=slots,
        )
        return self._of(self._known(made), fields, is_frozen=frozen)

    def _named_tuple(self, depth: int) -> Kind:
        fields = self._fields(depth)
        types = [(name, field.annotation) for name, field in fields.items()]
        return self._of(
            self._known(NamedTuple(self._new_name(), types)), fields, is_frozen=True
        )

    def _typed_dict(self, depth: int) -> Kind:
        fields = self._fields(depth)
        name = self._new_name()
        types = {name: field.annotation for name, field in fields.items()}
        optional = self.random.choice(list(types))
        made = self._known(TypedDict(name, {**types, optional: NotRequired[types[optional]]}))  # type: ignore[operator,misc]

        def make() -> dict[str, Any]:
            value = {name: field.make() for name, field in fields.items()}
            if self.random.random() < 0.3:
                del value[optional]
            return value

        return Kind(made, make, False, any(field.is_said for field in fields.values()))

    def _struct(self, depth: int) -> Kind:
        fields = self._fields(depth)
        frozen = self.random.random() < 0.5
        types = [(name, field.annotation) for name, field in fields.items()]
        made = msgspec.defstruct(self._new_name(), types, frozen=frozen, module=__name__)
        return self._of(self._known(made), fields, is_frozen=frozen)

    def _attrs(self, depth: int) -> Kind:
        fields = self._fields(depth)
        frozen = self.random.random() < 0.5
        types = {name: attrs.field(type=field.annotation) for name, field in fields.items()}
        made = attrs.make_class(self._new_name(), types, frozen=frozen, slots=frozen)
        return self._of(self._known(made), fields, is_frozen=frozen)

    def _box(self, depth: int) -> Kind:
        kind = self.kind(depth)

        def make():
            return Box(kind.make(), self._times(kind.make))

        return Kind(Box[kind.annotation], make, False, kind.is_said)
