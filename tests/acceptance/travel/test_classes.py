"""Enums and classes of the project are on a worker what they are in the program."""

from __future__ import annotations

import pytest

from .cases import WAYS, Case

ENUMS = """
import enum
from dataclasses import dataclass


class Planet(enum.Enum):
    EARTH = (6.0, 6.4)
    MARS = (0.6, 3.4)

    def __init__(self, mass: float, radius: float) -> None:
        self.mass = mass
        self.radius = radius

    @property
    def density(self) -> float:
        return round(self.mass / self.radius**3, 5)


class Level(enum.Enum):
    LOW = "low"
    HIGH = "high"

    def __new__(cls, text: str) -> "Level":
        member = object.__new__(cls)
        member._value_ = len(text)
        member.text = text
        return member


class Mixed(str, enum.Enum):
    A = "a"
    B = "b"

    def shout(self) -> str:
        return self.value.upper()


@dataclass(frozen=True)
class Pair:
    left: int
    right: int


class Paired(Pair, enum.Enum):
    ONE = 1, 2
    TWO = 3, 4


class Bonus:
    def doubled(self) -> int:
        return 2 * self.value


class Number(Bonus, enum.IntEnum):
    ONE = enum.auto()
    TWO = enum.auto()
    UNO = ONE


class Rights(enum.Flag):
    READ = enum.auto()
    WRITE = enum.auto()
    BOTH = READ | WRITE


class Lower(enum.StrEnum):
    FIRST = enum.auto()
    SECOND = enum.auto()


class Numbered(enum.Enum):
    @staticmethod
    def _generate_next_value_(name, start, count, last):
        return f"{name.lower()}-{count}"

    X = enum.auto()
    Y = enum.auto()


class Outer:
    class Inner(enum.Enum):
        A = 1
        B = 2

        @classmethod
        def last(cls) -> "Outer.Inner":
            return list(cls)[-1]


class Missing(enum.Enum):
    UNKNOWN = 0
    KNOWN = 1

    @classmethod
    def _missing_(cls, value: object) -> "Missing":
        return cls.UNKNOWN


def mass(planet: Planet) -> str:
    return f"{planet.mass} {planet.density} {Planet.MARS.radius}"


def heaviest(number: int) -> Planet:
    return max(Planet, key=lambda each: each.mass)


def level(value: Level) -> str:
    return f"{value.text} {value.value} {Level(4) is Level.HIGH}"


def shout(value: Mixed) -> str:
    return f"{value.shout()} {value == 'b'} {isinstance(value, str)} {value + '!'}"


def pair(value: Paired) -> str:
    return f"{value.left} {value.right} {value.value} {isinstance(value, Pair)}"


def number(value: Number) -> str:
    names = list(Number.__members__)
    return f"{value + 1} {value.doubled()} {Number.UNO is Number.ONE} {names}"


def rights(value: Rights) -> str:
    return f"{value is Rights.BOTH} {Rights.READ in value} {Rights(1)} {~Rights.READ}"


def some_rights(number: int) -> Rights:
    return Rights.READ | Rights.WRITE


def lower(value: Lower) -> str:
    return f"{value} {value == 'second'} {Lower('first') is Lower.FIRST}"


def numbered(value: Numbered) -> str:
    return f"{value.value} {Numbered('x-0') is Numbered.X}"


def inner(value: Outer.Inner) -> str:
    kind = type(value)
    return f"{kind.last() is Outer.Inner.B} {value is Outer.Inner.A} {kind.__qualname__}"


def missing(number: int) -> str:
    return f"{Missing(number)} {Missing(7) is Missing.UNKNOWN}"


def compared(number: int) -> str:
    by_member = {Planet.EARTH: "earth", Level.LOW: "low"}
    return f"{by_member[Planet['EARTH']]} {by_member[Level(3)]}"


def matched(value: Planet) -> str:
    match value:
        case Planet.EARTH:
            return "home"
        case _:
            return "away"
"""

