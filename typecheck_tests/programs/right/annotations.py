import funsies as f

# %% Self: a pydantic model validates what a step read
from pydantic import BaseModel


class Config(BaseModel):
    steps: int = 10
    basis: str = "sto-3g"


with f.Fun():
    config = f.reduce(Config.model_validate, {"steps": 3, "basis": "def2"})
    steps = config.map(lambda c: c.steps)
    f.execute(config, steps).wait()
    assert f.take(config) == Config(steps=3, basis="def2"), f.take(config)
    assert f.take(steps) == 3

# %% Self: a classmethod that parses
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Atom:
    symbol: str
    z: float

    @classmethod
    def parse(cls, line: str) -> Self:
        symbol, z = line.split()
        return cls(symbol, float(z))

    def moved(self, by: float) -> Self:
        return type(self)(self.symbol, self.z + by)


with f.Fun():
    atom = f.reduce(Atom.parse, "C 1.5")
    moved = f.reduce(Atom.moved, atom, 1.0)
    f.execute(moved).wait()
    assert f.take(moved) == Atom("C", 2.5)

# %% Self: list of Self, Optional Self from a classmethod
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Atom:
    symbol: str

    @classmethod
    def parse_all(cls, text: str) -> list[Self]:
        return [cls(line) for line in text.split()]

    @classmethod
    def maybe(cls, text: str) -> Self | None:
        return cls(text) if text else None


with f.Fun():
    atoms = f.reduce(Atom.parse_all, "C O H")
    maybe = f.reduce(Atom.maybe, "")
    f.execute(atoms, maybe).wait()
    assert f.take(atoms) == [Atom("C"), Atom("O"), Atom("H")]
    assert f.take(maybe) is None

# %% Self: subclass calls the inherited classmethod
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Base:
    name: str

    @classmethod
    def named(cls, name: str) -> Self:
        return cls(name)


@dataclass(frozen=True)
class Ion(Base):
    charge: int = 1


with f.Fun():
    ion = f.reduce(Ion.named, "Na")
    charge = ion.map(lambda i: i.charge)
    f.execute(ion, charge).wait()
    assert f.take(ion) == Ion("Na", 1)
    assert f.take(charge) == 1

# %% Self in a bound method
from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True)
class Molecule:
    name: str
    charge: int = 0

    def ionised(self, by: int) -> Self:
        return replace(self, charge=self.charge + by)


water = Molecule("water")
with f.Fun():
    ion = f.reduce(water.ionised, 2)
    f.execute(ion).wait()
    assert f.take(ion) == Molecule("water", 2)

# %% TYPE_CHECKING names in quotes, alias and a class defined there
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TypeAlias

    Row: TypeAlias = dict[str, float]
    Table = list[Row]


@f.task
def mean(table: "Table") -> "float":
    return sum(row["e"] for row in table) / len(table)


with f.Fun():
    m = mean([{"e": 1.0}, {"e": 3.0}])
    f.execute(m).wait()
    assert f.take(m) == 2.0

# %% Unpack of a TypedDict for keywords
from typing import TypedDict, Unpack, NotRequired


class Options(TypedDict):
    steps: int
    tolerance: NotRequired[float]


@f.task
def optimise(name: str, **options: Unpack[Options]) -> str:
    return f"{name}:{options['steps']}:{options.get('tolerance', 0.5)}"


@f.task
def three() -> int:
    return 3


with f.Fun():
    a = optimise("water", steps=three())
    b = optimise("water", steps=2, tolerance=0.25)
    f.execute(a, b).wait()
    assert f.take(a) == "water:3:0.5"
    assert f.take(b) == "water:2:0.25"

# %% list of a bound type variable
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True)
class Model:
    score: float


@dataclass(frozen=True)
class Forest(Model):
    trees: int


M = TypeVar("M", bound=Model)


@f.task
def best(models: list[M]) -> M:
    return max(models, key=lambda m: m.score)


@f.task
def make(score: float) -> Forest:
    return Forest(score, 3)


with f.Fun():
    a = best([Forest(0.1, 3), Forest(0.5, 4)])
    b = best(f.gather([make(0.3), make(0.2)]))
    trees = b.map(lambda forest: forest.trees)
    f.execute(a, b, trees).wait()
    assert f.take(a) == Forest(0.5, 4)
    assert f.take(b) == Forest(0.3, 3)
    assert f.take(trees) == 3

