import abc
import asyncio
import enum
import functools
import itertools
import json
import math
import operator
import re
import statistics
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import (
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    NamedTuple,
    Optional,
    ParamSpec,
    TypeVar,
)
from uuid import UUID, uuid5

import attrs
import numpy as np
import pydantic
from returns.result import Failure, Result, Success

import funsies as f
import funsies.utils as fu

# %% a frozen dataclass inside of another, through two tasks
@dataclass(frozen=True)
class Atom:
    element: str
    position: tuple[float, float, float]


@dataclass(frozen=True)
class Molecule:
    name: str
    atoms: tuple[Atom, ...] = ()

    def translated(self, dx: float) -> "Molecule":
        return replace(self, atoms=tuple(replace(a, position=(a.position[0] + dx, *a.position[1:])) for a in self.atoms))


@f.task
def water() -> Molecule:
    return Molecule("water", (Atom("O", (0.0, 0.0, 0.0)), Atom("H", (1.0, 0.0, 0.0)), Atom("H", (-1.0, 0.0, 0.0))))


@f.task
def centroid(molecule: Molecule) -> float:
    return sum(a.position[0] for a in molecule.atoms) / len(molecule.atoms)


with f.Fun():
    moved = water().map(lambda m: m.translated(2.0))
    middle = centroid(moved)
    f.execute(middle, moved).wait()
    assert f.take(middle) == centroid.fn(water.fn().translated(2.0)) == 2.0
    assert f.take(moved) == water.fn().translated(2.0)

# %% a generic dataclass of floats and of texts
T = TypeVar("T")


@dataclass(frozen=True)
class Labelled(Generic[T]):
    label: str
    value: T

    def with_label(self, label: str) -> "Labelled[T]":
        return Labelled(label, self.value)


@f.task
def measure(label: str) -> Labelled[float]:
    return Labelled(label, len(label) / 2)


@f.task
def collect(*points: Labelled[float]) -> dict[str, float]:
    return {point.label: point.value for point in points}


with f.Fun():
    points = [measure(name) for name in ("pH", "mass", "length")]
    renamed = points[0].map(lambda point: point.with_label("acid"))
    table = collect(renamed, *points[1:])
    f.execute(table).wait()
    assert f.take(table) == {"acid": 1.0, "mass": 2.0, "length": 3.0}

# %% an enumeration as input, key and result
class Phase(enum.Enum):
    SOLID = "s"
    LIQUID = "l"
    GAS = "g"

    @property
    def mobile(self) -> bool:
        return self is not Phase.SOLID


@f.task
def phase_of(kelvin: float) -> Phase:
    if kelvin < 273.15:
        return Phase.SOLID
    return Phase.LIQUID if kelvin < 373.15 else Phase.GAS


@f.task
def tally(*phases: Phase) -> dict[Phase, int]:
    return dict(Counter(phases))


with f.Fun():
    found = [phase_of(kelvin) for kelvin in (200.0, 300.0, 310.0, 400.0)]
    counts = tally(*found)
    mobile = f.gather([each.map(lambda phase: phase.mobile) for each in found])
    f.execute(counts, mobile).wait()
    assert f.take(counts) == {Phase.SOLID: 1, Phase.LIQUID: 2, Phase.GAS: 1}
    assert f.take(mobile) == [False, True, True, True]

# %% flags and integer enumerations
class Quality(enum.IntFlag):
    NONE = 0
    SATURATED = 1
    NOISY = 2


class Grade(enum.IntEnum):
    LOW = 1
    HIGH = 2


@f.task
def judge(signal: float, noise: float) -> Quality:
    quality = Quality.NONE
    if signal > 10:
        quality |= Quality.SATURATED
    if noise > 1:
        quality |= Quality.NOISY
    return quality


@f.task
def grade(quality: Quality) -> Grade:
    return Grade.LOW if Quality.NOISY in quality else Grade.HIGH


with f.Fun():
    both = judge(11.0, 2.0)
    grades = f.gather([grade(both), grade(judge(11.0, 0.5))])
    best = f.reduce(max, grades)
    f.execute(both, best).wait()
    assert f.take(both) == Quality.SATURATED | Quality.NOISY
    assert f.take(best) is Grade.HIGH

# %% decimals of an invoice of reagents
@f.task
def price(grams: Decimal, per_gram: Decimal) -> Decimal:
    return (grams * per_gram).quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)


with f.Fun():
    prices = [price(Decimal(grams), Decimal("3.335")) for grams in ("1", "2.5", "0.3")]
    total = f.reduce(sum, f.gather(prices))
    taxed = total.map(lambda it: it * Decimal("1.19"))
    f.execute(taxed, total).wait()
    plain = sum(price.fn(Decimal(grams), Decimal("3.335")) for grams in ("1", "2.5", "0.3"))
    assert f.take(total) == plain
    assert f.take(taxed) == plain * Decimal("1.19")

# %% paths and their parts
@f.task
def sample_path(root: Path, run: int) -> Path:
    return root / f"run{run:03d}" / "spectrum.csv"


