"""Failures as a user meets them: told at the end of each run, remembered or not, run again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from funsies.local.daemons import wait_until
from funsies.report.numbers import counted

FLOW = """\
import sys
from pathlib import Path
import funsies as f

@f.task
def parse(text: str) -> int:
    with open(PLACE + "/runs", "a") as file:
        file.write(text + "\\n")
    return 7 if Path(PLACE + "/mended").exists() else int(text)

@f.task
def double(number: int) -> int:
    return 2 * number

def build(text: str) -> f.Artefact[int]:
    return double(parse(text))

@f.task(strict=False)
def total(*numbers: f.errors.Result[int]) -> int:
    return sum(each.value_or(0) for each in numbers)

with f.Fun():
    numbers = [double(parse(text)) for text in ["1", "two", "three"]]
    built = f.put("four").bind(build)
    everything = total(*numbers, built)
    f.execute(numbers, built, everything)
    f.wait_for(numbers, built, everything)
    if sys.argv[1:] == ["take"]:
        f.take(numbers[1])
    if sys.argv[1:] == ["exit"]:
        sys.exit(5)
    if sys.argv[1:] == ["stop"]:
        raise BaseExceptionGroup("odd", [GeneratorExit()])
    print(f.take(everything))
"""


def flow(shell) -> str:
    return shell.script("flow.py", FLOW.replace("PLACE", repr(str(shell.place))))


def runs(shell) -> list[str]:
    return sorted((shell.place / "runs").read_text().split())


def row(err: str, task: str) -> list[str]:
    """Numbers of a task in the closing table: done, cached, failed, skipped, ..."""
    return next(line.split()[1:5] for line in err.splitlines() if line.split()[:1] == [task])


def test_all_failed_steps_are_told_by_cause_however_the_script_ends(shell) -> None:
    script = flow(shell)
    for argument, code in (("take", 1), ("exit", 5), ("stop", 1), ("", 1)):
        done = shell.funsies("run", script, "--workers", "1", *filter(None, [argument]))
        assert done.code == code, done.err
        _, table, told = done.err.rpartition(" task ")
        assert table
        assert row(done.err, "parse")[2] in {"2", "3"}  # from the second on all are cached
        assert told.count("error: ExceptionRaised (ValueError) in parse") == 1
        assert "3 steps failed in this way" in told
        assert "funsies cat " in told
        assert "funsies run --retry-failed" in told
        assert "funsies reset" in told
        assert ("remembered since" in done.err) is (argument != "take")
    assert runs(shell) == ["1", "four", "three", "two"]


def test_a_remembered_error_says_so_where_it_is_met(shell) -> None:
    script = flow(shell)
    first = shell.funsies("run", script, "--workers", "1", "take")
    assert "remembered since" not in first.err  # this very run has computed it
    again = shell.funsies("run", script, "--workers", "1", "take")
    raised = again.err.partition("UnwrapError")[2].partition(" task ")[0]
    assert re.search(r"remembered since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", raised)
    (source,) = set(re.findall(r"funsies reset ([0-9a-f]{10})", raised))
    assert row(again.err, "parse") == ["0", "1", "2", "0"]
    assert row(again.err, "double") == ["0", "1", "0", "2"]
    assert "nothing was run" in again.err
    shown = shell.funsies("cat", source)
    assert re.search(rf"remembered +yes; .*funsies reset {source}", shown.err)
    assert re.search(r"failed at +\d{4}-", shown.err)
    for command in ("ls", "status", f"tree {source}"):
        told = shell.funsies(*command.split())
        assert told.code == 0
        assert "funsies reset --failed" in told.err
    for command in ("wait", "execute --wait"):
        told = shell.funsies(*command.split(), source)
        assert told.code == 1
        assert re.search(rf"remembered since \d{{4}}-.*; .*funsies reset {source}", told.err)


def test_what_failed_is_run_again_with_what_depends_on_it_and_nothing_else(shell) -> None:
    script = flow(shell)
    shell.funsies("run", script, "--workers", "1")
    assert runs(shell) == ["1", "four", "three", "two"]
    (shell.place / "mended").touch()
    done = shell.funsies("run", "--retry-failed", script, "--workers", "1")
    assert (done.code, done.text) == (0, "44\n"), done.err
    assert runs(shell) == ["1", "four", "four", "three", "three", "two", "two"]
    assert row(done.err, "parse") == ["3", "1", "0", "0"]
    again = shell.funsies("run", "--retry-failed", script, "--workers", "1")
    assert "nothing to do" in again.err


def test_failed_steps_are_forgotten_by_the_name_of_their_task(shell) -> None:
    script = flow(shell)
    shell.funsies("run", script, "--workers", "1")
    assert shell.funsies("reset", "--failed", "no such").code == 5
    skipped = shell.funsies("reset", "--failed", "double")
    assert "had an error among the inputs" in skipped.err
    done = shell.funsies("reset", "--failed", "parse")
    assert done.code == 0
    assert "the errors of 3 steps (parse)" in done.err
    assert "5 steps that depend on them" in done.err  # three of double, build, and total
    counts = json.loads(shell.funsies("status", "--json").text)["tasks"]["double"]
    assert (counts["failed"], counts["skipped"]) == (0, 0)
    assert "nothing to forget" in shell.funsies("reset", "--failed").err
    assert shell.funsies("reset").code == 2
    shell.funsies("run", script, "--workers", "1")
    assert runs(shell) == ["1", "four", "four", "three", "three", "two", "two"]


def test_a_library_that_is_missing_is_not_remembered(shell) -> None:
    script = shell.script(
        "lacks.py",
        "import funsies as f\n"
        "def lacks(place):\n"
        "    open(place + '/runs', 'a').write('run\\n')\n"
        "    import surely_not_installed\n"
        "    return 1\n"
        "with f.Fun():\n"
        f"    f.execute(f.reduce(lacks, {str(shell.place)!r}))\n",
    )
    for times in (1, 2):
        done = shell.funsies("run", script, "--workers", "1", "--retry-volatile", "0")
        assert done.code == 1
        assert "not remembered: the next run tries it again" in done.err
        assert "remembered since" not in done.err
        assert runs(shell) == ["run"] * times


INTERRUPTED = """\
import time
from pathlib import Path
import funsies as f

