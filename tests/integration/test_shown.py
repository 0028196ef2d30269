"""Notebooks show what an artefact points to, and its value if there is one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

import funsies as f
from funsies.core.encoding import unregister_codec

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


class Grid:
    def __init__(self, size: int) -> None:
        self.size = size


class Fine(Grid):
    pass


def write(grid: Grid) -> bytes:
    return json.dumps([type(grid).__name__, grid.size]).encode()


def read(data: bytes) -> Grid:
    name, size = json.loads(data)
    return {"Grid": Grid, "Fine": Fine}[name](size)


def make(size: int) -> Grid:
    return Fine(size)


@pytest.fixture(autouse=True)
def _own_codec() -> Iterator[None]:
    yield
    unregister_codec("grid")


def register(preview: Any) -> None:
    f.register_codec("grid", Grid, write, read, subclasses=True, preview=preview)


def displayed(artefact: f.Artefact[Any]) -> dict[str, Any]:
    """What a notebook gets."""
    data, _ = DisplayFormatter().format(artefact)
    return dict(data)


def shown(artefact: f.Artefact[Any]) -> str:
    """The text about the value."""
    about, _, value = displayed(artefact)["text/plain"].partition("\n")
    assert about.startswith(repr(artefact).removesuffix(">"))  # after that, what tells it
    return value


PREVIEWS = [
    (lambda grid: f"{type(grid).__name__} of {grid.size}", "text/plain", "Fine of 3"),
    (lambda grid: f"<{grid.size}>", "text/html", "&lt;3&gt;"),
    (
        lambda grid: [["x", "y"], *([i, i * i] for i in range(grid.size))],
        "text/plain",
        "x  y\n0  0\n1  1",
    ),
    (lambda _: [["x"], *([i] for i in range(100))], "text/html", "... and 80 more rows"),
    (lambda _: f.Picture(PNG), "image/png", PNG),
    (lambda _: f.Picture(b"<svg/>", "image/svg+xml"), "image/svg+xml", "<svg/>"),
    (lambda _: PNG, "text/plain", "(no preview: EncodingError: a preview is a text, rows"),
    (lambda grid: 1 // (grid.size - 3), "text/plain", "(no preview: ZeroDivisionError"),
    (None, "text/plain", "Fine object at"),
]


@pytest.mark.parametrize(("preview", "kind", "part"), PREVIEWS)
def test_a_codec_offers_a_preview(preview: Any, kind: str, part: str | bytes) -> None:
    register(preview)
    with f.Fun(f.Server("memory://")):
        step = f.reduce(make, 3)
        assert shown(step) == ""
        f.execute(step).wait()
        found = displayed(step)[kind]
        assert (part == found) if isinstance(part, bytes) else (part in found)
        assert part in displayed(f.put(Fine(3)))[kind]


def test_a_result_without_an_annotation_is_shown_by_its_codec() -> None:
    register(lambda grid: f"a grid of {grid.size}")
    with f.Fun(f.Server("memory://")):
        step = f.put(3).map(lambda size: Grid(size + 0))
        several = f.put(3).map(lambda size: [Grid(size)])
        f.execute(step, several).wait()
        assert shown(step) == "a grid of 3"
        assert "codec" in shown(several)


def test_the_preview_does_not_count() -> None:
    register(None)
    with f.Fun(f.Server("memory://")):
        before = f.reduce(make, 3).hash, f.put(Fine(3)).hash
        register(repr)
        assert (f.reduce(make, 3).hash, f.put(Fine(3)).hash) == before


VALUES = [
    (lambda: {"a": [1, 2.5]}, '{"a":[1,2.5]}'),
    (lambda: "text\n<b>", "text\n<b>"),
    (lambda: np.arange(1_000_000), "array of int64, shape (1000000,): 0, 1, 2, 3, 4, 5, ..."),
    (lambda: b"plain bytes", "plain bytes"),
    (lambda: b"\xff\x00", "2 bytes"),
    (lambda: "x" * 5000, "x" * 2000 + "..."),
    (lambda: bytes(range(128, 256)) * 100_000, "more than 1,0"),
    (lambda: bytes(range(128, 256)) * 1_000, "128,000 bytes"),
    (lambda: [1] * 1_000_000, "[1,1,1"),
    (lambda: 1 / 0, "ExceptionRaised (ZeroDivisionError) in <lambda>"),
]


@pytest.mark.parametrize(("make_it", "text"), VALUES)
def test_the_beginning_of_a_value_is_shown(make_it: Any, text: str) -> None:
    with f.Fun(f.Server("memory://")):
        step = f.reduce(make_it)
        assert displayed(step).keys() == {"text/plain", "text/html"}
        assert shown(step) == ""
        f.execute(step).wait()
        assert shown(step).startswith(text)
        assert len(shown(step)) < 3000


def test_a_picture_that_a_step_draws_is_shown() -> None:
    with f.Fun(f.Server("memory://")):
        file = f.put(PNG)
        step = f.shell("cp in.png out.png", inp={"in.png": file}, out=["out.png"])
        f.execute(step).wait()
        assert displayed(step.out["out.png"])["image/png"] == PNG


def test_directories_and_pickles_are_named() -> None:
    with f.Fun(f.Server("memory://")):
        step = f.shell("mkdir d; touch d/b d/a", out=["d/"])
        model = f.reduce(lambda: [1], out=f.Pickled[list])
        f.execute(step, model).wait()
        assert shown(step.out["d/"]) == "a, b"
        assert shown(model) == "a pickled list"


def test_a_value_is_shown_when_the_block_has_ended(redis_server_here: f.Server) -> None:
    """As in notebooks, where the next cell shows it."""
    register(lambda grid: f"a grid of {grid.size}")
    with f.Fun(redis_server_here, f.options(distributed=False)):
        value, grid = f.reduce(lambda: {"a": 1}), f.reduce(make, 3)
        f.execute(value, grid).wait()
    assert shown(value) == '{"a":1}'
    assert shown(grid) == "a grid of 3"


def test_without_a_server_an_artefact_is_shown_as_what_it_is() -> None:
    with f.Fun(f.Server("memory://")):
        step = f.reduce(abs, -1)
        f.execute(step).wait()
    assert displayed(step)["text/plain"] == repr(step)


def test_the_heading_of_an_artefact_says_what_its_step_is_called() -> None:
    def half(number: int) -> float:
        return number / 2

    with f.Fun(f.Server("memory://")):
        one, other = f.reduce(half, 1), f.reduce(half, 2)
        f.execute(one, other).wait()
        for kind in ("text/plain", "text/html"):
            assert "of half(number=1)" in displayed(one)[kind]
        assert displayed(f.put(3))["text/plain"].startswith(repr(f.put(3)))