with f.Fun():
    path = sample_path(Path("data"), 7)
    stem = path.map(lambda it: it.stem)
    parent = f.reduce(Path.with_suffix, path, ".json").map(lambda it: it.parent.name)
    f.execute(path, stem, parent).wait()
    assert f.take(path) == Path("data/run007/spectrum.csv")
    assert (f.take(stem), f.take(parent)) == ("spectrum", "run007")

# %% dates, times and time zones of an observation log
@f.task
def start(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=timezone.utc)


@f.task
def exposure(begin: datetime, end: datetime) -> timedelta:
    return end - begin


with f.Fun():
    first, second = start(date(2024, 2, 28), 22), start(date(2024, 2, 29), 4)
    length = exposure(first, second)
    seconds = f.reduce(timedelta.total_seconds, length)
    text = first.map(datetime.isoformat)
    f.execute(length, seconds, text).wait()
    assert f.take(length) == timedelta(hours=6)
    assert f.take(seconds) == 21600.0
    assert f.take(text) == "2024-02-28T22:00:00+00:00"

# %% a NamedTuple result is taken apart
class Fit(NamedTuple):
    slope: float
    intercept: float
    label: str = "linear"


@f.task
def fit(xs: list[float], ys: list[float]) -> Fit:
    slope, intercept = statistics.linear_regression(xs, ys)
    return Fit(slope, intercept)


@f.task
def predict(model: Fit, x: float) -> float:
    slope, intercept, _ = model
    return slope * x + intercept


with f.Fun():
    model = fit([0.0, 1.0, 2.0], [1.0, 3.0, 5.0])
    at_ten = predict(model, 10.0)
    slope = model.map(lambda it: it.slope)
    label = model.map(operator.attrgetter("label"))
    f.execute(at_ten, slope, label).wait()
    assert f.take(at_ten) == 21.0
    assert (f.take(slope), f.take(label)) == (2.0, "linear")

# %% a union of result classes, told apart by match
@dataclass(frozen=True)
class Converged:
    energy: float


@dataclass(frozen=True)
class Diverged:
    cycle: int


@f.task
def optimize(step: float) -> Converged | Diverged:
    return Converged(-step) if step < 1 else Diverged(int(step))


@f.task
def report(outcome: Converged | Diverged) -> str:
    match outcome:
        case Converged(energy):
            return f"E = {energy}"
        case Diverged(cycle=cycle):
            return f"lost in cycle {cycle}"


with f.Fun():
    reports = f.gather([report(optimize(step)) for step in (0.5, 3.0)])
    f.execute(reports).wait()
    assert f.take(reports) == ["E = -0.5", "lost in cycle 3"]

# %% strict=False with a match on the result
@f.task
def inverse(x: float) -> float:
    return 1 / x


@f.task(strict=False)
def describe(result: Result[float, f.Error]) -> str:
    match result:
        case Success(value):
            return f"{value:.2f}"
        case Failure(error):
            return error.exception or "?"
        case _:
            return "never"


with f.Fun():
    texts = [describe(inverse(x)) for x in (4.0, 0.0)]
    f.execute(*texts).wait()
    assert [f.take(text) for text in texts] == ["0.25", "ZeroDivisionError"]

# %% results of map_each that may fail are sorted out
@f.task
def root(x: float) -> float:
    return math.sqrt(x)


@f.task
def valid(results: list[f.Result[float]]) -> tuple[list[float], int]:
    good = [result.unwrap() for result in results if isinstance(result, Success)]
    return good, len(results) - len(good)


with f.Fun():
    roots = f.map_each(root, [4.0, -1.0, 9.0], strict=False)
    f.execute(roots).wait()
    values = [result.value_or(math.nan) for result in f.take(roots)]
    assert values[0] == 2.0 and math.isnan(values[1]) and values[2] == 3.0

# %% strict=False of gather in a task
@f.task
def check(count: int) -> int:
    if count % 2:
        raise ValueError(f"odd: {count}")
    return count


@f.task
def reasons(results: list[Result[int, f.Error]]) -> list[str]:
    return [r.failure().details.splitlines()[-1] for r in results if isinstance(r, Failure)]


with f.Fun():
    joined = f.gather([check(n) for n in range(4)], strict=False)
    told = reasons(joined)
    f.execute(told).wait()
    assert f.take(told) == ["ValueError: odd: 1", "ValueError: odd: 3"]

# %% functions of operator, builtins and methods without annotations
with f.Fun():
    numbers = f.put([3, 1, 2])
    steps = (
        numbers.map(sorted),
        f.reduce(operator.mul, 6, 7),
        f.reduce(operator.itemgetter(1), numbers),
        f.reduce(str.upper, "abc"),
        f.reduce(", ".join, ["a", "b"]),
        f.reduce(divmod, 17, 5),
        f.reduce(round, 2.71828, 2),
        numbers.map(lambda it: {n: n**2 for n in it}),
        f.reduce(max, numbers),
        f.reduce(len, numbers),
        f.reduce(dict, [("a", 1)]),
        f.reduce("{:>5}".format, 3),
    )
    f.execute(*steps).wait()
    assert [f.take(step) for step in steps] == [
        [1, 2, 3], 42, 1, "ABC", "a, b", (3, 2), 2.72, {3: 9, 1: 1, 2: 4}, 3, 3, {"a": 1}, "    3",
    ]

# %% asyncio inside of a task
async def fetch(n: int) -> int:
    await asyncio.sleep(0)
    return n * 10