# %% constrained type variable
from typing import TypeVar
from decimal import Decimal

N = TypeVar("N", float, Decimal)


@f.task
def twice(x: N) -> N:
    return x + x


@f.task
def dec() -> Decimal:
    return Decimal("0.1")


with f.Fun():
    a, b, c = twice(1.5), twice(Decimal("0.1")), twice(dec())
    f.execute(a, b, c).wait()
    assert f.take(a) == 3.0 and f.take(b) == Decimal("0.2") == f.take(c)


# %% bool into int into float into complex
@f.task
def as_int(x: int) -> str:
    return repr(x)


@f.task
def as_float(x: float) -> str:
    return repr(x)


@f.task
def as_complex(x: complex) -> str:
    return repr(x)


@f.task
def yes() -> bool:
    return True


@f.task
def one() -> int:
    return 1


@f.task
def wide(x: int) -> float:
    return x


with f.Fun():
    r = [
        as_int(True),
        as_float(True),
        as_complex(2.5),
        as_int(yes()),
        as_float(yes()),
        as_float(one()),
        as_complex(one()),
    ]
    w = wide(3)
    f.execute(*r, w).wait()
    assert [f.take(x) for x in r] == ["True", "True", "2.5", "True", "True", "1", "1"]
    assert repr(f.take(w)) == "3"

# %% Optional string annotations and forward references
from dataclasses import dataclass
from typing import Optional


@dataclass
class Node:
    value: int
    next: "Optional[Node]" = None


@f.task
def length(node: "Optional[Node]") -> "int":
    count = 0
    while node is not None:
        count, node = count + 1, node.next
    return count


with f.Fun():
    a, b = length(Node(1, Node(2))), length(None)
    f.execute(a, b).wait()
    assert (f.take(a), f.take(b)) == (2, 0)

# %% TypeAlias, NewType, Annotated and Final
from typing import Annotated, Final, NewType, TypeAlias

UserId = NewType("UserId", int)
Vector: TypeAlias = "list[float]"
Charge = Annotated[int, "in e"]
LIMIT: Final = 3


@f.task
def ident(name: str) -> UserId:
    return UserId(len(name))


@f.task
def norm(v: Vector, charge: Charge = 0) -> float:
    return sum(x * x for x in v) + charge + LIMIT


@f.task
def use(user: UserId) -> int:
    return user + 1


with f.Fun():
    a = use(ident("abc"))
    b = norm([1.0, 2.0], charge=1)
    c = use(UserId(3))
    f.execute(a, b, c).wait()
    assert (f.take(a), f.take(b), f.take(c)) == (4, 9.0, 4)

# %% NewType of a dataclass and of a list
from dataclasses import dataclass
from typing import NewType


@dataclass(frozen=True)
class Molecule:
    smiles: str


Ligand = NewType("Ligand", Molecule)
Energies = NewType("Energies", list[float])


@f.task
def ligand(s: str) -> Ligand:
    return Ligand(Molecule(s))


@f.task
def dock(l: Ligand) -> Energies:
    return Energies([float(len(l.smiles))])


with f.Fun():
    d = dock(ligand("CCO"))
    f.execute(d).wait()
    assert f.take(d) == [3.0]

# %% Literal and Literal of enums
from enum import Enum, auto
from typing import Literal


class Spin(Enum):
    UP = auto()
    DOWN = auto()
    NONE = auto()


@f.task
def flip(spin: Literal[Spin.UP, Spin.DOWN]) -> Literal[Spin.UP, Spin.DOWN]:
    return Spin.DOWN if spin is Spin.UP else Spin.UP


@f.task
def method(name: Literal["hf", "dft"]) -> Literal[1, 2]:
    return 1 if name == "hf" else 2


with f.Fun():
    a = flip(flip(Spin.UP))
    b = method("dft")
    f.execute(a, b).wait()
    assert f.take(a) is Spin.UP and f.take(b) == 2