ENUM_CALLS = {
    "mass(Planet.EARTH)": "6.0 0.02289 3.4",
    "heaviest(1)": "Planet.EARTH",
    "level(Level.LOW)": "low 3 True",
    "shout(Mixed.B)": "B True True b!",
    "pair(Paired.TWO)": "3 4 Pair(left=3, right=4) True",
    "number(Number.TWO)": "3 4 True ['ONE', 'TWO', 'UNO']",
    "rights(Rights.BOTH)": "True True Rights.READ Rights.WRITE",
    "some_rights(1)": "Rights.BOTH",
    "lower(Lower.SECOND)": "second True True",
    "numbered(Numbered.Y)": "y-1 True",
    "inner(Outer.Inner.A)": "True True Outer.Inner",
    "missing(1)": "Missing.KNOWN True",
    "compared(1)": "earth low",
    "matched(Planet.EARTH)": "home",
}

CLASSES = """
import abc
import dataclasses
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, Protocol, TypedDict, TypeVar, runtime_checkable

T = TypeVar("T")


class Plugin:
    found: dict[str, type] = {}

    def __init_subclass__(cls, *, key: str, **more: object) -> None:
        super().__init_subclass__(**more)
        cls.key = key
        Plugin.found[key] = cls


class First(Plugin, key="first"):
    def run(self) -> str:
        return f"{self.key} {sorted(Plugin.found)}"


class Second(First, key="second"):
    def run(self) -> str:
        return super().run() + "!"


class Meta(type):
    def __new__(mcs, name, bases, names, *, size=0):
        made = super().__new__(mcs, name, bases, names)
        made.size = size
        return made

    def __init__(cls, name, bases, names, *, size=0):
        super().__init__(name, bases, names)

    def __len__(cls) -> int:
        return cls.size


class Sized(metaclass=Meta, size=7):
    pass


class Point:
    __slots__ = ("__secret", "x")

    def __init__(self, x: int) -> None:
        self.x = x
        self.__secret = 2 * x

    def secret(self) -> int:
        return self.__secret


@dataclass(slots=True)
class Slotted:
    a: int
    b: int = 3
    names: list[str] = field(default_factory=lambda: ["made"])


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self) -> float: ...


class Square(Shape):
    def area(self) -> float:
        return 4.0


@runtime_checkable
class HasArea(Protocol):
    def area(self) -> float: ...


class Stack(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []

    def push(self, item: T) -> "Stack[T]":
        self.items.append(item)
        return self


class Place(NamedTuple):
    name: str
    height: int = 8

    def tall(self) -> bool:
        return self.height > 5


class Movie(TypedDict, total=False):
    title: str
    year: int


class Typed:
    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance, owner=None):
        return self if instance is None else f"{self.name}={instance.__dict__.get(self.name)}"

    def __set__(self, instance, value) -> None:
        instance.__dict__[self.name] = value


class Model:
    speed = Typed()
    depth = Typed()


REGISTRY: dict[str, type] = {}


def register(cls: type) -> type:
    REGISTRY[cls.__name__] = cls
    return cls


@register
class Alpha:
    value = 1


@register
class Beta:
    value = 2


class Base:
    rate = 1


class Same(Base):
    rate = 1


@dataclass(order=True, frozen=True)
class Version:
    parts: tuple[int, ...]
    label: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label or ".".join(map(str, self.parts)))


class Infinite(Sequence):
    def __getitem__(self, index):
        return index

    def __len__(self) -> int:
        return 3


class Failure(ValueError):
    def __init__(self, code: int) -> None:
        super().__init__(f"code {code}")
        self.code = code


def plugins(number: int) -> str:
    return f"{First().run()} {Second().run()} {Plugin.found['first'] is First}"


def sized(number: int) -> int:
    return len(Sized) + Sized.size


def secret(number: int) -> str:
    return f"{Point(number).secret()} {hasattr(Point(1), '__dict__')} {Point.__slots__}"


def slotted(value: Slotted) -> Slotted:
    assert not hasattr(value, "__dict__")
    return dataclasses.replace(value, a=value.a + 1)


def abstract(number: int) -> str:
    try:
        Shape()
    except TypeError:
        square = Square()
        return f"{square.area()} {isinstance(square, Shape)} {isinstance(square, HasArea)}"
    return "made an abstract one"


def generic(number: int) -> list[int]:
    return Stack[int]().push(number).push(number).items


def place(value: Place) -> Place:
    assert value.tall() and type(value) is Place
    return value._replace(height=value.height + 1)


def movie(value: Movie) -> Movie:
    assert Movie.__total__ is False and Movie.__optional_keys__ == {"title", "year"}
    return {**value, "year": 1999}


def descriptor(number: int) -> str:
    model = Model()
    model.speed = number
    return f"{model.speed} {model.depth} {Model.speed.name}"


def registered(number: int) -> str:
    made = {name: kind.value for name, kind in REGISTRY.items()}
    return f"{made} {REGISTRY['Alpha'] is Alpha}"


def as_base(number: int) -> bool:
    return "rate" in Same.__dict__


def versions(value: Version) -> str:
    return f"{value.label} {value < Version((2,))} {value == Version((1, 2), 'other')}"


def sequence(number: int) -> list[int]:
    return list(reversed(Infinite()))


def raised(number: int) -> str:
    try:
        raise Failure(number)
    except Failure as problem:
        return f"{problem} {problem.code} {type(problem).__mro__[1].__name__}"


def by_reference(number: int) -> bool:
    kinds = (First, Sized, Point, Slotted, Square, Place, Alpha)
    return all(pickle.loads(pickle.dumps(kind)) is kind for kind in kinds)
"""

