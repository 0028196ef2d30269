import funsies as f

# %% an IntEnum, a StrEnum and a datetime under their bases
from datetime import date, datetime
from enum import IntEnum, StrEnum


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Basis(StrEnum):
    STO = "sto-3g"


@f.task
def level(number: int) -> int:
    return Level(number)


@f.task
def plain(number: int) -> int:
    return number * 10


@f.task
def basis() -> str:
    return Basis.STO


@f.task
def when(day: int) -> date:
    return datetime(2024, 2, day, 12)


@f.task
def shown(items: list[int], names: dict[str, int]) -> str:
    return f"{items} {[str(name) for name in names]}"


with f.Fun():
    results = [level(2), plain(Level.HIGH), plain(level(1))]
    texts = [basis(), shown([Level.LOW, 7], {Basis.STO: 1})]
    day = when(29)
    f.execute(results, texts, day).wait()
    assert [f.take(each) for each in results] == [2, 20, 10]
    assert type(f.take(results[0])) is Level
    assert f.take(texts[0]) is Basis.STO
    assert f.take(texts[1]) == f"{[Level.LOW, 7]} ['sto-3g']"
    assert f.take(day) == datetime(2024, 2, 29, 12)

# %% a defaultdict, an OrderedDict and a Counter under dict
from collections import Counter, OrderedDict, defaultdict


