"""Only what failed is forgotten, with what depends on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from returns.result import Result

import funsies as f


def parse(text: str, place: str) -> int:
    with (Path(place) / "runs").open("a") as file:
        file.write(f"{text} ")
    return 7 if (Path(place) / "mended").exists() else int(text)


def double(number: int) -> int:
    return 2 * number


def build(text: str, place: str) -> f.Artefact[int]:
    return f.morph(double, f.reduce(parse, text, place))


def total(*numbers: Result[int, f.Error]) -> int:
    return sum(number.value_or(0) for number in numbers)


def workflow(place: str) -> tuple[f.Artefact[int], list[f.Artefact[int]]]:
    """A sum that bears errors: of steps, of what follows them, and of what a step builds."""
    numbers = [f.morph(double, f.reduce(parse, text, place)) for text in ("1", "two")]
    built = f.dynamic.sac(split, apply, combine, f.put(["3", "four"]), place)
    return f.reduce(total, *numbers, built, strict=False), [*numbers, built]


def split(texts: list[str], place: str) -> list[tuple[str, str]]:
    return [(text, place) for text in texts]


def apply(part: f.Artefact[tuple[str, str]]) -> f.Artefact[int]:
    return f.morph(parse_pair, part)


def parse_pair(pair: tuple[str, str]) -> int:
    return parse(*pair)


def combine(parts: list[f.Artefact[int]]) -> f.Artefact[int]:
    return f.reduce(sum, f.gather(parts), out=int)


def runs(place: Path) -> list[str]:
    return sorted((place / "runs").read_text().split())


def test_what_failed_below_something_is_forgotten_and_nothing_else(tmp_path: Path) -> None:
    with f.Fun(f.Server("memory://")):
        everything, numbers = workflow(str(tmp_path))
        f.execute(everything)
        assert f.take(everything) == 2
        (tmp_path / "mended").touch()
        assert f.reset(numbers[0], failed=True) == 0
        f.reset(everything, failed=True)
        f.execute(everything)
        assert f.take(everything) == 2 + 14 + 3 + 7
        assert runs(tmp_path) == ["1", "3", "four", "four", "two", "two"]
        assert f.reset(everything, failed=True) == 0


def test_a_remembered_error_says_so_to_another_session_and_not_to_its_own(
    tmp_path: Path, redis_url: str
) -> None:
    def message(*, asks: bool) -> str:
        with f.Fun(f.Server(redis_url)):
            here = f.options(distributed=False)
            step = f.morph(double, f.reduce(parse, "two", str(tmp_path), opt=here), opt=here)
            if asks:
                f.execute(step)
            with pytest.raises(f.UnwrapError) as caught:
                f.take(step)
            return str(caught.value)

    assert "remembered" not in message(asks=True)
    for asks in (True, False):
        assert "remembered since" in message(asks=asks)
        assert "funsies run --retry-failed" in message(asks=asks)