@f.task
def fetch_all(count: int) -> list[int]:
    async def everything() -> list[int]:
        return list(await asyncio.gather(*(fetch(n) for n in range(count))))

    return asyncio.run(everything())


with f.Fun():
    fetched = fetch_all(3)
    f.execute(fetched).wait()
    assert f.take(fetched) == [0, 10, 20]

# %% awaiting an execution
@f.task
def increment(n: int) -> int:
    return n + 1


async def program() -> int:
    with f.Fun():
        last = increment(increment(increment(0)))
        handle = await asyncio.to_thread(f.execute, last)
        await handle
        return f.take(last)


assert asyncio.run(program()) == 3

# %% patterns and directories of shell steps
@f.task
def total_size(files: dict[str, bytes]) -> int:
    return sum(len(content) for content in files.values())


with f.Fun():
    split = f.shell("for i in 1 2 3; do echo $i > part$i.csv; done; mkdir d; echo x > d/y", out=["*.csv", "d/"])
    names = f.morph(sorted, split.out["*.csv"])
    size = total_size(split.out["*.csv"])
    again = f.shell("cat in/*.csv", inp={"in/": split.out["*.csv"]})
    f.execute(names, size, again, split.out["d/"]).wait()
    assert f.take(names) == ["part1.csv", "part2.csv", "part3.csv"]
    assert f.take(size) == 6
    assert f.take(again.stdout) == b"1\n2\n3\n"
    assert f.take(split.out["d/"]) == {"y": b"x\n"}

# %% a dict that a function makes fills a directory
@f.task
def decks(charges: list[int]) -> dict[str, str]:
    return {f"job{charge}.inp": f"charge {charge}\n" for charge in charges}


with f.Fun():
    step = f.shell("cat jobs/*.inp | sort > all.txt", inp={"jobs/": decks([1, 0])}, out=["all.txt"])
    f.execute(step).wait()
    assert f.take(step.out["all.txt"]) == b"charge 0\ncharge 1\n"

# %% JSON goes into a command, and comes back as a dataclass
@dataclass
class Spectrum:
    peaks: list[float]
    unit: str = "nm"


@f.task
def read(data: bytes) -> Spectrum:
    return Spectrum(**json.loads(data))


with f.Fun():
    step = f.shell("cat in.json > out.json", inp={"in.json": f.put(Spectrum([1.5, 2.5]))}, out=["out.json"])
    spectrum = read(step.out["out.json"])
    f.execute(spectrum).wait()
    assert f.take(spectrum) == Spectrum([1.5, 2.5], "nm")

# %% a template makes the deck of a program
with f.Fun():
    method = f.put("PBE0")
    deck = f.template("! {{method}} {{basis}}\ncharge {{charge}}\n", {"method": method, "basis": "SVP", "charge": -1})
    step = f.shell("grep -c . job.inp", inp={"job.inp": deck})
    count = step.stdout.map(int)
    f.execute(count, deck).wait()
    assert f.take(count) == 2
    assert f.take(deck).startswith(b"! PBE0 SVP")

# %% a workflow with a name, on other inputs
@f.task
def pressure(moles: float, volume: float, kelvin: float = 300.0) -> float:
    return moles * 8.314 * kelvin / volume


with f.Fun():
    moles, volume = f.put(1.0), f.put(2.0)
    result = pressure(moles, volume)
    f.parametric.commit("first-user-gas", {"moles": moles, "volume": volume}, {"pressure": result})
    again = f.parametric.recall("first-user-gas", {"moles": 3.0})["pressure"]
    f.execute(result, again).wait()
    assert f.take(again) == pressure.fn(3.0, 2.0)

# %% recursion by bind
def collatz(state: tuple[int, int]) -> f.Artefact[int]:
    number, steps = state
    if number == 1:
        return f.put(steps)
    after = number // 2 if number % 2 == 0 else 3 * number + 1
    return f.put((after, steps + 1)).bind(collatz)


with f.Fun():
    length = f.put((6, 0)).bind(collatz)
    f.execute(length).wait()
    assert f.take(length) == 8

# %% an error is replaced by another step
@f.task
def fast(x: float) -> float:
    raise ArithmeticError("did not converge")


@f.task
def robust(x: float) -> float:
    return x / 3


with f.Fun():
    result = fast(6.0).lash(lambda error: robust(6.0))
    told = fast(1.0).lash(lambda error: f.put(float(len(error.task or ""))))
    f.execute(result, told).wait()
    assert f.take(result) == 2.0
    assert f.take(told) == 4.0

# %% pydantic models with validators, inside of each other
class Cell(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True)
    a: float
    b: float
    c: float

    @property
    def volume(self) -> float:
        return self.a * self.b * self.c


class Crystal(pydantic.BaseModel):
    name: str
    cell: Cell
    tags: list[str] = []

    @pydantic.field_validator("name")
    @classmethod
    def not_blank(cls, name: str) -> str:
        if not name.strip():
            raise ValueError("blank")
        return name.strip()


@f.task
def crystal(name: str, a: float) -> Crystal:
    return Crystal(name=name, cell=Cell(a=a, b=2.0, c=3.0))


@f.task
def volume(of: Crystal) -> float:
    return of.cell.volume


