from __future__ import annotations

import funsies as f

# %% TYPE_CHECKING import under postponed annotations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal
    from collections.abc import Sequence


@f.task
def total(prices: Sequence[Decimal]) -> Decimal:
    return sum(prices[1:], prices[0])


from decimal import Decimal as D

with f.Fun():
    t = total([D("1.10"), D("2.20")])
    f.execute(t).wait()
    assert f.take(t) == D("3.30")

# %% local class with postponed annotations
from dataclasses import dataclass


def main() -> None:
    @dataclass
    class Point:
        x: float
        next: Point | None = None

    @f.task
    def shifted(point: Point) -> Point:
        return Point(point.x + 1, point)

    with f.Fun():
        s = shifted(Point(1.0))
        f.execute(s).wait()
        assert f.take(s) == Point(2.0, Point(1.0))


main()

# %% local classes that mention each other
from dataclasses import dataclass, field


def main() -> None:
    @dataclass
    class Atom:
        symbol: str

    @dataclass
    class Molecule:
        atoms: list[Atom] = field(default_factory=list)

    @f.task
    def size(molecule: Molecule) -> int:
        return len(molecule.atoms)

    @f.task
    def build(symbols: str) -> Molecule:
        return Molecule([Atom(s) for s in symbols])

    with f.Fun():
        s = size(build("CO"))
        t = size(Molecule([Atom("H")]))
        f.execute(s, t).wait()
        assert f.take(s) == 2 and f.take(t) == 1


main()

# %% local enum and NamedTuple in annotations that the body does not use
from enum import Enum
from typing import NamedTuple


def main() -> None:
    class Phase(Enum):
        SOLID = 1
        LIQUID = 2

    class Sample(NamedTuple):
        phase: Phase
        mass: float

    @f.task
    def mass(sample: Sample) -> float:
        return sample.mass

    @f.task
    def describe(samples: dict[Phase, list[Sample]]) -> list[str]:
        return [phase.name for phase in samples]

    with f.Fun():
        m = mass(Sample(Phase.SOLID, 2.0))
        d = describe({Phase.LIQUID: []})
        f.execute(m, d).wait()
        assert f.take(m) == 2.0 and f.take(d) == ["LIQUID"]


main()

# %% a class inside a method and one in a class
from dataclasses import dataclass


class Study:
    @dataclass
    class Setting:
        temperature: float

    def run(self) -> float:
        @dataclass
        class Reading:
            value: float

        @f.task
        def measure(setting: Study.Setting) -> Reading:
            return Reading(setting.temperature * 2)

        @f.task
        def report(reading: Reading) -> float:
            return reading.value

        r = report(measure(self.Setting(2.0)))
        f.execute(r).wait()
        return f.take(r)


with f.Fun():
    assert Study().run() == 4.0

# %% local TypedDict and alias
from typing import TypedDict


def main() -> None:
    class Row(TypedDict):
        name: str
        energy: float

    Rows = list[Row]

    @f.task
    def lowest(rows: Rows) -> str:
        return min(rows, key=lambda row: row["energy"])["name"]

    with f.Fun():
        r = lowest([{"name": "a", "energy": 1.0}, {"name": "b", "energy": 0.5}])
        f.execute(r).wait()
        assert f.take(r) == "b"


main()

# %% a local generic dataclass
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


def main() -> None:
    @dataclass
    class Box(Generic[T]):
        inside: T

    @f.task
    def boxed(value: int) -> Box[int]:
        return Box(value)

    @f.task
    def unboxed(box: Box[int]) -> int:
        return box.inside

    with f.Fun():
        u = unboxed(boxed(3))
        v = unboxed(Box(4))
        f.execute(u, v).wait()
        assert f.take(u) == 3 and f.take(v) == 4


main()

# %% InitVar and ClassVar with postponed annotations
from dataclasses import dataclass, field, InitVar, KW_ONLY
from typing import ClassVar


@dataclass
class Grid:
    size: int
    scale: InitVar[float]
    unit: ClassVar[str] = "nm"
    _: KW_ONLY
    origin: tuple[float, float] = (0.0, 0.0)
    points: list[float] = field(init=False, default_factory=list)

    def __post_init__(self, scale: float) -> None:
        self.points = [scale * i for i in range(self.size)]


@f.task
def last(grid: Grid) -> float:
    return grid.points[-1]


@f.task
def grid(n: int) -> Grid:
    return Grid(n, 0.5, origin=(1.0, 2.0))


with f.Fun():
    a, b = last(grid(3)), last(Grid(2, 2.0))
    g = grid(3)
    f.execute(a, b, g).wait()
    assert f.take(a) == 1.0 and f.take(b) == 2.0
    assert f.take(g).origin == (1.0, 2.0) and f.take(g).points == [0.0, 0.5, 1.0]

# %% recursive dataclasses and unions of them
from dataclasses import dataclass


@dataclass(frozen=True)
class Leaf:
    value: int


@dataclass(frozen=True)
class Branch:
    left: Tree
    right: Tree


Tree = Leaf | Branch


@f.task
def total(tree: Tree) -> int:
    match tree:
        case Leaf(value):
            return value
        case Branch(left, right):
            return total.fn(left) + total.fn(right)


@f.task
def grow(depth: int) -> Tree:
    return Leaf(1) if depth == 0 else Branch(grow.fn(depth - 1), Leaf(depth))


with f.Fun():
    t = total(grow(3))
    u = total(Branch(Leaf(1), Leaf(2)))
    f.execute(t, u).wait()
    assert f.take(t) == 7 and f.take(u) == 3
