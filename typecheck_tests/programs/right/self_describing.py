import math
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any, Generic, Literal, NamedTuple, TypedDict, TypeVar
from zoneinfo import ZoneInfo

import attrs
import msgspec
import pydantic
from returns.result import Failure, Result, Success

import funsies as f

# %% models of pydantic
class Settings(pydantic.BaseModel):
    method: str
    charge: int = 0
    tags: list[str] = []


@f.task
def charge_of(settings: Settings) -> int:
    return settings.charge


with f.Fun():
    settings = f.put({"method": "hf", "charge": "2"}).map(lambda it: Settings.model_validate(it))
    changed = settings.map(lambda it: it.model_copy(update={"charge": it.charge + 1}))
    charge = charge_of(changed)
    f.execute(charge).wait()
    assert f.take(settings) == Settings(method="hf", charge=2)
    assert f.take(charge) == 3

# %% classes of attrs and of msgspec
@attrs.frozen
class Step:
    energy: float
    forces: tuple[float, ...] = ()


class Frame(msgspec.Struct):
    number: int
    steps: list[Step]


with f.Fun():
    frame = f.put(3).map(lambda n: Frame(n, [Step(-1.0 * each) for each in range(n)]))
    lowest = frame.map(lambda it: min(it.steps, key=lambda step: step.energy))
    lower = lowest.map(lambda step: attrs.evolve(step, forces=(0.5,)))
    f.execute(lower).wait()
    assert f.take(frame) == Frame(3, [Step(-0.0), Step(-1.0), Step(-2.0)])
    assert f.take(lower) == Step(-2.0, (0.5,))

# %% a class with a codec
class Grid:
    def __init__(self, cells: bytes) -> None:
        self.cells = cells


f.register_codec("grid", Grid, lambda grid: grid.cells, lambda data: Grid(data))

with f.Fun():
    grid = f.put("ab").map(lambda text: Grid(text.encode()))
    several = f.put("ab").map(lambda text: {"grids": [Grid(each.encode()) for each in text]})
    size = grid.map(lambda it: len(it.cells))
    f.execute(size, several).wait()
    assert f.take(size) == 2
    assert f.take(grid).cells == b"ab"
    assert [each.cells for each in f.take(several)["grids"]] == [b"a", b"b"]

# %% a tree of records
@dataclass(frozen=True)
class Node:
    value: int
    children: "tuple[Node, ...]" = ()


def grow(depth: int) -> Node:
    return Node(depth, tuple(grow(depth - 1) for _ in range(depth)))


def count(node: Node) -> int:
    return 1 + sum(map(count, node.children))


with f.Fun():
    tree = f.put(3).map(lambda depth: {"root": grow(depth)})
    number = tree.map(lambda it: count(it["root"]))
    f.execute(number).wait()
    assert f.take(tree) == {"root": grow(3)}
    assert f.take(number) == 16

# %% numbers are what they were
with f.Fun():
    numbers = f.put(0).map(lambda zero: [-0.0, float("nan"), float("-inf"), True, 1, 1.0, 2**70])
    f.execute(numbers).wait()
    minus, nan, infinite, *rest = f.take(numbers)
    assert math.copysign(1.0, minus) == -1.0 and math.isnan(nan) and infinite == -math.inf
    assert [type(each) for each in rest] == [bool, int, float, int]
    assert rest == [True, 1, 1.0, 2**70]

# %% sets, tuples and bytes deep inside
class Site(NamedTuple):
    label: str
    where: frozenset[int]


with f.Fun():
    made = f.put(b"raw").map(lambda raw: {Site("a", frozenset({2, 1})): (raw, [raw], {raw: {1, 2}})})
    sites = made.map(lambda it: sorted(site.label for site in it))
    f.execute(sites).wait()
    assert f.take(made) == {Site("a", frozenset({1, 2})): (b"raw", [b"raw"], {b"raw": {1, 2}})}
    assert type(next(iter(f.take(made)))) is Site
    assert f.take(sites) == ["a"]

