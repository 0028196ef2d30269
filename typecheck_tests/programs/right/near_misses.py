"""Values that are almost what the annotation says, and results that say themselves what they are."""

import enum
import numbers
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any, Generic, NamedTuple, TypedDict, TypeVar
from zoneinfo import ZoneInfo

import funsies as f

T = TypeVar("T")


class Basis(enum.StrEnum):
    STO = "sto-3g"
    DZ = "cc-pvdz"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Access(enum.IntFlag):
    READ = 1
    WRITE = 2


class Shape(enum.Enum):
    LINE = (1, "l")
    PLANE = (2, "p")


# %% dicts of all kinds, and members of enumerations for numbers and texts
def count(text: str) -> dict[str, int]:
    return Counter(text)


def group(words: list[str]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        found[word[0]].append(word)
    return found


def ordered(words: list[str]) -> dict[str, int]:
    return OrderedDict((word, len(word)) for word in words)


def level(energy: float) -> int:
    return Level.HIGH if energy > 0 else Level.LOW


def access(names: list[str]) -> list[int]:
    return [Access.READ | Access.WRITE for _ in names]


def sizes(basis: str) -> dict[str, int]:
    return {Basis(basis): 1, "other": 2}


def total(numbers: Mapping[str, int]) -> int:
    return sum(numbers.values())


with f.Fun():
    steps = [
        f.reduce(count, "abca"),
        f.reduce(ordered, ["b", "a"]),
        f.reduce(sizes, Basis.STO),
    ]
    totals = [f.reduce(total, step) for step in steps]
    grouped, one, may = f.reduce(group, ["ab", "b", "ac"]), level, access
    high, both = f.reduce(one, 1.0), f.reduce(may, ["x"])
    f.execute(grouped, high, both, *steps, *totals).wait()
    assert [type(f.take(step)) for step in steps] == [Counter, OrderedDict, dict]
    assert [f.take(step) for step in totals] == [4, 2, 3]
    assert [type(key) for key in f.take(steps[2])] == [Basis, str]
    taken = f.take(grouped)
    assert type(taken) is defaultdict
    assert (taken, taken.default_factory) == ({"a": ["ab", "ac"], "b": ["b"]}, list)
    assert f.take(high) is Level.HIGH
    assert f.take(both) == [3] and isinstance(f.take(both)[0], Access)


# %% results without an annotation say themselves what they are
class Site(NamedTuple):
    label: str
    at: "tuple[float, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    cells: int
    names: "list[str]" = field(default_factory=list)


@dataclass
class Scaled(Generic[T]):
    value: T
    scale: InitVar[int] = 2
    size: int = field(init=False, default=0)

    def __post_init__(self, scale: int) -> None:
        self.size = scale


class Options(TypedDict, total=False):
    basis: str


with f.Fun():
    wanted: list[Any] = [
        {1: "a", "1": "b", (1, "c"): [Site("x", (0.5,))], None: Site("y")},
        {True: 1, 2: Decimal("1.50")},
        [Grid(cells=3, names=["a"]), Scaled(Shape.PLANE, 5), Scaled([Level.LOW])],
        {"fold": datetime(2020, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin"))},
        (Path("a") / "b", PurePosixPath("/c"), Fraction(1, 3), 10**5000, -0.0, "\ud800"),
        deque([Access.READ | Access.WRITE, Basis.DZ], maxlen=3),
        {"none": None, "options": Options(), "$type": "Decimal", "value": "1"},
    ]
    results = [f.put(value).map(lambda it: it) for value in wanted]
    again = f.gather(results).map(lambda each: list(each))
    f.execute(again).wait()
    assert f.take(again) == wanted
    assert [type(each) for each in f.take(again)] == [type(each) for each in wanted]
    assert list(f.take(results[1]))[0] is True
    assert f.take(results[3])["fold"].fold == 1
    assert f.take(results[2])[1].size == 5


# %% numbers and time zones of any kind
def larger(pair: "Sequence[numbers.Number]") -> numbers.Number:
    return pair[-1]


def zone(name: str) -> tzinfo:
    return ZoneInfo(name) if name else UTC


def offset(where: tzinfo) -> str:
    return str(where)


with f.Fun():
    number = f.reduce(larger, f.put((Fraction(1, 2), Fraction(3, 2))).map(list))
    zones = [f.reduce(zone, "Europe/Berlin"), f.reduce(zone, "")]
    names = [f.reduce(offset, each) for each in zones]
    f.execute(number, *names).wait()
    assert f.take(number) == Fraction(3, 2)
    assert [f.take(name) for name in names] == ["Europe/Berlin", "UTC"]