CLASS_CALLS = {
    "plugins(1)": "first ['first', 'second'] second ['first', 'second']! True",
    "sized(1)": "14",
    "secret(3)": "6 False ('__secret', 'x')",
    "slotted(Slotted(1))": "Slotted(a=2, b=3, names=['made'])",
    "abstract(1)": "4.0 True True",
    "generic(2)": "[2, 2]",
    "place(Place('hill'))": "Place(name='hill', height=9)",
    "movie({'title': 'one'})": "{'title': 'one', 'year': 1999}",
    "descriptor(3)": "speed=3 depth=None speed",
    "registered(1)": "{'Alpha': 1, 'Beta': 2} True",
    "as_base(1)": "True",
    "versions(Version((1, 2)))": "1.2 True True",
    "sequence(1)": "[2, 1, 0]",
    "raised(3)": "code 3 3 ValueError",
    "by_reference(1)": "True",
}

LIBRARIES = """
import attrs
import msgspec
import pydantic


@attrs.define
class Sample:
    mass: float
    tags: list[str] = attrs.field(factory=list)
    size: int = attrs.field(default=2, validator=attrs.validators.ge(0))

    @property
    def shown(self) -> str:
        return f"{self.mass} {self.tags}"


class Settings(pydantic.BaseModel):
    steps: int = 3
    name: str = "none"

    @pydantic.field_validator("name")
    @classmethod
    def lower(cls, value: str) -> str:
        return value.lower()


class Tagged(msgspec.Struct, tag="tagged", frozen=True, kw_only=True):
    a: int
    b: list[int] = []

    def total(self) -> int:
        return self.a + sum(self.b)


def heavier(value: Sample) -> Sample:
    return attrs.evolve(value, mass=value.mass + 1, tags=[value.shown])


def checked(value: Sample) -> str:
    try:
        Sample(1.0, size=-1)
    except ValueError:
        return f"refused {value.size} {type(value) is Sample}"
    return "taken"


def settled(value: Settings) -> Settings:
    return Settings(steps=value.steps + 1, name="LOUD")


def schema(number: int) -> list[str]:
    return sorted(Settings.model_fields)


def tagged(value: Tagged) -> Tagged:
    return msgspec.structs.replace(value, a=value.total())


def wire(number: int) -> str:
    return msgspec.json.encode(Tagged(a=number)).decode()
"""

