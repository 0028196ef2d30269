"""Commands that look at very many steps show what is of use, and say what they leave out."""

from __future__ import annotations

import json

import pytest

import funsies as f
from funsies.cli import graph, ls
from funsies.cli.exits import Exit
from funsies.cli.main import main
from funsies.cli.tree import MOST_STEPS

STEPS = MOST_STEPS + 200


def add(number: int) -> int:
    return number + 1


@pytest.fixture
def end(redis_url: str) -> str:
    """The last step of a long chain."""
    with f.Fun(f.Server(redis_url)) as session:
        step = f.put(0)
        for _ in range(STEPS):
            step = f.reduce(add, step)
        session.save()
    return step.hash


@pytest.mark.slow
def test_of_a_long_chain_everything_can_be_had(
    redis_url: str, end: str, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    def said(*command: str) -> tuple[list[str], str]:
        assert main(["--jobs", redis_url, *command]) == Exit.OK
        captured = capsys.readouterr()
        return captured.out.splitlines(), captured.err

    lines, notes = said("tree", end)
    assert (len(lines), lines[-1].split("└── ")[-1]) == (MOST_STEPS + 1, "... 1 more")
    assert f"the nearest {MOST_STEPS:,} steps" in notes
    assert "--all" in notes
    lines, notes = said("tree", "--all", end)
    assert (len(lines), notes) == (STEPS + 1, "")
    assert max(map(len, lines)) < 300
    steps = json.loads("\n".join(said("tree", "--json", end)[0]))["steps"]
    assert len(steps) == STEPS
    assert len(json.loads("\n".join(said("ls", "--steps", "--json")[0]))) == STEPS
    drawn = json.loads("\n".join(said("graph", "--json", "--no-collapse")[0]))
    assert (len(drawn["nodes"]), len(drawn["edges"])) == (STEPS, STEPS - 1)
    monkeypatch.setattr(graph, "MOST_DRAWN", STEPS - 1)
    command = ["--jobs", redis_url, "graph", "--format", "svg", "--no-collapse"]
    assert main(command) == Exit.USAGE
    assert "--format dot" in capsys.readouterr().err


def test_of_a_very_large_run_ls_looks_at_the_steps_nearest_to_its_results(
    redis_url: str, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    with f.Fun(f.Server(redis_url)):
        steps = [f.reduce(add, number, name=f"add {number}") for number in range(3)]
        end = f.reduce(lambda *given: sum(given), *steps, name="end")
        f.execute(end)

    def listed(*options: str) -> tuple[list[str], str]:
        capsys.readouterr()
        assert main(["--jobs", redis_url, "ls", *options]) == Exit.OK
        captured = capsys.readouterr()
        return [name for name in ("end", "add 0", "add 1", "add 2") if name in captured.out], (
            captured.err
        )

    every = ["end", "add 0", "add 1", "add 2"]
    assert listed()[0] == listed("--steps")[0] == every
    monkeypatch.setattr(ls, "MOST_SUMMED", 4)
    assert "nearest" not in listed()[1]
    monkeypatch.setattr(ls, "MOST_SUMMED", 2)
    monkeypatch.setattr(ls, "MOST_LABELLED", 3)
    shown, notes = listed()
    assert (len(shown), shown[0]) == (2, "end")
    assert "these are the 2 steps of run 1 that are nearest to its results" in notes
    assert "funsies ls --full" in notes
    shown, notes = listed("--steps")
    assert (len(shown), shown[0]) == (3, "end")
    assert "the 3 steps" in notes
    for wider in (["--full"], ["--steps", "--full"], ["--all"], ["--json"], every):
        assert listed(*wider)[0] == every
        assert "nearest" not in listed(*wider)[1]
    assert listed("--status", "ready")[0] == every[1:]