# %% ParamSpec decorator under f.task
import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def logged(fn: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(fn)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        return fn(*args, **kwargs)

    return inner


@f.task
@logged
def area(width: float, height: float = 2.0) -> float:
    return width * height


with f.Fun():
    a, b = area(2.0), area(2.0, height=3.0)
    f.execute(a, b).wait()
    assert (f.take(a), f.take(b)) == (4.0, 6.0)

# %% Concatenate decorator under f.task
import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def with_seed(fn: Callable[Concatenate[int, P], R]) -> Callable[P, R]:
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        return fn(42, *args, **kwargs)

    return inner


@f.task
@with_seed
def sample(seed: int, n: int, *, scale: float = 1.0) -> list[float]:
    return [seed * scale + i for i in range(n)]


with f.Fun():
    s = sample(2, scale=0.5)
    f.execute(s).wait()
    assert f.take(s) == [21.0, 22.0]

# %% overloads under f.task and in reduce
from typing import overload


@overload
def scale(x: int) -> int: ...
@overload
def scale(x: str) -> str: ...
def scale(x: int | str) -> int | str:
    return x * 2


with f.Fun():
    a = f.reduce(scale, 2)
    b = f.reduce(scale, "a")
    c = a.map(lambda n: n + 1)
    f.execute(a, b, c).wait()
    assert (f.take(a), f.take(b), f.take(c)) == (4, "aa", 5)

# %% TypedDict with NotRequired, Required and inheritance
from typing import NotRequired, Required, TypedDict


class Base(TypedDict, total=False):
    name: Required[str]
    charge: int


class Job(Base):
    steps: NotRequired[int]
    files: list[str]


@f.task
def summary(job: Job) -> str:
    return f"{job['name']} {job.get('charge', 0)} {job.get('steps', 1)} {len(job['files'])}"


@f.task
def job(name: str) -> Job:
    return {"name": name, "files": ["a"]}


with f.Fun():
    a = summary(job("x"))
    b = summary({"name": "y", "charge": 2, "files": []})
    f.execute(a, b).wait()
    assert f.take(a) == "x 0 1 1" and f.take(b) == "y 2 1 0"

# %% ReadOnly keys
from typing import TypedDict
from typing_extensions import ReadOnly
import typing_extensions as te


class Job(te.TypedDict):
    name: ReadOnly[str]
    steps: te.NotRequired[ReadOnly[int]]


@f.task
def steps(job: Job) -> int:
    return job.get("steps", 7)


with f.Fun():
    a = steps({"name": "y"})
    f.execute(a).wait()
    assert f.take(a) == 7

# %% generic NamedTuple and generic dataclasses
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
K = TypeVar("K")


class Pair(NamedTuple, Generic[T]):
    first: T
    second: T


@dataclass(frozen=True)
class Tagged(Generic[K, T]):
    key: K
    value: T


@f.task
def swap(pair: Pair[float]) -> Pair[float]:
    return Pair(pair.second, pair.first)


@f.task
def tag(n: int) -> Tagged[str, list[int]]:
    return Tagged("a", [n])


@f.task
def value(t: Tagged[str, list[int]]) -> int:
    return t.value[0]


@f.task
def any_value(t: Tagged[str, T]) -> T:
    return t.value


with f.Fun():
    s = swap(Pair(1.0, 2.0))
    v = value(tag(3))
    w = any_value(tag(4))
    x = any_value(Tagged("k", 2.5))
    f.execute(s, v, w, x).wait()
    assert (
        f.take(s) == Pair(2.0, 1.0) and f.take(v) == 3 and f.take(w) == [4] and f.take(x) == 2.5
    )

# %% dataclass options and inheritance
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(kw_only=True, slots=True, frozen=True)
class Setting:
    name: str
    tolerance: float = 1e-6


@dataclass(kw_only=True, slots=True, frozen=True)
class Optimiser(Setting):
    steps: int = 10
    tags: tuple[str, ...] = field(default_factory=tuple)
    registry: ClassVar[dict[str, int]] = {}


@f.task
def run(o: Optimiser) -> str:
    return f"{o.name} {o.steps} {o.tags}"


@f.task
def make(name: str) -> Optimiser:
    return Optimiser(name=name, tags=("a",))


with f.Fun():
    a, b = run(make("x")), run(Optimiser(name="y"))
    f.execute(a, b).wait()
    assert f.take(a) == "x 10 ('a',)" and f.take(b) == "y 10 ()"


# %% kinds of parameters
@f.task
def mixed(a: int, /, b: float, *rest: int, c: str = "c", **more: float) -> str:
    return f"{a} {b} {rest} {c} {sorted(more.items())}"


@f.task
def two() -> int:
    return 2


with f.Fun():
    a = mixed(1, 2.5)
    b = mixed(two(), b=1.0, c="x")
    c = mixed(1, 2.0, two(), 4, c="y", z=1.5, y=two())
    f.execute(a, b, c).wait()
    assert f.take(a) == "1 2.5 () c []"
    assert f.take(b) == "2 1.0 () x []"
    assert f.take(c) == "1 2.0 (2, 4) y [('y', 2), ('z', 1.5)]"

# %% default values of all kinds
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from pathlib import Path


class Mode(Enum):
    FAST = "fast"
    SLOW = "slow"


@dataclass(frozen=True)
class Setting:
    steps: int = 3


@f.task
def run(
    x: float,
    mode: Mode = Mode.FAST,
    setting: Setting = Setting(),
    path: Path = Path("a/b"),
    limit: Decimal | None = None,
    tags: tuple[str, ...] = (),
) -> str:
    return f"{x} {mode.value} {setting.steps} {path.name} {limit} {tags}"


with f.Fun():
    a = run(1.0)
    b = run(1.0, Mode.SLOW, limit=Decimal("1.5"), tags=("a",))
    f.execute(a, b).wait()
    assert f.take(a) == "1.0 fast 3 b None ()"
    assert f.take(b) == "1.0 slow 3 b 1.5 ('a',)"

# %% str or bytes, and other unions
from datetime import date, datetime


@f.task
def size(data: str | bytes) -> int:
    return len(data) if isinstance(data, bytes) else -len(data)


@f.task
def year(when: date | datetime | int) -> int:
    return when if isinstance(when, int) else when.year


@f.task
def either(flag: bool) -> int | str | None:
    return 3 if flag else "x"


with f.Fun():
    r = [size("ab"), size(b"abc"), year(date(2020, 1, 1)), year(datetime(2021, 1, 1)), year(5)]
    e = either(True), either(False)
    s = f.shell("echo hello")
    t = size(s.stdout)
    f.execute(*r, *e, t).wait()
    assert [f.take(x) for x in r] == [-2, 3, 2020, 2021, 5]
    assert [f.take(x) for x in e] == [3, "x"] and f.take(t) == 6

# %% out= for several results
from decimal import Decimal


def split(text):  # type: ignore[no-untyped-def]
    a, b = text.split()
    return Decimal(a), int(b)


with f.Fun():
    d, n = f.py(split, "1.5 3", out=(Decimal, int))
    total = f.reduce(lambda a, b: a * b, d, n, out=Decimal)
    f.execute(total).wait()
    assert f.take(total) == Decimal("4.5")

# %% out= where the function says nothing
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Point:
    x: float


with f.Fun():
    p = f.reduce(lambda x: Point(x), 1.0, out=Point)
    q = f.morph(lambda p: p.x * 2, p, out=float)
    e = f.py(lambda: Path("a"), out=(Path,))
    f.execute(q, e).wait()
    assert f.take(q) == 2.0 and f.take(e) == Path("a")


# %% out= that is wider or narrower than the annotation
def anything(x: int) -> object:
    return x + 1


def number(x: int) -> int:
    return x


with f.Fun():
    a = f.reduce(anything, 1, out=int)
    b = f.reduce(number, 1, out=float)
    f.execute(a, b).wait()
    assert f.take(a) == 2 and f.take(b) == 1

# %% attrs classes
import attrs


@attrs.define
class Basis:
    name: str
    functions: int = 3


@attrs.frozen(kw_only=True)
class Job:
    basis: Basis
    charges: list[int] = attrs.field(factory=list)


@f.task
def count(job: Job) -> int:
    return job.basis.functions + len(job.charges)


with f.Fun():
    c = count(Job(basis=Basis("a"), charges=[1]))
    f.execute(c).wait()
    assert f.take(c) == 4

# %% Iterator results and generators in arguments
from collections import Counter, OrderedDict, defaultdict, deque


@f.task
def words(text: str) -> Counter[str]:
    return Counter(text.split())


@f.task
def common(c: Counter[str]) -> str:
    return c.most_common(1)[0][0]


@f.task
def window(d: deque[int]) -> deque[int]:
    d.append(4)
    return d


@f.task
def groups(names: list[str]) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for n in names:
        found[n[0]].append(n)
    return found


with f.Fun():
    c = common(words("a b a"))
    w = window(deque([1, 2, 3], maxlen=3))
    g = groups(["ab", "ac", "b"])
    f.execute(c, w, g).wait()
    assert f.take(c) == "a" and f.take(w) == deque([2, 3, 4], maxlen=3)
    assert f.take(g) == {"a": ["ab", "ac"], "b": ["b"]}

# %% units in Annotated
from typing import Annotated

EV = Annotated[float, "eV"]


@f.task
def energy(n: int) -> EV:
    return n * 1.5


@f.task
def double(e: EV) -> EV:
    return e * 2


with f.Fun():
    e = double(energy(2))
    f.execute(e).wait()
    assert f.take(e) == 6.0


# %% a task returning None and Optional chains
@f.task
def find(names: list[str], start: str) -> str | None:
    return next((n for n in names if n.startswith(start)), None)


@f.task
def shown(name: str | None) -> str:
    return name or "nothing"


@f.task
def check(name: str) -> None:
    assert name


with f.Fun():
    a, b = shown(find(["ab"], "a")), shown(find(["ab"], "z"))
    c = check("x")
    f.execute(a, b, c).wait()
    assert (f.take(a), f.take(b), f.take(c)) == ("ab", "nothing", None)

# %% numpy arrays as results, parameters and fields
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass
class Run:
    positions: NDArray[np.float64]
    forces: np.ndarray


@f.task
def simulate(steps: int) -> Run:
    return Run(np.linspace(0, 1, steps), np.zeros((steps, 3)))


@f.task
def norm(positions: NDArray[np.floating]) -> NDArray[np.float64]:
    return (positions * positions).astype(np.float64)


@f.task
def positions_of(run: Run) -> NDArray[np.float64]:
    return run.positions


with f.Fun():
    largest = norm(positions_of(simulate(3))).map(np.max)
    given = norm(np.array([-2.0]))
    f.execute(largest, given).wait()
    assert f.take(largest) == 1.0
    assert f.take(given)[0] == 4.0

# %% frames, series and indexes of pandas, by themselves and inside of other values
from dataclasses import dataclass

import pandas as pd


@dataclass
class Results:
    table: pd.DataFrame
    energies: pd.Series
    made: pd.Timestamp


@f.task
def results(size: int) -> Results:
    table = pd.DataFrame({"name": ["a", "b"] * size, "energy": [1.0, 2.0] * size})
    return Results(table, table["energy"], pd.Timestamp("2020"))


@f.task
def table_of(results: Results) -> pd.DataFrame:
    return results.table


@f.task
def labels(table: pd.DataFrame) -> pd.Index:
    return table.columns


@f.task
def column(table: pd.DataFrame, name: str) -> pd.Series:
    return table[name]


with f.Fun():
    table = table_of(results(2))
    names, energy = labels(table), column(table, "energy")
    given = column(pd.DataFrame({"x": [1, 2]}), "x")
    lines = f.shell("wc -l < table.csv", inp={"table.csv": table})
    f.execute(names, energy, given, lines).wait()
    assert list(f.take(names)) == ["name", "energy"]
    assert f.take(energy).sum() == 6.0
    assert f.take(given).sum() == 3
    assert int(f.take(lines.stdout)) == 5

# %% numpy scalars as results and parameters
import numpy as np
import numpy.typing as npt


@f.task
def mean(values: list[float]) -> np.float64:
    return np.float64(np.mean(values))


@f.task
def double(value: np.float64) -> np.float64:
    return value * 2


@f.task
def count(values: list[float]) -> np.int64:
    return np.int64(len(values))


@f.task
def plain(value: float) -> float:
    return value + 1


with f.Fun():
    m = mean([1.0, 2.0])
    d = double(m)
    c = count([1.0])
    p = plain(m)
    f.execute(d, c, p).wait()
    assert f.take(d) == 3.0 and type(f.take(d)) is np.float64
    assert f.take(c) == 1 and type(f.take(c)) is np.int64
    assert f.take(p) == 2.5

# %% Iterable, Collection, AbstractSet and Mapping parameters
from collections.abc import Collection, Iterable, Mapping, Sequence, Set


@f.task
def total(numbers: Iterable[int]) -> int:
    return sum(numbers)


@f.task
def size(items: Collection[str]) -> int:
    return len(items)


@f.task
def common(a: Set[int], b: Set[int]) -> Set[int]:
    return a & b


@f.task
def keys(m: Mapping[str, float]) -> Sequence[str]:
    return list(m)


@f.task
def numbers() -> list[int]:
    return [1, 2, 3]


with f.Fun():
    r = [
        total([1, 2]),
        total((3, 4)),
        total({5, 6}),
        total(numbers()),
        total({1: "x"}),
        total(range(3)),
    ]
    s = size({"a"}), size(["a", "b"])
    c = common({1, 2}, frozenset({2, 3}))
    k = keys({"x": 1.0})
    f.execute(*r, *s, c, k).wait()
    assert [f.take(x) for x in r] == [3, 7, 11, 6, 1, 3]
    assert [f.take(x) for x in s] == [1, 2]
    assert f.take(c) == {2} and f.take(k) == ["x"]

# %% IntEnum, StrEnum, Flag and IntFlag
from enum import Flag, IntEnum, IntFlag, StrEnum, auto


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Basis(StrEnum):
    STO = "sto-3g"
    DEF2 = "def2-svp"


class Prop(Flag):
    ENERGY = auto()
    FORCE = auto()


class Perm(IntFlag):
    R = 4
    W = 2


@f.task
def raised(level: Level) -> Level:
    return Level(level + 1)


@f.task
def name(basis: Basis) -> str:
    return basis.upper()


@f.task
def both(p: Prop) -> Prop:
    return p | Prop.FORCE


@f.task
def perm(p: Perm) -> Perm:
    return p | Perm.W


@f.task
def plain(n: int) -> int:
    return n * 10


@f.task
def text(s: str) -> str:
    return s + "!"


with f.Fun():
    r, n, b, p = raised(Level.LOW), name(Basis.STO), both(Prop.ENERGY), perm(Perm.R)
    q = plain(Level.HIGH)
    t = text(Basis.DEF2)
    u = plain(raised(Level.LOW))
    f.execute(r, n, b, p, q, t, u).wait()
    assert f.take(r) is Level.HIGH and f.take(n) == "STO-3G"
    assert f.take(b) == Prop.ENERGY | Prop.FORCE and f.take(p) == Perm.R | Perm.W
    assert f.take(q) == 20 and f.take(t) == "def2-svp!" and f.take(u) == 20

# %% tuples of fixed, open and mixed length
from typing import TypeVarTuple, Unpack

Ts = TypeVarTuple("Ts")


@f.task
def total(numbers: tuple[int, ...]) -> int:
    return sum(numbers)


@f.task
def rest(row: tuple[str, *tuple[float, ...]]) -> float:
    return sum(row[1:])


@f.task
def row(n: int) -> tuple[str, *tuple[float, ...]]:
    return ("a", *[0.5] * n)


with f.Fun():
    a = total((1, 2, 3))
    b = rest(row(3))
    c = rest(("x", 1.0, 2.0))
    f.execute(a, b, c).wait()
    assert (f.take(a), f.take(b), f.take(c)) == (6, 1.5, 3.0)

# %% variadic generics
from typing import TypeVarTuple

Ts = TypeVarTuple("Ts")


@f.task
def tail(head: int, items: tuple[*Ts]) -> tuple[*Ts]:
    return items


def bundle(*args: *Ts) -> tuple[*Ts]:
    return args


with f.Fun():
    a = tail(1, ("a", 2.5))
    b = f.reduce(bundle, 1, "a")
    f.execute(a, b).wait()
    assert f.take(a) == ("a", 2.5)
    assert f.take(b) == (1, "a")