with f.Fun():
    salt = crystal(" NaCl ", 1.5)
    cubic = volume(salt)
    tagged = salt.map(lambda it: it.model_copy(update={"tags": ["salt"]}))
    dumped = salt.map(lambda it: it.model_dump()["cell"]["a"])
    f.execute(cubic, tagged, dumped).wait()
    assert f.take(cubic) == 9.0
    assert f.take(tagged) == Crystal(name="NaCl", cell=Cell(a=1.5, b=2.0, c=3.0), tags=["salt"])
    assert f.take(dumped) == 1.5

# %% pydantic reads times with a zone, decimals and aliases
class Reading(pydantic.BaseModel):
    taken_at: datetime = pydantic.Field(alias="takenAt")
    begun: pydantic.AwareDatetime
    since: pydantic.PastDate | None = None
    clock: time = time(12)
    value: Decimal
    quality: Literal["good", "bad"] = "good"

    @pydantic.computed_field  # type: ignore[prop-decorator]
    @property
    def half(self) -> Decimal:
        return self.value / 2


TEXT = """{"takenAt": "2024-01-02T03:04:05Z", "value": "1.50",
"begun": "2024-01-01T00:00:00-05:30", "since": "2000-01-01", "clock": "03:04:05Z"}"""


def start_of(reading: Reading) -> datetime:
    return reading.begun


@f.task
def parse_reading(text: str) -> Reading:
    return Reading.model_validate_json(text)


with f.Fun():
    reading = parse_reading(TEXT)
    half = reading.map(lambda it: it.half)
    begun = f.morph(start_of, reading)
    f.execute(reading, half, begun).wait()
    assert f.take(reading).taken_at == datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    assert f.take(half) == Decimal("0.75")
    assert f.take(reading) == parse_reading.fn(TEXT)
    assert f.take(begun) == datetime(2024, 1, 1, 5, 30, tzinfo=timezone.utc)
    assert f.take(begun).utcoffset() == -timedelta(hours=5, minutes=30)

# %% attrs classes with converters and slots
def capitalized(text: str) -> str:
    return text.capitalize()


@attrs.frozen
class Isotope:
    symbol: str = attrs.field(converter=capitalized)
    mass: float = attrs.field(validator=attrs.validators.gt(0))


@attrs.define
class Mixture:
    isotopes: list[Isotope] = attrs.Factory(list)

    def mean(self) -> float:
        return sum(each.mass for each in self.isotopes) / len(self.isotopes)


@f.task
def mix(*isotopes: Isotope) -> Mixture:
    return Mixture(list(isotopes))


with f.Fun():
    mixture = mix(Isotope("cl", 35.0), f.put(Isotope("CL", 37.0)))
    mean = f.reduce(Mixture.mean, mixture)
    heavier = mixture.map(lambda it: attrs.evolve(it, isotopes=it.isotopes[1:]))
    f.execute(mean, heavier).wait()
    assert f.take(mean) == 36.0
    assert f.take(heavier) == Mixture([Isotope("Cl", 37.0)])

# %% numpy inside of tasks, lists outside
@f.task
def eigenvalues(matrix: list[list[float]]) -> list[float]:
    values: list[float] = np.linalg.eigvalsh(np.array(matrix)).tolist()
    return [round(value, 9) for value in values]


@f.task
def norm(vector: list[float]) -> float:
    return float(np.linalg.norm(vector))


with f.Fun():
    values = eigenvalues([[2.0, 0.0], [0.0, 3.0]])
    length = norm(values)
    f.execute(values, length).wait()
    assert f.take(values) == [2.0, 3.0]
    assert abs(f.take(length) - math.sqrt(13)) < 1e-12

# %% generic helpers that build steps
A = TypeVar("A")
B = TypeVar("B")


def both(one: f.Artefact[A], other: f.Artefact[B]) -> f.Artefact[tuple[A, B]]:
    return f.gather((one, other))


def twice(function: Callable[[A], A], start: f.Artefact[A]) -> f.Artefact[A]:
    return start.map(function).map(function)


def plus_one(x: int) -> int:
    return x + 1


with f.Fun():
    pair = both(twice(plus_one, f.put(1)), f.put("x"))
    f.execute(pair).wait()
    assert f.take(pair) == (3, "x")

# %% zip of steps and their names
@f.task
def fitness(genome: str) -> int:
    return genome.count("1")


@f.task
def ranking(names: list[str], scores: list[int]) -> list[tuple[str, int]]:
    return sorted(zip(names, scores, strict=True), key=lambda pair: -pair[1])


with f.Fun():
    genomes = ["010", "111", "110"]
    steps = [fitness(genome) for genome in genomes]
    ranked = ranking(genomes, f.gather(steps))
    f.execute(ranked).wait()
    assert f.take(ranked) == [("111", 3), ("110", 2), ("010", 1)]
    assert {g: f.take(s) for g, s in zip(genomes, steps)} == {"010": 1, "111": 3, "110": 2}

# %% split, apply, combine of a sorted list
def chunks(numbers: list[int]) -> list[list[int]]:
    return [numbers[i : i + 2] for i in range(0, len(numbers), 2)]