@f.task
def groups(names: list[str]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        found[name[0]].append(name)
    return found


@f.task
def letters(text: str) -> dict[str, int]:
    return Counter(text)


@f.task
def ordered(sizes: dict[str, int]) -> dict[str, int]:
    return OrderedDict(sorted(sizes.items()))


@f.task
def by_number(words: list[str]) -> dict[int, str]:
    return OrderedDict((len(word), word) for word in words)


with f.Fun():
    grouped = groups(["ab", "ac", "b"])
    count = letters("abba")
    first = ordered(letters("ba")).map(lambda sizes: list(sizes))
    given = ordered(OrderedDict(b=1, a=2))
    numbers = by_number(["abc", "a"])
    f.execute(grouped, count, first, given, numbers).wait()
    assert f.take(grouped) == {"a": ["ab", "ac"], "b": ["b"]}
    assert f.take(count) == {"a": 2, "b": 2} and type(f.take(count)) is Counter
    assert f.take(first) == ["a", "b"] and list(f.take(given)) == ["a", "b"]
    assert f.take(numbers) == {3: "abc", 1: "a"}

# %% a named tuple under a tuple
from typing import NamedTuple


class Point(NamedTuple):
    x: float
    y: float


@f.task
def centre(points: list[tuple[float, float]]) -> tuple[float, float]:
    return Point(sum(x for x, _ in points) / len(points), sum(y for _, y in points))


with f.Fun():
    middle = centre([Point(0.0, 1.0), (2.0, 3.0)])
    again = centre(f.gather([middle, f.put((1.0, 1.0))]))
    f.execute(middle, again).wait()
    assert f.take(middle) == (1.0, 4.0) and type(f.take(middle)) is Point
    assert f.take(again) == (1.0, 5.0)

# %% pydantic models and attrs classes below their bases
import attrs
from pydantic import BaseModel


class Step(BaseModel):
    name: str

    def cost(self) -> int:
        return 1


class Optimisation(Step):
    cycles: int = 5

    def cost(self) -> int:
        return self.cycles


@attrs.frozen
class Source:
    name: str


@attrs.frozen
class Remote(Source):
    url: str


@f.task
def total(steps: list[Step]) -> int:
    return sum(step.cost() for step in steps)


@f.task
def plan(number: int) -> Step:
    return Optimisation(name="opt", cycles=number)


@f.task
def place(source: Source) -> Source:
    return source


with f.Fun():
    cost = total([Step(name="a"), Optimisation(name="b", cycles=7)])
    planned = total(f.gather([plan(3), plan(4)]))
    remote = place(Remote("a", "file:a"))
    f.execute(cost, planned, remote).wait()
    assert (f.take(cost), f.take(planned)) == (8, 7)
    assert f.take(remote) == Remote("a", "file:a")

# %% generic containers of a base class
from dataclasses import dataclass, field
from typing import Generic, TypeVar


@dataclass(frozen=True)
class Reading:
    value: float

    def corrected(self) -> float:
        return self.value


@dataclass(frozen=True)
class Drifting(Reading):
    drift: float = 0.5

    def corrected(self) -> float:
        return self.value - self.drift


T = TypeVar("T")


@dataclass
class Series(Generic[T]):
    items: list[T] = field(default_factory=list)


@f.task
def measure(number: int) -> Series[Reading]:
    return Series([Reading(1.0), Drifting(2.0), Drifting(float(number), 1.0)])


@f.task
def mean(series: Series[Reading]) -> float:
    return sum(each.corrected() for each in series.items) / len(series.items)


@f.task
def by_name(readings: dict[str, Reading | None]) -> list[str]:
    return [name for name, each in readings.items() if isinstance(each, Drifting)]


with f.Fun():
    average = mean(measure(4))
    names = by_name({"a": Drifting(1.0), "b": Reading(1.0), "c": None})
    f.execute(average, names).wait()
    assert f.take(average) == 5.5 / 3 and f.take(names) == ["a"]

# %% an abstract dataclass, made by a factory, through several steps
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Basis(ABC):
    centre: float

    @abstractmethod
    def at(self, x: float) -> float: ...


@dataclass(frozen=True)
class Gaussian(Basis):
    width: float = 1.0

    def at(self, x: float) -> float:
        return (x - self.centre) * self.width


@dataclass(frozen=True)
class Slater(Basis):
    zeta: int = 2

    def at(self, x: float) -> float:
        return (x - self.centre) ** self.zeta


@f.task
def make(kind: str, centre: float) -> Basis:
    return Gaussian(centre) if kind == "gauss" else Slater(centre)


@f.task
def moved(basis: Basis, by: float) -> Basis:
    return replace(basis, centre=basis.centre + by)


@f.task
def evaluate(bases: list[Basis], x: float) -> list[float]:
    return [basis.at(x) for basis in bases]


with f.Fun():
    bases = [moved(make("gauss", 0.0), 1.0), make("slater", 1.0)]
    values = evaluate(f.gather(bases), 4.0)
    direct = evaluate([Slater(0.0, 3), Gaussian(0.0)], 2.0)
    f.execute(values, direct).wait()
    assert f.take(values) == [3.0, 9.0] and f.take(direct) == [8.0, 2.0]
    assert f.take(bases[0]) == Gaussian(1.0)

# %% protocols as parameters, in lists and optional
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@runtime_checkable
class Shape(Protocol):
    def area(self) -> float: ...


@dataclass(frozen=True)
class Square:
    side: float

    def area(self) -> float:
        return self.side**2


@dataclass(frozen=True)
class Disc:
    radius: float

    def area(self) -> float:
        return 3 * self.radius**2


@f.task
def largest(shapes: list[Shape]) -> Shape:
    return max(shapes, key=lambda shape: shape.area())


@f.task
def area(shape: Shape | None) -> float:
    return 0.0 if shape is None else shape.area()


@f.task
def disc(radius: float) -> Disc:
    return Disc(radius)


with f.Fun():
    big = largest([Square(2.0), Disc(1.0)])
    areas = [area(big), area(None), area(Square(1.0)), area(disc(2.0))]
    f.execute(big, areas).wait()
    assert f.take(big) == Square(2.0)
    assert [f.take(each) for each in areas] == [4.0, 0.0, 1.0, 12.0]

# %% exhaustive match over a closed family
from dataclasses import dataclass


class Expression:
    pass


@dataclass(frozen=True)
class Number(Expression):
    value: int


@dataclass(frozen=True)
class Sum(Expression):
    left: "Number | Sum"
    right: "Number | Sum"


@f.task
def evaluate(tree: Number | Sum) -> int:
    if isinstance(tree, Number):
        return tree.value
    return evaluate.fn(tree.left) + evaluate.fn(tree.right)


@f.task
def double(tree: Number | Sum) -> Sum:
    return Sum(tree, tree)


with f.Fun():
    value = evaluate(double(double(Number(3))))
    f.execute(value).wait()
    assert f.take(value) == 12

# %% a step of a subclass's own, given what a step of the base made
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    energy: float


@dataclass(frozen=True)
class Optimised(Result):
    steps: int


@f.task
def run(steps: int) -> Result:
    return Optimised(-1.5, steps) if steps else Result(-1.0)


@f.task
def steps_of(result: Result) -> int:
    return result.steps if isinstance(result, Optimised) else 0


with f.Fun():
    found = f.map_each(steps_of, f.gather([run(3), run(0)]))
    energy = run(2).map(lambda result: result.energy)
    kept = run(4).bind(lambda result: f.put(result))
    f.execute(found, energy, kept).wait()
    assert f.take(found) == [3, 0] and f.take(energy) == -1.5
    assert f.take(kept) == Optimised(-1.5, 4)

# %% subclass value for a base class parameter
from dataclasses import dataclass


@dataclass(frozen=True)
class Animal:
    name: str

    def sound(self) -> str:
        return "..."


@dataclass(frozen=True)
class Dog(Animal):
    breed: str = "mutt"

    def sound(self) -> str:
        return f"{self.breed} woof"


@f.task
def hear(animal: Animal) -> str:
    return animal.sound()


@f.task
def first(animals: list[Animal]) -> Animal:
    return animals[0]


@f.task
def adopt(name: str) -> Animal:
    return Dog(name, "poodle")


with f.Fun():
    a = hear(Dog("rex"))
    b = hear(f.put(Dog("rex", "collie")))
    c = first([Dog("a"), Animal("b")])
    d = hear(adopt("x"))
    e = hear(c)
    f.execute(a, b, c, d, e).wait()
    assert f.take(a) == "mutt woof"
    assert f.take(b) == "collie woof"
    assert f.take(c) == Dog("a")
    assert f.take(d) == "poodle woof"
    assert f.take(e) == "mutt woof"

# %% subclass in a field of a dataclass
from dataclasses import dataclass, field


@dataclass
class Shape:
    name: str

    def area(self) -> float:
        return 0.0


@dataclass
class Square(Shape):
    side: float = 1.0

    def area(self) -> float:
        return self.side**2


@dataclass
class Circle(Shape):
    radius: float = 1.0

    def area(self) -> float:
        return 3 * self.radius**2


@dataclass
class Drawing:
    main: Shape
    others: list[Shape] = field(default_factory=list)
    named: dict[str, Shape] = field(default_factory=dict)


@f.task
def area(drawing: Drawing) -> float:
    return sum(s.area() for s in [drawing.main, *drawing.others, *drawing.named.values()])


@f.task
def draw() -> Drawing:
    return Drawing(Square("s", 2.0), [Circle("c", 1.0)], {"z": Square("q")})


with f.Fun():
    a = area(draw())
    b = area(Drawing(Square("s", 2.0), [Circle("c", 1.0)]))
    d = draw()
    f.execute(a, b, d).wait()
    assert f.take(a) == 8.0 and f.take(b) == 7.0
    assert f.take(d) == Drawing(Square("s", 2.0), [Circle("c", 1.0)], {"z": Square("q")})

# %% ABC parameter with dataclass subclasses
from abc import ABC, abstractmethod
from dataclasses import dataclass


class Potential(ABC):
    @abstractmethod
    def energy(self, r: float) -> float: ...


@dataclass(frozen=True)
class Harmonic(Potential):
    k: float

    def energy(self, r: float) -> float:
        return self.k * r * r


@dataclass(frozen=True)
class Morse(Potential):
    d: float
    a: float

    def energy(self, r: float) -> float:
        return self.d * self.a * r


@f.task
def energy(potential: Potential, r: float) -> float:
    return potential.energy(r)


@f.task
def fit(data: list[float]) -> Potential:
    return Harmonic(data[0])


with f.Fun():
    a = energy(Harmonic(2.0), 3.0)
    b = energy(f.put(Morse(1.0, 2.0)), 3.0)
    c = energy(fit([5.0]), 1.0)
    f.execute(a, b, c).wait()
    assert (f.take(a), f.take(b), f.take(c)) == (18.0, 6.0, 5.0)

# %% Protocol parameter
from dataclasses import dataclass
from typing import Protocol


class HasMass(Protocol):
    @property
    def mass(self) -> float: ...


@dataclass(frozen=True)
class Star:
    mass: float


@f.task
def weigh(thing: HasMass) -> float:
    return thing.mass * 2


@f.task
def star() -> Star:
    return Star(3.0)


with f.Fun():
    a, b = weigh(Star(1.0)), weigh(star())
    f.execute(a, b).wait()
    assert f.take(a) == 2.0 and f.take(b) == 6.0
