"""Classes that derive from one that has a codec, and are not stored by it."""

from __future__ import annotations

import funsies as f


class Shape:
    def __init__(self, size: float) -> None:
        self.size = size


class Square(Shape):
    pass


def make(size: float) -> Square:
    return Square(size)


def area(shape: Shape) -> float:
    return shape.size


def write(shape: Shape) -> bytes:
    return str(shape.size).encode()


def read(data: bytes) -> Shape:
    return Shape(float(data))


# %% a codec for the class alone
f.register_codec("shape", Shape, write, read)

with f.Fun():
    f.reduce(make, 1.0)  # Raises: the codec of its base Shape takes it as well if it is registered with subclasses=True  # E: which has no encoding

# %% a codec that says that it is for the class alone
f.register_codec("shape", Shape, write, read, subclasses=False)

with f.Fun():
    f.reduce(make, 1.0)  # Raises: Square has no encoding  # E: which has no encoding

# %% a codec that loses the class
f.register_codec("shape", Shape, write, read, subclasses=True)

with f.Fun():
    f.put(Square(1.0))  # Raises: the codec shape makes a Shape of a Square; register a codec for Square

# %% a codec that takes something else
f.register_codec("shape", Shape, write, read, subclasses="all")  # E: incompatible type "str"

with f.Fun():
    f.put(Shape(1.0))

# %% a preview that is none
f.register_codec("shape", Shape, write, read, preview=lambda shape: shape.size)  # E: "float"

with f.Fun():
    f.put(Shape(1.0))