def sort_part(part: f.Artefact[list[int]]) -> f.Artefact[list[int]]:
    return part.map(lambda it: sorted(it))


def merge(parts: list[f.Artefact[list[int]]]) -> f.Artefact[list[int]]:
    return f.gather(parts).map(lambda lists: sorted(itertools.chain.from_iterable(lists)))


with f.Fun():
    result = f.dynamic.sac(chunks, sort_part, merge, f.put([5, 2, 4, 1, 3]), out=list[int])
    f.execute(result).wait()
    assert f.take(result) == [1, 2, 3, 4, 5]

# %% several results of one function
def extremes(numbers: list[float]) -> tuple[float, float]:
    return min(numbers), max(numbers)


with f.Fun():
    low, high = f.py(extremes, f.put([3.0, 1.0, 2.0]))
    span = f.reduce(operator.sub, high, low)
    name, size = f.py(lambda text: (text, len(text)), "abc", out=(str, int))
    f.execute(span, name, size).wait()
    assert f.take(span) == 2.0
    assert (f.take(name), f.take(size)) == ("abc", 3)

# %% classes and tasks inside of a function
def study(sizes: Sequence[int]) -> dict[int, float]:
    @dataclass(frozen=True)
    class Grid:
        points: int

        @property
        def spacing(self) -> float:
            return 1.0 / (self.points - 1)

    @f.task
    def make(points: int) -> Grid:
        return Grid(points)

    @f.task
    def spacing(grid: Grid) -> float:
        return grid.spacing

    with f.Fun():
        steps = {size: spacing(make(size)) for size in sizes}
        f.execute(*steps.values()).wait()
        return {size: f.take(step) for size, step in steps.items()}


assert study([2, 5]) == {2: 1.0, 5: 0.25}

# %% a class whose methods are steps
@dataclass(frozen=True)
class Pipeline:
    factor: float
    offset: float = 0.0

    def run(self, x: float) -> float:
        return self.factor * x + self.offset

    @staticmethod
    def clean(text: str) -> float:
        return float(text.strip())

    @classmethod
    def doubled(cls, offset: float) -> "Pipeline":
        return cls(2.0, offset)


with f.Fun():
    pipeline = Pipeline(3.0, 1.0)
    number = f.reduce(Pipeline.clean, " 2.0\n")
    result = f.reduce(pipeline.run, number)
    other = f.reduce(Pipeline.run, f.reduce(Pipeline.doubled, 0.5), number)
    f.execute(result, other).wait()
    assert (f.take(result), f.take(other)) == (7.0, 4.5)

# %% constants, Final and ClassVar count
AVOGADRO: Final = 6.02214076e23
TABLE: Mapping[str, float] = {"H": 1.008, "O": 15.999}


class Constants:
    GAS: ClassVar[float] = 8.314


@f.task
def molar_mass(formula: str) -> float:
    return sum(TABLE[symbol] * int(number or 1) for symbol, number in re.findall(r"([A-Z][a-z]?)(\d*)", formula))


@f.task
def molecules(mass: float, molar: float) -> float:
    return mass / molar * AVOGADRO / Constants.GAS


with f.Fun():
    water = molar_mass("H2O")
    amount = molecules(18.0, water)
    f.execute(amount, water).wait()
    assert f.take(water) == molar_mass.fn("H2O")
    assert f.take(amount) == molecules.fn(18.0, molar_mass.fn("H2O"))

# %% optional values and defaults that are None
@f.task
def find(names: list[str], prefix: str) -> str | None:
    return next((name for name in names if name.startswith(prefix)), None)


@f.task
def greet(name: Optional[str] = None, *, greeting: Optional[str] = None) -> str:
    return f"{greeting or 'hello'} {name or 'nobody'}"


with f.Fun():
    known, unknown = find(["ann", "bob"], "b"), find(["ann"], "z")
    steps = [greet(known), greet(unknown), greet(), greet(name="x", greeting=known)]
    f.execute(*steps).wait()
    assert [f.take(step) for step in steps] == ["hello bob", "hello nobody", "hello nobody", "bob x"]

# %% fractions, complex numbers, UUIDs, ranges and sets
@f.task
def harmonic(n: int) -> Fraction:
    return sum((Fraction(1, k) for k in range(1, n + 1)), Fraction(0))


@f.task
def roots(a: float, b: float, c: float) -> tuple[complex, complex]:
    d = complex(b * b - 4 * a * c) ** 0.5
    return (-b + d) / (2 * a), (-b - d) / (2 * a)


@f.task
def identifier(name: str) -> UUID:
    return uuid5(UUID(int=0), name)


@f.task
def primes(upto: int) -> frozenset[int]:
    return frozenset(n for n in range(2, upto) if all(n % d for d in range(2, n)))


with f.Fun():
    steps = harmonic(4), roots(1.0, 0.0, 1.0), identifier("x"), primes(10), f.reduce(range, 2, 5)
    f.execute(*steps).wait()
    assert f.take(steps[0]) == Fraction(25, 12)
    assert f.take(steps[1]) == roots.fn(1.0, 0.0, 1.0)
    assert f.take(steps[2]) == identifier.fn("x")
    assert f.take(steps[3]) == {2, 3, 5, 7}
    assert f.take(steps[4]) == range(2, 5)

