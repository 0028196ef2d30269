"""Commands that look at very many steps show what is of use, and say what they leave out."""

from __future__ import annotations

import json

import pytest

import funsies as f
from funsies.cli import graph
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
