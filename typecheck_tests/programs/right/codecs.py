"""Classes that have a codec, and their subclasses."""

from __future__ import annotations

import json
import pickle
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import funsies as f


class Shape(ABC):
    def __init__(self, size: float) -> None:
        self.size = size

    @abstractmethod
    def area(self) -> float: ...

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)


class Square(Shape):
    def area(self) -> float:
        return self.size**2


class Tile(Square):
    """Named by no annotation."""


class Text(Shape):
    def area(self) -> float:
        return 0.0


def write(shape: Shape) -> bytes:
    return json.dumps([type(shape).__name__, shape.size]).encode()


def read(data: bytes) -> Shape:
    name, size = json.loads(data)
    classes: dict[str, Callable[[float], Shape]] = {
        each.__name__: each for each in (Square, Tile)
    }
    return classes[name](size)


f.register_codec("shape", Shape, write, read, subclasses=True)
f.register_codec(
    "text", Text, lambda text: b"%f" % text.size, lambda data: Text(float(data))
)


def area(shape: Shape) -> float:
    return shape.area()


# %% a subclass is stored under the name of its base, and of its own
def make(size: float) -> Shape:
    return Tile(size)


def make_square(size: float) -> Square:
    return Tile(size)


def side(square: Square) -> float:
    return square.size


with f.Fun():
    first, second = f.reduce(make, 2.0), f.reduce(make_square, 3.0)
    steps = [f.reduce(area, first), f.reduce(area, second), f.reduce(side, second)]
    f.execute(first, *steps).wait()
    assert f.take(first) == Tile(2.0)
    assert [f.take(step) for step in steps] == [4.0, 9.0, 3.0]

# %% inside of containers, unions and fields, and without an annotation
@dataclass
class Drawing:
    shapes: list[Shape]
    last: Square | None = None
    extra: Any = None


def draw(sizes: list[float]) -> Drawing:
    return Drawing([Square(size) for size in sizes], Tile(0.5), {"more": Tile(0.25)})


def either(size: float) -> Shape | str:
    return Tile(size) if size else "nothing"


with f.Fun():
    drawing = f.reduce(draw, [1.0, 2.0])
    areas = drawing.map(lambda it: [shape.area() for shape in [*it.shapes, it.extra["more"]]])
    larger = drawing.map(lambda it: Tile(it.shapes[-1].size + 1))
    ends = [f.reduce(either, 1.0), f.reduce(either, 0.0)]
    f.execute(areas, larger, *ends).wait()
    assert f.take(drawing) == Drawing(
        [Square(1.0), Square(2.0)], Tile(0.5), {"more": Tile(0.25)}
    )
    assert f.take(areas) == [1.0, 4.0, 0.0625]
    assert f.take(larger) == Tile(3.0)
    assert [f.take(end) for end in ends] == [Tile(1.0), "nothing"]

# %% values that are given
with f.Fun():
    step = f.reduce(area, Tile(4.0))
    several = f.put([Tile(1.0), Square(2.0)])
    f.execute(step).wait()
    assert f.take(step) == 16.0
    assert f.take(several) == [Tile(1.0), Square(2.0)]

# %% a codec of its own goes before that of its base
def label(size: float) -> Text:
    return Text(size)


def all_of(size: float) -> list[Shape]:
    return [Text(size), Tile(size)]


def text_or(size: float) -> Shape | Text:
    return Text(size)


with f.Fun():
    text, both, other = f.reduce(label, 1.0), f.reduce(all_of, 1.0), f.reduce(text_or, 1.0)
    nothing = f.reduce(area, text)
    f.execute(nothing, both, other).wait()
    assert f.take(nothing) == 0.0
    assert f.take(both) == [Text(1.0), Tile(1.0)]
    assert f.take(other) == Text(1.0)
    assert f.put(Text(1.0)) == f.put(Text(1.0))

# %% a class and its subclasses by pickle
class Model:
    weights: list[float]


class Linear(Model):
    def __init__(self, *weights: float) -> None:
        self.weights = [*weights]


f.register_codec("model", Model, pickle.dumps, pickle.loads, subclasses=True)


def fit(points: list[float]) -> Linear:
    return Linear(*points)


def count(model: Model) -> int:
    return len(model.weights)


with f.Fun():
    number = f.reduce(count, f.reduce(fit, [1.0, 2.0]))
    f.execute(number).wait()
    assert f.take(number) == 2

# %% previews: a text, a table, a picture
class Line:
    def __init__(self, text: str) -> None:
        self.text = text


def as_picture(line: Line) -> f.Picture:
    return f.Picture(f"<svg><text>{line.text}</text></svg>".encode(), "image/svg+xml")


def as_table(line: Line) -> list[list[str]]:
    return [["word"], *([word] for word in line.text.split())]


def to_line(data: bytes) -> Line:
    return Line(data.decode())


f.register_codec("line", Line, lambda it: it.text.encode(), to_line, preview=as_picture)
f.register_codec("line", Line, lambda it: it.text.encode(), to_line, preview=as_table)
f.register_codec(
    "line", Line, lambda it: it.text.encode(), to_line, preview=lambda it: it.text
)

with f.Fun():
    line = f.put("a b").map(Line)
    f.execute(line).wait()
    assert f.take(line).text == "a b"