# %% a recursive class and a recursive task function
@dataclass(frozen=True)
class Tree:
    value: int
    children: "list[Tree]" = field(default_factory=list)


def total(tree: Tree) -> int:
    return tree.value + sum(total(child) for child in tree.children)


@f.task
def grow(depth: int) -> Tree:
    return Tree(depth, [grow.fn(depth - 1)] * 2 if depth else [])


with f.Fun():
    tree = grow(3)
    summed = f.morph(total, tree)
    shallow = tree.map(lambda it: asdict(it.children[0].children[0]))
    f.execute(summed, shallow).wait()
    assert f.take(summed) == total(grow.fn(3))
    assert f.take(shallow)["value"] == 1

# %% fibonacci by steps that build steps
def fib(n: int) -> f.Artefact[int]:
    if n < 2:
        return f.put(n)
    return f.reduce(operator.add, f.put(n - 1).bind(fib), f.put(n - 2).bind(fib), out=int)


with f.Fun():
    eighth = f.put(8).bind(fib)
    f.execute(eighth).wait()
    assert f.take(eighth) == 21

# %% tools of funsies.utils
with f.Fun():
    text = fu.concat("head", f.put("body"), "foot", join="\n")
    middle = fu.truncate(text, 1, 1)
    kept = fu.not_empty(middle)
    stopped = fu.stop_if(lambda it: len(it) > 3, kept)
    f.execute(kept, stopped).wait()
    assert f.take(kept) == "body"
    assert isinstance(f.take(stopped, strict=False), Failure)

# %% decorators under the task
def logged(function: Callable[[float], float]) -> Callable[[float], float]:
    @functools.wraps(function)
    def inner(x: float) -> float:
        return function(x) + 0.0

    return inner


@f.task
@logged
def halve(x: float) -> float:
    return x / 2


@f.task
@functools.lru_cache(maxsize=None)
def factorial(n: int) -> int:
    return n * factorial.fn(n - 1) if n else 1


with f.Fun():
    half, big = halve(3.0), factorial(20)
    f.execute(half, big).wait()
    assert f.take(half) == 1.5
    assert f.take(big) == math.factorial(20)

# %% callable objects and closures
@dataclass(frozen=True)
class Polynomial:
    coefficients: tuple[float, ...]

    def __call__(self, x: float) -> float:
        return sum(c * x**n for n, c in enumerate(self.coefficients))


def shifted(by: float) -> Callable[[float], float]:
    def shift(x: float) -> float:
        return x + by

    return shift


with f.Fun():
    value = f.reduce(Polynomial((1.0, 2.0)), 3.0)
    moved = f.morph(shifted(0.5), value)
    values = f.map_each(shifted(1.0), [1.0, 2.0])
    f.execute(value, moved, values).wait()
    assert (f.take(value), f.take(moved), f.take(values)) == (7.0, 7.5, [2.0, 3.0])

# %% keyword only parameters, variable keywords, positional only
@f.task
def configure(name: str, /, *options: str, level: int = 0, **extra: float) -> str:
    return f"{name}:{','.join(options)}:{level}:{sum(extra.values())}"


with f.Fun():
    arguments = ("a", "b")
    extra = {"x": 1.0, "y": 2.0}
    one = configure("n", *arguments, level=f.put(2), **extra)
    two = configure(f.put("m"))
    f.execute(one, two).wait()
    assert f.take(one) == "n:a,b:2:3.0"
    assert f.take(two) == "m::0:0"

# %% literals and sequences of literals
Method = Literal["HF", "PBE", "B3LYP"]
METHODS: tuple[Method, ...] = ("HF", "PBE", "B3LYP")


@f.task
def cost(method: Method, size: int = 2) -> int:
    power = {"HF": 4, "PBE": 3, "B3LYP": 4}[method]
    return math.prod([size] * power)


@f.task
def cheapest(costs: Mapping[Method, int]) -> Method:
    return min(costs, key=lambda method: costs[method])


with f.Fun():
    best = cheapest(f.gather({method: cost(method) for method in METHODS}))
    again = cost(best, size=3)
    f.execute(best, again).wait()
    assert f.take(best) == "PBE"
    assert f.take(again) == 27

# %% a script that one step makes is run by the next
with f.Fun():
    make = f.shell("printf '#!/bin/sh\\necho made $1\\n' > tool.sh; chmod +x tool.sh", out=["tool.sh"])
    use = f.shell("./tool.sh now > said.txt", inp={"tool.sh": make.out["tool.sh"]}, out=["said.txt"])
    f.execute(use).wait()
    assert f.take(use.out["said.txt"]) == b"made now\n"

# %% shell steps for each item of a list that is not known
def convert(names: list[str]) -> f.Artefact[list[bytes]]:
    steps = [f.shell(f"rev < {name}", inp={name: name}) for name in names]
    return f.gather([step.stdout for step in steps])


def names_of(listing: bytes) -> list[str]:
    return sorted(listing.decode().split())


with f.Fun():
    listing = f.shell("echo abc xyz")
    converted = listing.stdout.map(names_of).bind(convert)
    f.execute(converted).wait()
    assert f.take(converted) == [b"cba", b"zyx"]

# %% map_each of map_each, and of a command
@f.task
def neighbours(n: int) -> list[int]:
    return [n - 1, n + 1]