def step(number: int) -> int:
    if number % 10 == 0:
        raise ValueError(number)
    return number

def last(place: str) -> int:
    Path(place + "/last").touch()
    while not Path(place + "/go").exists():
        time.sleep(0.01)
    return 1

def after(number: int) -> int:
    return number

with f.Fun():
    steps = [f.reduce(step, number) for number in range(30)]
    f.execute(steps)
    f.wait_for(steps)
    f.execute(f.reduce(after, f.reduce(last, PLACE)), f.reduce(step, 31))
    print("asked", flush=True)
    END
"""


SLEEPS_AT_FIRST = "Path(PLACE + '/go').exists() or time.sleep(60)"


@pytest.mark.slow
@pytest.mark.parametrize("end", ["", SLEEPS_AT_FIRST, "f.wait_for(f.reduce(last, PLACE))"])
def test_after_an_interruption_the_table_counts_what_was_done(shell, end: str) -> None:
    place = repr(str(shell.place))
    text, end = (each.replace("PLACE", place) for each in (INTERRUPTED, end))
    script = shell.script("long.py", text.replace("END", end))
    running = shell.launch("run", script, "--workers", "1")
    assert running.stdout is not None
    assert running.stdout.readline() == "asked\n"
    assert wait_until((shell.place / "last").exists, 30)
    shell.interrupt(running)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert row(err, "step")[:4] in (["27", "0", "3", "0"], ["28", "0", "3", "0"])
    assert "not finished: " in err
    assert "3 steps failed in this way" in err
    assert "run it again" in err
    assert "KeyboardInterrupt" not in err

    (shell.place / "go").touch()
    again = shell.funsies("run", "long.py", "--workers", "1", within_seconds=120)
    assert row(again.err, "last")[:2] == ["1", "0"], again.err
    assert row(again.err, "after")[:2] == ["1", "0"]


EARLY = """\
import sys, time
from pathlib import Path
import funsies as f

def step(number: int) -> int:
    if number == 100:
        raise ValueError(number)
    if number == 200:  # by now that error has been told, also to whoever is interrupted next
        Path(PLACE + "/begun").touch()
    time.sleep(0.002)
    return number

with f.Fun():
    steps = [f.reduce(step, number) for number in range(3000)]
    f.execute(steps)
    if sys.argv[1:] == ["take"]:
        f.wait_for(steps[100])
        f.take(steps[100])
    if sys.argv[1:] == ["exit"]:
        f.wait_for(steps[100])
        sys.exit(5)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("end", "code"), [("ctrl-c", 130), ("take", 1), ("exit", 5)])
