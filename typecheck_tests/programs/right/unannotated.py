import dataclasses
import enum
import functools
import itertools
import operator
import statistics
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import funsies as f

# %% a lambda that changes a dataclass
@dataclass(frozen=True)
class Mol:
    smiles: str
    charge: int = 0


@f.task
def label(mol: Mol) -> str:
    return f"{mol.smiles}{mol.charge:+d}"


with f.Fun():
    ion = f.put(Mol("C")).map(lambda mol: replace(mol, charge=1))
    text = label(ion)
    f.execute(text).wait()
    assert f.take(ion) == Mol("C", 1)
    assert type(f.take(ion)) is Mol
    assert f.take(text) == "C+1"

# %% the larger of two exact numbers
with f.Fun():
    larger = f.reduce(max, Decimal("1.10"), Decimal("1.1"))
    half = f.morph(Fraction, "1/2").map(lambda it: it / 3)
    f.execute(larger, half).wait()
    assert str(f.take(larger)) == "1.10"
    assert f.take(half) == Fraction(1, 6)

# %% sorted records
@dataclass(order=True)
class Peak:
    intensity: float
    name: str = field(compare=False)


@f.task
def strongest(peaks: list[Peak]) -> str:
    return peaks[-1].name


with f.Fun():
    peaks = f.reduce(sorted, [Peak(3.0, "b"), Peak(1.0, "a")])
    name = strongest(peaks)
    f.execute(name).wait()
    assert f.take(name) == "b"
    assert f.take(peaks) == [Peak(1.0, "a"), Peak(3.0, "b")]

# %% methods of paths
with f.Fun():
    log = f.reduce(Path.with_suffix, Path("run/opt.inp"), ".log")
    parent = log.map(lambda path: path.parent)
    pure = f.put(PurePosixPath("a/b")).map(lambda path: path / "c")
    f.execute(log, parent, pure).wait()
    assert f.take(log) == Path("run/opt.log")
    assert f.take(parent) == Path("run")
    assert f.take(pure) == PurePosixPath("a/b/c")