LIBRARY_CALLS = {
    "heavier(Sample(1.0))": "Sample(mass=2.0, tags=['1.0 []'], size=2)",
    "checked(Sample(1.0))": "refused 2 True",
    "settled(Settings(steps=1))": "steps=2 name='loud'",
    "schema(1)": "['name', 'steps']",
    "tagged(Tagged(a=1, b=[2]))": "Tagged(a=3, b=[2])",
    "wire(1)": '{"type":"tagged","a":1,"b":[]}',
}

FORWARD_MODELS = """
from typing import Generic, TypeVar

import pydantic


class Cage(pydantic.BaseModel):
    size: int
    pet: "Pet | None" = None


class Pet(pydantic.BaseModel):
    name: str
    others: "list[Pet]" = []


class Form(pydantic.BaseModel):
    number: int
    unit: "Unit | None" = None


class Unit(pydantic.BaseModel):
    text: str


def built(size: int) -> Cage:
    return Cage(size=size, pet=None)


def named(value: Cage) -> str:
    return value.pet.name if value.pet else "nobody"


T = TypeVar("T")


class Page(pydantic.BaseModel, Generic[T]):
    items: list[T]
    form: "Form | None" = None


def paged(number: int) -> Page[int]:
    return Page[int](items=[number])


def counted(page: Page[int]) -> str:
    return f"{len(page.items)} {type(page) is Page[int]} {page.items}"


def checked(number: int) -> str:
    try:
        return repr(Form(number=number, unit={"kind": "km"}))
    except pydantic.ValidationError as problem:
        return f"refused {problem.error_count()}"
"""
"""Models that name another one that comes after them; and one with type arguments."""

FORWARD_CALLS = {
    "built(3)": "size=3 pet=None",
    'named(Cage(size=1, pet={"name": "Rex"}))': "Rex",
    "checked(2)": "refused 1",
    "paged(4)": "items=[4] form=None",
    "counted(paged(4))": "1 True [4]",
}

PLACES = {
    "the script": (lambda text: (text, {})),
    "a module": (lambda text: ("from kinds import *\n", {"kinds.py": text})),
    "a package": (
        lambda text: (
            "from pack.sub.kinds import *\n",
            {"pack/__init__.py": "", "pack/sub/__init__.py": "", "pack/sub/kinds.py": text},
        )
    ),
}
"""Where classes are defined: from their text, the script and the other files."""


def cases(what: str, text: str, calls: dict[str, str], *needs: str) -> list[Case]:
    """The same classes at each place."""
    made = []
    for place, divide in PLACES.items():
        main, files = divide(text)
        made.append(Case(f"{what} in {place}", main, calls, files, needs))
    return made


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", cases("enums", ENUMS, ENUM_CALLS), ids=str)
def test_members_carry_what_they_carry_in_the_program(case, way, outcome):
    case.check(outcome(case, way))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", cases("classes", CLASSES, CLASS_CALLS), ids=str)
def test_classes_are_made_as_the_program_makes_them(case, way, outcome):
    case.check(outcome(case, way))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "case",
    cases("classes of libraries", LIBRARIES, LIBRARY_CALLS, "attrs", "pydantic"),
    ids=str,
)
def test_classes_made_with_libraries_are_whole(case, way, outcome):
    case.check(outcome(case, way))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "case",
    cases("models that name later ones", FORWARD_MODELS, FORWARD_CALLS, "pydantic"),
    ids=str,
)
def test_models_that_name_later_ones_are_complete(case, way, outcome):
    case.check(outcome(case, way))
