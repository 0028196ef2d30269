"""A step that uses a codec has a new address when the code of the codec changes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

import funsies as f
from funsies.core.encoding import unregister_codec


class Grid:
    def __init__(self, size: int) -> None:
        self.size = size


@dataclass
class Field:
    grids: list[Grid]


def write(grid: Grid) -> bytes:
    return str(grid.size).encode()


def read(data: bytes) -> Grid:
    return Grid(int(data))


def read_tenfold(data: bytes) -> Grid:
    return Grid(10 * int(data))


def area(grid: Grid) -> int:
    return grid.size**2


def make(size: int) -> Grid:
    return Grid(size)


def make_field(size: int) -> Field:
    return Field([Grid(size)])


@pytest.fixture(autouse=True)
def _own_codec() -> Iterator[None]:
    yield
    unregister_codec("grid")


def addresses(
    encode: Callable[[Grid], bytes], decode: Callable[[bytes], Grid], version: str | None = None
) -> tuple[str, ...]:
    """Of a step that reads a grid, one that writes one, and one that writes it deep inside."""
    f.register_codec("grid", Grid, encode, decode, version=version)
    steps = f.reduce(area, Grid(2)), f.reduce(make, 2), f.reduce(make_field, 2)
    return tuple(step.hash for step in steps)


def test_the_same_code_gives_the_same_addresses() -> None:
    assert addresses(write, read) == addresses(write, read)


def test_other_code_gives_other_addresses_wherever_the_codec_is_used() -> None:
    before = addresses(write, read)
    for others in (addresses(write, read_tenfold), addresses(lambda _: b"1", read)):
        assert set(before).isdisjoint(others)


def test_steps_without_the_codec_keep_their_addresses() -> None:
    def address() -> str:
        return f.reduce(abs, -1).hash

    before = address()
    addresses(write, read)
    assert address() == before


def test_a_version_stands_for_the_code() -> None:
    first = addresses(write, read, version="1")
    assert addresses(write, read_tenfold, version="1") == first
    assert set(addresses(write, read, version="2")).isdisjoint(first)


def test_codecs_made_of_library_functions_can_be_seen() -> None:
    def pack(grid: Grid) -> bytes:
        import pickle  # noqa: PLC0415 - as people write it

        return pickle.dumps(grid.size)

    assert addresses(pack, read) == addresses(pack, read)


def test_what_the_code_of_a_codec_hides_is_refused_with_a_remedy() -> None:
    sizes = random.Random(1)  # noqa: S311 - a generator that is no secret
    f.register_codec("grid", Grid, write, lambda _: Grid(sizes.randint(1, 9)))
    with pytest.raises(f.FunsiesError, match=r'register_codec\(\.\.\., version="1"\)'):
        f.reduce(area, f.reduce(make, 1))


class Fine(Grid):
    pass


def make_fine(size: int) -> Grid:
    return Fine(size)


def test_whether_it_takes_subclasses_counts() -> None:
    """What was refused before is an error that would be remembered."""

    def found(*, subclasses: bool) -> tuple[str, ...]:
        f.register_codec("grid", Grid, write, read, version="1", subclasses=subclasses)
        steps = f.reduce(make_fine, 2), f.reduce(area, Grid(2)), f.reduce(lambda: Grid(1))
        return tuple(step.hash for step in steps)

    alone = found(subclasses=False)
    assert set(found(subclasses=True)).isdisjoint(alone)
    assert found(subclasses=False) == alone


def fine_area(grid: Fine) -> int:
    return grid.size**2


def test_the_code_of_the_codec_of_a_base_counts_for_subclasses() -> None:
    def address(decode: Callable[[bytes], Grid]) -> str:
        f.register_codec("grid", Grid, write, decode, subclasses=True)
        return f.reduce(fine_area, f.reduce(lambda: 0, out=Fine)).hash

    first = address(read)
    assert address(read_tenfold) != first
    assert address(read) == first


def test_an_own_codec_of_the_subclass_changes_its_steps_only() -> None:
    def addresses_now() -> tuple[str, str]:
        return f.reduce(make, 2).hash, f.reduce(lambda: 0, out=Fine).hash

    f.register_codec("grid", Grid, write, read, subclasses=True)
    first = addresses_now()
    f.register_codec("fine", Fine, write, lambda data: Fine(int(data)))
    second = addresses_now()
    unregister_codec("fine")
    assert (second[0], addresses_now()) == (first[0], first)
    assert second[1] != first[1]