@f.task
def flat(lists: list[list[int]]) -> list[int]:
    return list(itertools.chain.from_iterable(lists))


def sizes(n: int) -> f.Artefact[list[int]]:
    return f.map_each(neighbours, list(range(n))).map(lambda found: [sum(each) for each in found])


with f.Fun():
    near = flat(f.map_each(neighbours, f.map_each(abs, [-1, -5])))
    summed = f.put(3).bind(sizes)
    f.execute(near, summed).wait()
    assert f.take(near) == [0, 2, 4, 6]
    assert f.take(summed) == [0, 2, 4]

# %% functions from statistics, math, json and re
with f.Fun():
    numbers = f.put([1.0, 2.0, 4.0])
    steps = [
        f.reduce(statistics.mean, numbers),
        f.reduce(statistics.stdev, numbers),
        f.reduce(math.hypot, 3.0, 4.0),
        f.reduce(math.prod, numbers),
    ]
    text = f.reduce(json.dumps, {"a": [1, 2]})
    back = text.map(json.loads)
    pieces = f.reduce(re.split, r"\s*,\s*", "a , b,c")
    f.execute(*steps, back, pieces).wait()
    assert [f.take(step) for step in steps] == [
        statistics.mean([1.0, 2.0, 4.0]), statistics.stdev([1.0, 2.0, 4.0]), 5.0, 8.0,
    ]
    assert f.take(back) == {"a": [1, 2]}
    assert f.take(pieces) == ["a", "b", "c"]

# %% abstract classes and their subclasses by a union
class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self) -> float: ...


@dataclass(frozen=True)
class Disc(Shape):
    r: float

    def area(self) -> float:
        return math.pi * self.r**2


@dataclass(frozen=True)
class Square(Shape):
    a: float

    def area(self) -> float:
        return self.a**2


@f.task
def largest(shapes: list[Disc | Square]) -> Disc | Square:
    return max(shapes, key=lambda shape: shape.area())


with f.Fun():
    winner = largest([Disc(1.0), Square(1.5)])
    area = winner.map(lambda shape: shape.area())
    f.execute(winner, area).wait()
    assert f.take(winner) == Disc(1.0)
    assert f.take(area) == math.pi

# %% dataclasses with computed and excluded fields
@dataclass
class Measurement:
    raw: list[float]
    mean: float = field(init=False)
    note: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        self.mean = sum(self.raw) / len(self.raw)


@f.task
def take_data(n: int) -> Measurement:
    return Measurement([float(i) for i in range(n)], note="simulated")


with f.Fun():
    data = take_data(5)
    mean = data.map(lambda it: it.mean)
    f.execute(data, mean).wait()
    assert f.take(data) == Measurement([0.0, 1.0, 2.0, 3.0, 4.0])
    assert f.take(data).note == "simulated"
    assert f.take(mean) == 2.0

# %% a simulation in generations, each from the one before
@f.task
def evolve(population: list[int], generation: int) -> list[int]:
    return [(x * 31 + generation) % 17 for x in population]


with f.Fun():
    population = f.put([1, 2, 3])
    history = [population]
    for generation in range(5):
        history.append(evolve(history[-1], generation))
    best = [f.reduce(max, each) for each in history]
    curve = f.gather(best)
    f.execute(curve).wait()
    plain = [[1, 2, 3]]
    for generation in range(5):
        plain.append(evolve.fn(plain[-1], generation))
    assert f.take(curve) == [max(each) for each in plain]

# %% a grid of parameters
@dataclass(frozen=True, order=True)
class Point:
    temperature: float
    pressure: float


@f.task
def simulate(point: Point, seed: int = 0) -> float:
    import random

    return random.Random(seed).random() * point.temperature + point.pressure


@f.task
def best_of(values: dict[Point, float]) -> tuple[Point, float]:
    return max(values.items(), key=lambda item: item[1])


with f.Fun():
    grid = [Point(t, p) for t, p in itertools.product([1.0, 2.0], [0.1, 0.2])]
    best = best_of(f.gather({point: simulate(point, seed=1) for point in grid}))
    f.execute(best).wait()
    assert f.take(best) == max(((point, simulate.fn(point, 1)) for point in grid), key=lambda item: item[1])

# %% threads inside of a task
@f.task
def parallel(xs: list[int]) -> list[int]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(abs, xs))


with f.Fun():
    s = parallel([-1, 2])
    f.execute(s).wait()
    assert f.take(s) == [1, 2]

# %% context manager and decimals of a local context
@contextmanager
def precise(digits: int) -> Iterator[None]:
    with localcontext() as context:
        context.prec = digits
        yield


@f.task
def third(digits: int) -> Decimal:
    with precise(digits):
        return Decimal(1) / Decimal(3)


with f.Fun():
    thirds = [third(n) for n in (3, 5)]
    f.execute(*thirds).wait()
    assert [f.take(t) for t in thirds] == [Decimal("0.333"), Decimal("0.33333")]

# %% single dispatch
@functools.singledispatch
def size(x: object) -> int:
    return -1


@size.register
def _(x: str) -> int:
    return len(x)


@size.register
def _(x: int) -> int:
    return x