# %% times with their zone
with f.Fun():
    berlin = f.put(0).map(lambda fold: datetime(2024, 10, 27, 2, 30, fold=fold, tzinfo=ZoneInfo("Europe/Berlin")))
    zone = berlin.map(lambda moment: moment.tzinfo)
    f.execute(zone).wait()
    assert f.take(zone) == ZoneInfo("Europe/Berlin")
    assert f.take(berlin).utcoffset() == datetime(2024, 10, 27, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")).utcoffset()

# %% a generic class of what is not said
T = TypeVar("T")


@dataclass
class Labelled(Generic[T]):
    label: str
    value: T


with f.Fun():
    labelled = f.put("1/3").map(lambda text: Labelled("x", Fraction(text)))
    nested = labelled.map(lambda it: Labelled("outer", [it, it.value]))
    f.execute(nested).wait()
    third = Labelled("x", Fraction(1, 3))
    assert f.take(labelled) == third
    assert f.take(nested) == Labelled("outer", [third, Fraction(1, 3)])

# %% a field that may be anything
class Unit(Enum):
    EV = "eV"
    HARTREE = "hartree"


@dataclass
class Record:
    name: str
    extra: dict[str, Any] = field(default_factory=dict)


@f.task
def measure(name: str) -> Record:
    return Record(name, {"unit": Unit.EV, "log": Path("a.log"), "error": Decimal("0.10")})


@f.task
def unit_of(record: Record) -> str:
    unit = record.extra["unit"]
    return unit.value if isinstance(unit, Unit) else "none"


with f.Fun():
    record = measure("a")
    unit = unit_of(record)
    f.execute(unit).wait()
    assert f.take(unit) == "eV"
    assert f.take(record).extra == {"unit": Unit.EV, "log": Path("a.log"), "error": Decimal("0.10")}

# %% lists and dicts of anything as parameters
@dataclass(order=True)
class Job:
    priority: int
    name: str = ""


@f.task
def first(jobs: list[Any]) -> Any:
    return min(jobs)


@f.task
def names(table: dict[Any, Any]) -> list[str]:
    return [job.name for job in table.values()]


with f.Fun():
    jobs = f.put(3).map(lambda n: [Job(n - each, str(each)) for each in range(n)])
    soonest = first(jobs)
    listed = names(jobs.map(lambda it: {job.priority: job for job in it}))
    f.execute(soonest, listed).wait()
    assert f.take(soonest) == Job(1, "2")
    assert f.take(listed) == ["0", "1", "2"]

# %% successes and failures as values
@dataclass
class Reason:
    text: str


def attempt(number: int) -> Result[int, Reason]:
    return Success(number) if number % 2 else Failure(Reason(f"{number} is even"))


with f.Fun():
    outcomes = f.reduce(lambda *numbers: [attempt(number) for number in numbers], 1, 2)
    texts = outcomes.map(lambda found: [str(each.map(str).value_or("none")) for each in found])
    f.execute(texts).wait()
    assert f.take(outcomes) == [Success(1), Failure(Reason("2 is even"))]
    assert f.take(texts) == ["1", "none"]

# %% errors beside records
@dataclass
class Parsed:
    number: int


with f.Fun():
    good, bad = f.put("1").map(lambda text: Parsed(int(text))), f.put("x").map(lambda text: Parsed(int(text)))
    each = f.gather([good, bad], strict=False)
    f.execute(each).wait()
    found = f.take(each)
    assert found[0] == Success(Parsed(1))
    assert found[1].failure().exception == "ValueError"

# %% files get the data, without the names of classes
@dataclass
class Input:
    basis: str
    cutoff: Decimal


with f.Fun():
    made = f.put("svp").map(lambda basis: Input(basis, Decimal("1.5")))
    shown = f.shell("cat in.json", inp={"in.json": made})
    f.execute(shown).wait()
    assert f.take(shown.stdout) == b'{"basis":"svp","cutoff":"1.5"}'

# %% a step of this program, found again by its name
@dataclass
class Energy:
    hartree: float


def compute(basis: str):  # type: ignore[no-untyped-def]
    return [Energy(-float(len(basis)))]


with f.Fun():
    f.execute(f.reduce(compute, "svp", name="compute")).wait()
    again = f.get("compute")
    value = again.map(lambda found: found[0].hartree)
    f.execute(value).wait()
    assert f.take(again) == [Energy(-3.0)]
    assert f.take(value) == -3.0
    assert f.take(f.get("compute", as_type=list[Energy])) == [Energy(-3.0)]

# %% typed dicts and literals are what they are made of
class Options(TypedDict, total=False):
    method: Literal["hf", "dft"]
    depth: int


@f.task
def depth(options: Options) -> int:
    return options.get("depth", 0)


def options_for(number: int) -> Options:
    return {"method": "hf", "depth": number}


with f.Fun():
    options = f.put(2).map(lambda number: options_for(number))
    found = depth(options)
    f.execute(found).wait()
    assert f.take(options) == {"method": "hf", "depth": 2}
    assert f.take(found) == 2

# %% steps that build steps from records
@dataclass(frozen=True)
class Range:
    low: int
    high: int


def halves(it: Range) -> f.Artefact[Any]:
    if it.high - it.low <= 1:
        return f.put(it.low)
    middle = (it.low + it.high) // 2
    parts = [f.put(Range(it.low, middle)), f.put(Range(middle, it.high))]
    return f.reduce(lambda *sums: sum(sums), *[part.bind(halves) for part in parts])


with f.Fun():
    total = f.put(4).map(lambda n: Range(0, n)).bind(halves)
    f.execute(total).wait()
    assert f.take(total) == 6

# %% the parts that sac gives to its functions
@dataclass
class Chunk:
    words: list[str]


def split(text: str) -> list[Any]:
    return [Chunk(line.split()) for line in text.splitlines()]


def apply(chunk: f.Artefact[Chunk]) -> f.Artefact[Chunk]:
    return chunk.map(lambda it: Chunk(sorted(it.words)))


def combine(chunks: list[f.Artefact[Chunk]]) -> f.Artefact[list[Chunk]]:
    return f.gather(chunks)


with f.Fun():
    chunks = f.dynamic.sac(split, apply, combine, "b a\nd c")
    f.execute(chunks).wait()
    assert f.take(chunks) == [Chunk(["a", "b"]), Chunk(["c", "d"])]