def test_what_workers_do_until_they_have_left_is_counted(shell, end: str, code: int) -> None:
    script = shell.script("early.py", EARLY.replace("PLACE", repr(str(shell.place))))
    running = shell.launch("run", script, "--workers", "1", "--", end)
    if end == "ctrl-c":
        assert wait_until((shell.place / "begun").exists, 60)
        shell.interrupt(running)
    _, err = running.communicate(timeout=60)
    assert running.returncode == code, err
    [listed] = json.loads(shell.funsies("ls", "--json").text)
    statuses = listed["statuses"]
    assert row(err, "step")[:3] == [str(statuses["done"]), "0", "1"]
    assert f"not finished: {counted(statuses['ready'], 'step')}" in err


NAMES = ["[/red]", "[bold]x[/bold]", "naïve 🪐", "esc\x1b[31mred", "line\nbreak"]

NAMED = """\
import funsies as f
def same(x): return x
def wrong(x): raise ValueError("é" + x)
with f.Fun():
    good = [f.morph(same, "ß", name=name) for name in NAMES]
    bad = f.morph(wrong, "ß", name="[/x] é")
    f.execute(good, bad)
    f.wait_for(good, bad)
    print(good[0].hash, bad.hash)
"""

ENCODINGS = [
    {},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    {"LC_ALL": "C", "PYTHONIOENCODING": "ascii:surrogateescape"},
]


SHOWING = ("ls", "ls --steps", "tree {good}", "tree {bad}", "status", "graph")
FAILING = ("cat {bad}", "wait {bad}", "run named.py")


@pytest.fixture(scope="module")
def named(shared_shell) -> dict[str, str]:
    """A run of steps with such names: the hashes of one that went well and one that failed."""
    script = shared_shell.script("named.py", NAMED.replace("NAMES", ascii(NAMES)))
    good, bad = shared_shell.funsies("run", script, "--workers", "1").text.split()
    return {"good": good, "bad": bad}


@pytest.fixture
def encoded(shared_shell, variables):
    """The user with another encoding."""
    shared_shell.variables = variables
    yield shared_shell
    shared_shell.variables = {}


def first_is_quick(commands: tuple[str, ...]) -> list:
    """Each of them starts Python anew in each encoding."""
    return [commands[0], *(pytest.param(each, marks=pytest.mark.slow) for each in commands[1:])]


@pytest.mark.slow
@pytest.mark.parametrize("variables", ENCODINGS, ids=str)
@pytest.mark.parametrize("command", first_is_quick(SHOWING))
def test_names_are_text_in_any_encoding(named, encoded, command) -> None:
    done = encoded.funsies(*command.format(**named).split())
    assert done.code == 0, done.err


@pytest.mark.slow
@pytest.mark.parametrize("variables", ENCODINGS, ids=str)
@pytest.mark.parametrize("command", first_is_quick(FAILING))
def test_names_of_what_failed_are_text_in_any_encoding(named, encoded, command) -> None:
    done = encoded.funsies(*command.format(**named).split())
    assert done.code == 1, done.err
    assert "[/x]" in done.err


@pytest.mark.usefixtures("named")
def test_names_are_shown_as_text_that_does_nothing(shared_shell) -> None:
    listed = shared_shell.funsies("ls").text
    assert all(name in listed for name in NAMES[:3])
    assert "\x1b" not in listed
    assert "line\\nbreak" in listed


@pytest.mark.slow
def test_one_endless_line_is_cut(shell) -> None:
    script = shell.script(
        "loud.py",
        "import funsies as f\n"
        "def loud(): raise ValueError('begin' + 'x' * 50_000_000 + 'end')\n"
        "with f.Fun():\n"
        "    a = f.shell(\"printf begin >&2; head -c 50000000 /dev/zero | tr '\\\\0' x >&2; "
        'printf end >&2; exit 3")\n'
        "    b = f.reduce(loud)\n"
        "    f.execute(a, b); f.wait_for(a, b)\n"
        "    print(a.stdout.hash, b.hash)\n"
        "    f.take(b)\n",
    )
    done = shell.funsies("run", script, "--workers", "1")
    assert len(done.err) < 20_000
    for digest in done.text.split():
        shown = shell.funsies("cat", digest)
        assert len(shown.err) < 6_000
        assert re.search(r"begin.*left out.*end", shown.err, re.DOTALL)
        shell.funsies("debug", digest, "-o", digest)
        written = Path(shell.place, digest, "errors.txt").read_text()
        assert len(written) < 6_000