with f.Fun():
    steps = [f.reduce(size, "abc"), f.reduce(size, 7), f.reduce(size, 1.5)]
    f.execute(*steps).wait()
    assert [f.take(s) for s in steps] == [3, 7, -1]

# %% properties and cached properties
@dataclass(frozen=True)
class Matrix:
    rows: tuple[tuple[float, ...], ...]

    @functools.cached_property
    def trace(self) -> float:
        return sum(row[i] for i, row in enumerate(self.rows))

    def __matmul__(self, other: "Matrix") -> "Matrix":
        columns = list(zip(*other.rows))
        return Matrix(tuple(tuple(sum(a * b for a, b in zip(r, c)) for c in columns) for r in self.rows))


with f.Fun():
    m = f.put(Matrix(((1.0, 2.0), (3.0, 4.0))))
    trace = m.map(lambda it: it.trace)
    product = f.reduce(operator.matmul, m, m)
    second = product.map(lambda it: it.rows[1])
    f.execute(trace, second).wait()
    assert f.take(trace) == 5.0
    assert f.take(second) == (15.0, 22.0)

# %% a registry of functions in a dict, applied by key
METHODS: dict[str, Callable[[float], float]] = {"sqrt": math.sqrt, "exp": math.exp, "double": lambda x: 2 * x}

with f.Fun():
    found = {name: f.reduce(method, 4.0) for name, method in METHODS.items()}
    table = f.gather(found)
    f.execute(table).wait()
    assert f.take(table) == {name: method(4.0) for name, method in METHODS.items()}

# %% a base class with a template method
class Estimator:
    def __init__(self, scale: float) -> None:
        self.scale = scale

    def fit(self, xs: list[float]) -> dict[str, float]:
        return {"value": self.scale * self.statistic(xs)}

    def statistic(self, xs: list[float]) -> float:
        raise NotImplementedError


class Mean(Estimator):
    def statistic(self, xs: list[float]) -> float:
        return sum(xs) / len(xs)


class Median(Estimator):
    def statistic(self, xs: list[float]) -> float:
        return sorted(xs)[len(xs) // 2]


@f.task
def estimate(kind: str, xs: list[float]) -> dict[str, float]:
    estimators: dict[str, type[Estimator]] = {"mean": Mean, "median": Median}
    return estimators[kind](2.0).fit(xs)


with f.Fun():
    fits = f.gather([estimate(kind, [1.0, 2.0, 9.0]) for kind in ("mean", "median")])
    f.execute(fits).wait()
    assert f.take(fits) == [{"value": 8.0}, {"value": 4.0}]

# %% errors with values mixed, sorted by match inside a helper
@f.task
def risky(x: int) -> float:
    if x == 2:
        raise RuntimeError("two")
    return 10 / x


def text_of(result: Result[float, f.Error]) -> str:
    match result:
        case Success(value) if value > 4:
            return "large"
        case Success(value):
            return f"{value:.1f}"
        case Failure(f.Error(exception=name)):
            return name or "?"
        case _:
            return "?"


@f.task(strict=False)
def summary(*results: Result[float, f.Error], sep: str | Result[str, f.Error] = " ") -> str:
    return " ".join(text_of(result) for result in results)


with f.Fun():
    told = summary(*(risky(x) for x in range(5)))
    f.execute(told).wait()
    assert f.take(told) == "ZeroDivisionError large RuntimeError 3.3 2.5"

# %% nested functions, nonlocal and generators in a task
@f.task
def primes(count: int) -> list[int]:
    seen = 0

    def generate() -> Iterator[int]:
        nonlocal seen
        for n in itertools.count(2):
            if all(n % d for d in range(2, math.isqrt(n) + 1)):
                seen += 1
                yield n
            if seen == count:
                return

    return list(generate())


with f.Fun():
    s = primes(5)
    last = f.reduce(operator.getitem, s, -1)
    f.execute(last).wait()
    assert f.take(last) == 11

# %% a decorator that changes the type of the result, and says so itself
P = ParamSpec("P")
R = TypeVar("R")
ASSIGNED = [name for name in functools.WRAPPER_ASSIGNMENTS if name != "__annotations__"]


def timed(function: Callable[P, R]) -> Callable[P, tuple[R, float]]:
    @functools.wraps(function, assigned=ASSIGNED)
    def inner(*args: P.args, **kwargs: P.kwargs) -> tuple[R, float]:
        return function(*args, **kwargs), 0.5

    return inner


@f.task
@timed
def cube(x: int) -> int:
    return x**3


with f.Fun():
    s = cube(2)
    f.execute(s).wait()
    assert f.take(s) == (8, 0.5)

# %% keyword only dataclass and slots
@dataclass(slots=True, kw_only=True, frozen=True)
class Box:
    a: float
    b: float = 1.0
    history: tuple["Box", ...] = ()


@f.task
def grow(box: Box, *, by: float = 2.0) -> Box:
    return replace(box, a=box.a * by, history=(*box.history, box))


with f.Fun():
    boxes = list(itertools.accumulate(range(3), lambda box, _: grow(box), initial=f.put(Box(a=1.0))))
    f.execute(boxes[-1]).wait()
    assert f.take(boxes[-1]).a == 8.0
    assert len(f.take(boxes[-1]).history) == 3
