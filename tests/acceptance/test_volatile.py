"""What the commands make of results that come from a failure of the machinery."""

from __future__ import annotations

import json

import pytest

FLOW = """\
import os, signal
from pathlib import Path
import funsies as f

@f.task(lost_retries=0)
def fragile(place: str, number: int) -> int:
    with open(place + "/runs", "a") as runs:
        runs.write("x")
    if len(Path(place, "runs").read_text()) <= LOSSES:
        os.kill(os.getpid(), signal.SIGKILL)
    return number

@f.task(strict=False)
def total(*numbers: f.Result[int, f.Error]) -> int:
    return sum(number.value_or(0) for number in numbers)

@f.task
def double(number: int) -> int:
    return 2 * number

with f.Fun():
    sums = total(fragile(PLACE, 5), 2)
    doubled = double(sums)
    f.parametric.commit("sums", {}, {"sum": sums})
    print(sums.hash, doubled.hash)
"""

TAKING = """\
    f.execute(doubled)
    f.wait_for(doubled)
    print(f.take(doubled))
"""


def flow(shell, losses: int, more: str = "") -> str:
    text = FLOW.replace("PLACE", repr(str(shell.place))).replace("LOSSES", str(losses))
    return shell.script("flow.py", text + more)


def test_a_run_asks_again_by_itself_before_the_script_takes_values(shell) -> None:
    done = shell.funsies("run", flow(shell, 1, TAKING), "--workers", "1")
    assert (done.code, done.text.splitlines()[-1]) == (0, "14"), done.err
    assert "asking again for 1 result" in done.err
    assert "WorkerLost in fragile" in done.err
    assert "VolatileWarning" not in done.err


def test_it_asks_again_once_and_the_table_counts_what_remains(shell) -> None:
    done = shell.funsies("run", flow(shell, 2), "--workers", "1")
    assert (done.code, (shell.place / "runs").read_text()) == (75, "xx"), done.err
    header = next(line for line in done.err.splitlines() if line.split()[:1] == ["task"])
    assert "volatile" in header
    assert "(volatile)" in done.err  # beside the value


@pytest.fixture
def spoilt(shell) -> list[str]:
    """Hashes of the sum and of what follows, both volatile: one loss, and nobody asks again."""
    done = shell.funsies("run", flow(shell, 1), "--workers", "1", "--retry-volatile", "0")
    assert done.code == 75, done.err
    assert "asking again" not in done.err
    assert "volatile: 1 result" in done.err
    assert "execute it again" in done.err
    return done.text.split()[:2]


def test_what_remains_volatile_has_a_code_of_its_own_and_the_next_run_mends_it(
    shell, spoilt
) -> None:
    done = shell.funsies("run", "flow.py", "--workers", "1")
    assert done.code == 0, done.err
    assert "14" in done.err
    assert "volatile" not in done.err
    assert shell.funsies("cat", spoilt[1]).text == "14"
    assert (
        json.loads(shell.funsies("ls", "--steps", "--status", "volatile", "--json").text) == []
    )


@pytest.mark.slow
def test_commands_mark_it_with_the_same_word(shell, spoilt) -> None:
    shown = shell.funsies("cat", spoilt[0])
    assert (shown.code, shown.text) == (75, "2")
    assert "WorkerLost in fragile" in shown.err
    waited = shell.funsies("wait", "--json", *spoilt)
    assert waited.code == 75
    volatile = {"status": "done", "volatile": True}
    assert json.loads(waited.text) == dict.fromkeys(spoilt, volatile)
    states = json.loads(shell.funsies("ls", "--steps", "--json").text)
    assert {each["task"]: each["volatile"] for each in states} == {
        "fragile": True,
        "total": True,
        "double": True,
    }
    tasks = json.loads(shell.funsies("ls", "--json").text)
    assert {each["task"]: each["volatile"] for each in tasks}["total"] == 1
    assert len(json.loads(shell.funsies("ls", "--status", "volatile", "--json").text)) == 3
    status = json.loads(shell.funsies("status", "--json").text)["tasks"]
    assert (status["total"]["volatile"], status["fragile"]["volatile"]) == (1, 1)
    steps = json.loads(shell.funsies("tree", spoilt[1], "--json").text)["steps"].values()
    assert [each["volatile"] for each in steps] == [True, True, True]
    nodes = json.loads(shell.funsies("graph", "--json").text)["nodes"]
    assert [each["volatile"] for each in nodes] == [1, 1, 1]


def test_commands_show_people_the_same_word(shell, spoilt) -> None:
    for command in (
        ("ls",),
        ("ls", "total"),
        ("tree", spoilt[0]),
        ("status",),
        ("graph",),
        ("graph", "--format", "mermaid"),
        ("graph", "--format", "svg", "--collapse"),
    ):
        assert "volatile" in shell.funsies(*command).text, command
    shell.funsies("debug", spoilt[0], "-o", "looked")
    step = json.loads((shell.place / "looked/step/operation.json").read_text())
    assert step["volatile"] is True
    assert json.loads(shell.funsies("logs", spoilt[0], "--json").text)["volatile"] is True


# -- asking for it by name


def test_who_asks_by_name_learns_of_it_and_asks_again(shell) -> None:
    """The step is lost three times, which is the end of the first request."""
    shell.start_funsies("--workers", "1")
    total = shell.python(flow(shell, 3)).text.split()[0]
    spoilt = shell.funsies("parametric", "run", "sums", "--wait", "--json")
    assert (spoilt.code, json.loads(spoilt.text)) == (75, {"sum": total}), spoilt.err
    assert "volatile: 1 result" in spoilt.err
    mended = shell.funsies("execute", "--wait", "--json", total)
    assert mended.code == 0, mended.err
    assert json.loads(mended.text) == {total: {"status": "done", "volatile": False}}