# %% times from text
with f.Fun():
    start = f.morph(datetime.fromisoformat, "2024-03-01T12:00:00+01:00")
    day = start.map(lambda moment: moment.date())
    later = day.map(lambda it: it + timedelta(days=365))
    took = f.reduce(operator.sub, date(2024, 3, 1), date(2024, 2, 1))
    f.execute(later, start, took).wait()
    assert f.take(start) == datetime(2024, 3, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    assert f.take(later) == date(2025, 3, 1)
    assert f.take(took) == timedelta(days=29)

# %% an item of a dict of records
class Atom(NamedTuple):
    symbol: str
    position: tuple[float, float, float]


with f.Fun():
    atoms = {"c": Atom("C", (0.0, 0.0, 0.0)), "o": Atom("O", (1.2, 0.0, -0.0))}
    oxygen = f.reduce(operator.getitem, atoms, "o")
    x = oxygen.map(lambda atom: atom.position[0])
    f.execute(x).wait()
    assert f.take(oxygen) == atoms["o"]
    assert isinstance(f.take(oxygen), Atom)
    assert f.take(x) == 1.2

# %% members of enumerations
class Method(enum.Enum):
    HF = "hf"
    DFT = "dft"


class Flags(enum.IntFlag):
    TIGHT = 1
    GRADIENT = 2


with f.Fun():
    method = f.put("dft").map(lambda text: Method(text))
    flags = f.reduce(operator.or_, Flags.TIGHT, Flags.GRADIENT)
    shown = method.map(lambda it: it.name.lower())
    f.execute(shown, flags).wait()
    assert f.take(method) is Method.DFT
    assert f.take(flags) == Flags.TIGHT | Flags.GRADIENT
    assert f.take(shown) == "dft"

# %% map_each with a lambda that makes records
@dataclass
class Row:
    name: str
    size: int


@f.task
def total(rows: list[Row]) -> int:
    return sum(row.size for row in rows)


with f.Fun():
    names = f.morph(str.split, "a bb ccc")
    rows = f.map_each(lambda name: Row(name, len(name)), names)
    together = total(rows)
    f.execute(together).wait()
    assert f.take(together) == 6
    assert f.take(rows)[1] == Row("bb", 2)

# %% bind with a lambda that calls a helper
@dataclass
class Box:
    edge: float


def make(text: str) -> "f.Artefact[Box]":
    return f.morph(lambda it: Box(float(it)), text)


with f.Fun():
    box = f.put("2.5").bind(lambda text: make(text))
    volume = box.map(lambda it: it.edge**3)
    f.execute(volume).wait()
    assert f.take(box) == Box(2.5)
    assert f.take(volume) == 2.5**3

# %% methods of a generic class
T = TypeVar("T")


@dataclass
class Stack(Generic[T]):
    items: list[T]

    def top(self) -> T:
        return self.items[-1]

    def pushed(self, item: T) -> "Stack[T]":
        return Stack([*self.items, item])


with f.Fun():
    stack = Stack([Decimal(1), Decimal(2)])
    top = f.reduce(stack.top)
    more = f.put(stack).map(lambda it: it.pushed(Decimal(3)))
    f.execute(top, more).wait()
    assert f.take(top) == Decimal(2)
    assert f.take(more) == Stack([Decimal(1), Decimal(2), Decimal(3)])

# %% a dataclass that can be called
@dataclass(frozen=True)
class Scale:
    factor: float
    unit: str = "eV"

    def __call__(self, energy: float) -> tuple[float, str]:
        return energy * self.factor, self.unit


with f.Fun():
    scaled = f.morph(Scale(27.5), 2.0)
    each = f.map_each(Scale(2.0, "x"), [1.0, 2.0])
    f.execute(scaled, each).wait()
    assert f.take(scaled) == (55.0, "eV")
    assert f.take(each) == [(2.0, "x"), (4.0, "x")]

# %% an object that can be called and says nothing of its result
class Rounder:
    digits: int
    name: str

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self.name = "rounder"

    def __call__(self, number: Decimal) -> Any:
        return round(number, self.digits)


with f.Fun():
    rounded = f.reduce(Rounder(1), Decimal("2.345"))
    f.execute(rounded).wait()
    assert f.take(rounded) == Decimal("2.3")

# %% partials of classes and functions
@dataclass
class Job:
    name: str
    memory: int = 1


with f.Fun():
    job = f.morph(functools.partial(Job, memory=8), "opt")
    power = f.reduce(functools.partial(pow, 2), 10)
    f.execute(job, power).wait()
    assert f.take(job) == Job("opt", 8)
    assert f.take(power) == 1024

# %% getters and callers of the operator module
@dataclass
class Spectrum:
    peaks: tuple[complex, ...]

    def scaled(self, factor: float) -> "Spectrum":
        return Spectrum(tuple(factor * peak for peak in self.peaks))


with f.Fun():
    spectrum = f.put(Spectrum((1 + 2j, 3j)))
    peaks = f.morph(operator.attrgetter("peaks"), spectrum)
    scaled = f.morph(operator.methodcaller("scaled", 2.0), spectrum)
    first = f.morph(operator.itemgetter(0), peaks)
    f.execute(peaks, scaled, first).wait()
    assert f.take(peaks) == (1 + 2j, 3j)
    assert f.take(scaled) == Spectrum((2 + 4j, 6j))
    assert f.take(first) == 1 + 2j

# %% containers of the standard library
def tally(words: list[str]):  # type: ignore[no-untyped-def]
    groups = defaultdict(list)
    for word in words:
        groups[len(word)].append(word)
    return Counter(words), groups, OrderedDict(sorted(groups.items())), deque(words, 2)


with f.Fun():
    found = f.reduce(tally, ["a", "b", "a", "cc"])
    commonest = found.map(lambda it: it[0].most_common(1))
    f.execute(commonest).wait()
    counts, groups, ordered, last = f.take(found)
    assert counts == Counter(a=2, b=1, cc=1) and type(counts) is Counter
    assert groups == {1: ["a", "b", "a"], 2: ["cc"]} and groups.default_factory is list
    assert ordered == OrderedDict({1: ["a", "b", "a"], 2: ["cc"]})
    assert last == deque(["a", "cc"], 2) and last.maxlen == 2
    assert f.take(commonest) == [("a", 2)]

# %% dicts with keys that are no texts
@dataclass(frozen=True)
class Key:
    i: int
    j: int


with f.Fun():
    table = f.put(2).map(lambda n: {Key(i, j): i * j for i in range(n) for j in range(n)})
    mixed = f.put(1).map(lambda n: {n: "int", str(n): "str", None: 0, (n, 2): b"bytes"})
    f.execute(table, mixed).wait()
    assert f.take(table) == {Key(0, 0): 0, Key(0, 1): 0, Key(1, 0): 0, Key(1, 1): 1}
    assert list(f.take(table)) == [Key(0, 0), Key(0, 1), Key(1, 0), Key(1, 1)]
    assert f.take(mixed) == {1: "int", "1": "str", None: 0, (1, 2): b"bytes"}

# %% results annotated as anything, object, bare list and dict
@dataclass
class Hit:
    score: float


def hits(number: int) -> list[Any]:
    return [Hit(float(each)) for each in range(number)]


def best(found: list[Hit]) -> object:
    return max(found, key=lambda hit: hit.score)


def by_score(found: list) -> dict:  # type: ignore[type-arg]
    return {hit.score: hit for hit in found}


with f.Fun():
    found = f.reduce(hits, 3)
    top = f.reduce(best, found)
    table = f.reduce(by_score, found)
    f.execute(top, table).wait()
    assert f.take(found) == [Hit(0.0), Hit(1.0), Hit(2.0)]
    assert f.take(top) == Hit(2.0)
    assert f.take(table) == {0.0: Hit(0.0), 1.0: Hit(1.0), 2.0: Hit(2.0)}

# %% a parameter of a base class, an optional one, and one of two classes
@dataclass
class Shape:
    name: str


@dataclass
class Circle(Shape):
    radius: float


def area(shape: Shape) -> float:
    assert isinstance(shape, Circle)
    return 3.0 * shape.radius**2


def name_of(shape: Shape | None) -> str:
    return "none" if shape is None else shape.name


def either(shape: Circle | str) -> str:
    return shape if isinstance(shape, str) else shape.name


with f.Fun():
    circle = f.put(2.0).map(lambda radius: Circle("c", radius))
    steps = f.reduce(area, circle), f.reduce(name_of, circle), f.reduce(either, circle)
    f.execute(*steps).wait()
    assert [f.take(step) for step in steps] == [12.0, "c", "c"]

# %% class methods and static methods without an annotation
@dataclass
class Cell:
    edges: tuple[float, ...]

    @classmethod
    def cubic(cls, edge: float):  # type: ignore[no-untyped-def]
        return cls((edge,) * 3)

    @staticmethod
    def parse(text: str):  # type: ignore[no-untyped-def]
        return Cell(tuple(map(float, text.split())))


with f.Fun():
    cubic = f.reduce(Cell.cubic, 2.0)
    parsed = f.morph(Cell.parse, "1 2 3")
    f.execute(cubic, parsed).wait()
    assert f.take(cubic) == Cell((2.0, 2.0, 2.0))
    assert f.take(parsed) == Cell((1.0, 2.0, 3.0))

# %% a class that a function defines for itself and its steps
def main() -> None:
    @dataclass
    class Local:
        number: int

    with f.Fun():
        made = f.put(3).map(lambda number: Local(number))
        doubled = made.map(lambda local: replace(local, number=2 * local.number))
        f.execute(doubled).wait()
        assert f.take(doubled) == Local(6)
        assert type(f.take(made)) is Local


main()

# %% several results of one function
@dataclass
class Fit:
    slope: Fraction
    points: dict[int, Fraction]


def fit(points: list[int]):  # type: ignore[no-untyped-def]
    return Fit(Fraction(1, 3), {1: Fraction(2, 3)}), Path("fit.log")


with f.Fun():
    result, log = f.py(fit, [1, 2], out=[Fit, Path])
    slope = result.map(lambda it: it.slope)
    f.execute(slope, log).wait()
    assert f.take(slope) == Fraction(1, 3)
    assert f.take(log) == Path("fit.log")

# %% gathered results without annotations
@dataclass
class Point:
    x: float


with f.Fun():
    points = [f.put(float(each)).map(lambda x: Point(x)) for each in range(3)]
    joined = f.gather(points)
    named = f.gather({"a": points[0], "b": points[1]})
    xs = joined.map(lambda found: [point.x for point in found])
    f.execute(xs, named).wait()
    assert f.take(joined) == [Point(0.0), Point(1.0), Point(2.0)]
    assert f.take(named) == {"a": Point(0.0), "b": Point(1.0)}
    assert f.take(xs) == [0.0, 1.0, 2.0]

# %% an error that is dealt with by a record
@dataclass
class Failed:
    reason: str
    when: date = date(2024, 1, 1)


with f.Fun():
    number = f.morph(int, "twelve")
    dealt = number.map(lambda it: Failed(str(it))).lash(lambda error: f.put(Failed(str(error.exception))))
    f.execute(dealt).wait()
    assert f.take(dealt) == Failed("ValueError")

# %% functions of the standard library
@dataclass
class Word:
    text: str


with f.Fun():
    pairs = f.reduce(lambda items: list(itertools.pairwise(items)), [1, 2, 3])
    mean = f.reduce(statistics.mean, [Fraction(1, 2), Fraction(1, 3)])
    quantiles = f.morph(statistics.multimode, ["a", "b", "a"])
    uuid = f.reduce(lambda number: UUID(int=number), 5)
    as_dict = f.morph(dataclasses.asdict, f.put("a").map(lambda text: Word(text)))
    f.execute(pairs, mean, quantiles, uuid, as_dict).wait()
    assert f.take(pairs) == [(1, 2), (2, 3)]
    assert f.take(mean) == Fraction(5, 12)
    assert f.take(quantiles) == ["a"]
    assert f.take(uuid) == UUID(int=5)
    assert f.take(as_dict) == {"text": "a"}
