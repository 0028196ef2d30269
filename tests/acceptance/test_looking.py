"""A user looks at what there is, finds what went wrong, and runs it again by hand."""

from __future__ import annotations

import json
import pickle
import subprocess
import xml.etree.ElementTree as ET

import pytest

FLOW = """\
import funsies as f

@f.task
def mean(samples: list[float]) -> float:
    print("computing")
    return sum(samples) / len(samples)

@f.task
def report(one: float, other: float) -> str:
    return f"{one} {other}"

with f.Fun():
    good, bad = mean([1.0, 2.0]), mean([])
    last = report(good, bad)
    shell = f.shell("wc -c < in.txt > out.txt", inp={"in.txt": report(good, good)},
                    out=["out.txt"])
    f.parametric.commit("average", {"a": (a := f.put([5.0]))}, {"mean": mean(a)})
    f.execute(last, shell)
    print(good.hash[:10], bad.hash[:10], last.hash[:10], shell.out["out.txt"].hash[:10])
"""


@pytest.fixture
def hashes(shell) -> list[str]:
    """Good, bad, skipped, and of a shell step: all executed."""
    done = shell.funsies("run", shell.script("flow.py", FLOW), "--workers", "1")
    assert done.code == 1, done.err
    return done.text.split()


@pytest.mark.slow
def test_what_is_there_is_listed_by_task_and_by_step(shell, hashes) -> None:
    tasks = {
        each["task"]: each for each in json.loads(shell.funsies("ls", "--json", "--all").text)
    }
    assert tasks["mean"]["statuses"] == {"done": 1, "failed": 1, "idle": 1}
    assert tasks["report"]["statuses"] == {"done": 1, "skipped": 1}
    assert "mean" in shell.funsies("ls").text
    failed = json.loads(shell.funsies("ls", "--steps", "--status", "failed", "--json").text)
    assert [each["task"] for each in failed] == ["mean"]
    assert failed[0]["outputs"][0].startswith(hashes[1])
    assert failed[0]["ended"] > 1e9
    assert failed[0]["used"]["worker"]
    assert 0 <= failed[0]["used"]["cpu_seconds"] < 60
    assert failed[0]["used"]["peak_memory_bytes"] > 1 << 20
    listed = shell.funsies("ls", "mean").text
    assert failed[0]["operation"][:10] in listed
    assert shell.funsies("ls", "nothing").text == ""
    assert shell.funsies("ls", "--status", "odd").code == 2


@pytest.mark.slow
def test_the_error_of_a_shell_step_is_shown_by_the_hash_of_the_step(shell) -> None:
    flow = """\
import funsies as f
with f.Fun():
    f.execute(f.shell("cat nothing", out=["a", "b"]), f.shell("echo fine"))
"""
    assert shell.funsies("run", shell.script("wrong.py", flow), "--workers", "1").code == 1
    listed = json.loads(shell.funsies("ls", "--steps", "--json").text)
    steps = {each["task"]: each["operation"] for each in listed}
    failed = shell.funsies("cat", steps["cat"])
    assert failed.code == 1
    assert "CommandFailed in cat" in failed.err
    several = shell.funsies("cat", steps["echo"])
    assert several.code == 5
    assert "(stdout:0)" in several.err


def test_a_result_is_traced_to_where_it_comes_from(shell, hashes) -> None:
    done = shell.funsies("tree", hashes[2])
    assert done.code == 0, done.err
    lines = done.text.splitlines()
    assert lines[0].startswith("report")
    assert lines[0].endswith("skipped")
    assert any("mean" in line and line.endswith("failed") for line in lines)
    assert any("[1.0,2.0]" in line for line in lines)
    found = json.loads(shell.funsies("tree", "--json", hashes[2]).text)
    assert len(found["steps"]) == 3
    assert len(shell.funsies("tree", "--depth", "0", hashes[2]).text.splitlines()) == 2


DYNAMIC = """\
import funsies as f

@f.task
def invert(number: float) -> float:
    return 1 / number

def build(number: float) -> f.Artefact[float]:
    print("building")
    return invert(number)

with f.Fun():
    step = f.put(0.0).bind(build)
    f.execute(step)
    print(step.hash)
"""


@pytest.mark.slow
def test_one_gets_from_a_dynamic_step_to_what_failed_in_what_it_built(shell) -> None:
    digest = shell.funsies(
        "run", shell.script("flow.py", DYNAMIC), "--workers", "1"
    ).text.strip()
    assert shell.funsies("logs", digest).text == "building\n"
    (built,) = [
        line for line in shell.funsies("tree", digest).text.splitlines() if "built" in line
    ]
    assert built.split()[1:3] == ["built:", "invert"]
    done = shell.funsies("debug", digest)
    assert f"funsies debug {built.split()[3]}" in done.err
    assert "ZeroDivisionError" in shell.funsies("replay", built.split()[3]).err
    listed = shell.funsies("ls", "--status", "failed", "--json").text
    assert {each["task"] for each in json.loads(listed)} == {"build", "invert"}


@pytest.mark.slow
def test_the_graph_is_drawn_in_every_format(shell, hashes) -> None:
    root = ET.fromstring(shell.funsies("graph", "-i", "--format", "svg").out)  # noqa: S314
    assert root.tag.endswith("svg")
    assert shell.funsies("graph", hashes[2]).text.count("fillcolor") == 3
    assert shell.funsies("graph", "--format", "mermaid").text.startswith("flowchart")
    view = json.loads(shell.funsies("graph", "--json", "--collapse", "--all").text)
    assert {node["label"]: node["number"] for node in view["nodes"]}["mean"] == 3


@pytest.mark.slow
def test_a_large_graph_is_collapsed_unless_one_insists(shell) -> None:
    shell.start_funsies()
    script = shell.script(
        "wide.py",
        "import funsies as f\nwith f.Fun():\n    [f.reduce(abs, n) for n in range(-301, 0)]\n",
    )
    shell.python(script)
    done = shell.funsies("graph")
    assert done.text.count("fillcolor") == 1
    assert "--no-collapse" in done.err
    assert shell.funsies("graph", "--no-collapse").text.count("fillcolor") == 301


@pytest.mark.slow
def test_a_failed_step_is_run_again_by_hand(shell, hashes) -> None:
    done = shell.funsies("debug", hashes[1], "-o", "look")
    assert (done.code, done.text) == (0, "look\n"), done.err
    assert "ZeroDivisionError" in (shell.place / "look" / "errors.txt").read_text()
    assert (shell.place / "look" / "step" / "log").read_text() == "computing\n"
    again = shell.python("look/step/replay.py")
    assert again.code == 1
    assert again.text == "computing\n"
    assert "ZeroDivisionError" in again.err


def test_a_shell_step_is_run_again_by_hand(shell, hashes) -> None:
    written = json.loads(shell.funsies("debug", "--json", hashes[3]).text)
    assert "step/op.sh" in written["files"]
    done = subprocess.run(
        ["sh", f"{written['directory']}/step/op.sh", "again"], cwd=shell.place, check=False
    )
    assert done.returncode == 0
    assert (shell.place / "again" / "out.txt").read_text().strip() == "7"


def test_a_directory_of_the_users_is_not_written_to(shell, hashes) -> None:
    done = shell.funsies("debug", hashes[1], "-o", ".")
    assert done.code == 2
    assert done.err.count("\n") == 1


@pytest.mark.slow
def test_a_step_is_replayed_and_debugged_here(shell, hashes) -> None:
    good = shell.funsies("replay", hashes[0])
    assert (good.code, good.text) == (0, "computing\n1.5"), good.err
    assert "the same as stored" in good.err
    bad = shell.funsies("replay", hashes[1])
    assert bad.code == 1
    assert bad.err.splitlines()[1].strip().startswith('File "')
    assert "flow.py" in bad.err.splitlines()[1]
    skipped = shell.funsies("replay", hashes[2])
    assert skipped.code == 2
    assert "funsies replay" in skipped.err
    done = subprocess.run(
        shell.command("main", "replay", "--pdb", hashes[1]),
        cwd=shell.place,
        env=shell.environment(),
        input="p samples, len(samples)\nq\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "([], 0)" in done.stdout
    assert done.returncode == 1


@pytest.mark.slow
def test_a_committed_workflow_is_run_on_other_inputs(shell, hashes) -> None:
    assert shell.funsies("parametric", "list").text == "average  a -> mean\n"
    assert "list[float] = [5.0]" in shell.funsies("parametric", "show", "average").text
    (shell.place / "samples.json").write_text("[1, 2, 6]")
    worker = shell.launch("worker")
    try:
        done = shell.funsies(
            "parametric", "run", "average", "a=@samples.json", "--timeout", "30"
        )
    finally:
        worker.terminate()
        worker.communicate(timeout=30)
    assert done.code == 0, done.err
    name, found = done.text.split()
    assert name == "mean"
    assert shell.funsies("cat", found).out == b"3.0"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["run", "average", "b=1"], 2, "its inputs are 'a'"),
        (["run", "average", "a=text"], 2, "list[float]"),
        (["run", "average", "a"], 2, "KEY=VALUE"),
        (["run", "average", "a=@nothing.json"], 2, "nothing.json"),
        (["show", "medium"], 5, "there is 'average'"),
    ],
    ids=str,
)
def test_misuse_of_a_committed_workflow_is_explained_in_one_line(
    shell, hashes, arguments: list[str], code: int, told: str
) -> None:
    done = shell.funsies("parametric", *arguments)
    assert (done.code, done.out) == (code, b"")
    assert told in done.err
    assert done.err.count("\n") == 1


def completed(shell, *words: str) -> list[str]:
    """What the shell is offered for the last word."""
    variables = {
        "_FUNSIES_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["funsies", *words]),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(
        shell.command("main"),
        cwd=shell.place,
        env=shell.environment() | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.split()]


@pytest.mark.slow
def test_the_shell_completes_hashes_and_names(shell, hashes) -> None:
    assert completed(shell, "gra") == ["graph"]
    assert hashes[1] in completed(shell, "cat", hashes[1][:4])
    assert completed(shell, "cat", "x") == []
    assert completed(shell, "ls", "me") == ["mean"]
    assert completed(shell, "parametric", "show", "av") == ["average"]
    assert completed(shell, "parametric", "run", "average", "a") == ["a="]


def test_without_a_server_nothing_is_offered_and_nothing_is_said(shell) -> None:
    assert completed(shell, "cat", "a") == []
    done = subprocess.run(
        shell.command("main"),
        env=shell.environment() | {"_FUNSIES_COMPLETE": "zsh_source"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("#compdef funsies")


def test_states_have_colours_on_a_terminal_only(shell, hashes) -> None:
    code, shown = shell.on_terminal("tree", hashes[2])
    assert code == 0
    assert "\x1b[" in shown
    assert b"\x1b[" not in shell.funsies("tree", hashes[2]).out
    assert b"\x1b[" not in shell.funsies("ls").out


def test_steps_that_are_too_deep_for_the_terminal_are_not_dropped_in_silence(shell) -> None:
    flow = """\
import functools
import funsies as f
with f.Fun():
    last = functools.reduce(lambda x, _: f.morph(lambda n: n + 1, x), range(30), f.put(0))
    f.execute(last)
    print(last.hash)
"""
    done = shell.funsies("run", shell.script("chain.py", flow), "--workers", "1")
    code, shown = shell.on_terminal("tree", done.text.strip())
    assert code == 0
    assert "... 1 more" in shown
    code, shown = shell.on_terminal("tree", "--depth", "40", done.text.strip())
    assert shown.count("done") == 30


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ["ls"],
        ["tree", "abc"],
        ["graph"],
        ["debug", "abc"],
        ["replay", "abc"],
        ["parametric", "list"],
        ["parametric", "show", "x"],
        ["parametric", "run", "x"],
    ],
    ids=" ".join,
)
def test_without_a_server_the_user_learns_how_to_start_one(shell, command: list[str]) -> None:
    done = shell.funsies(*command)
    assert (done.code, done.out) == (3, b"")
    assert "start-funsies" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.slow
def test_hashes_that_name_nothing_are_refused(shell) -> None:
    shell.start_funsies()
    for command in ("tree", "graph", "debug", "replay"):
        for prefix in ("0" * 20, "xyz", ""):
            done = shell.funsies(command, prefix)
            assert (done.code, done.out) == (5, b"")
            assert done.err.count("\n") == 1
    assert list(shell.place.glob("debug-*")) == []
    assert shell.funsies("ls").code == 0
    assert shell.funsies("graph").text.startswith("digraph")


def test_names_are_not_folded_where_no_terminal_is(shell) -> None:
    """They may be looked for with grep."""
    name = "a_task_" * 20
    text = f'import funsies as f\nwith f.Fun():\n    f.reduce(len, "a", name={name!r})\n'
    done = shell.funsies("run", shell.script("flow.py", text), "--workers", "1")
    assert name in done.err
    for command in ("ls", "status"):
        assert name in shell.funsies(command).text
    assert name in shell.funsies("ls", name).text


def test_nothing_to_list_is_said_on_stderr(shell, hashes) -> None:
    done = shell.funsies("ls", "--status", "running")
    assert (done.code, done.text) == (0, "")
    assert "funsies ls" in done.err
    assert json.loads(shell.funsies("ls", "nothing", "--json").text) == []


DIRECTORY = """\
import funsies as f

with f.Fun():
    step = f.shell("mkdir -p d/e; echo 1 > d/a; cp d/a d/run; chmod +x d/run", out=["d/"])
    f.execute(step)
    print(step.out["d/"].hash)
"""


def test_a_directory_is_listed_on_a_terminal_and_an_archive_in_a_pipe(shell) -> None:
    (hash_,) = shell.funsies("run", shell.script("flow.py", DIRECTORY)).text.split()
    code, shown = shell.on_terminal("cat", hash_)
    assert code == 0
    assert [line.split() for line in shown.splitlines()] == [
        ["2", "a"],
        ["0", "e/"],
        ["2", "run*"],
    ]
    archive = shell.place / "d.tar"
    archive.write_bytes(shell.funsies("cat", hash_).out)
    listed = subprocess.run(["tar", "tf", archive], capture_output=True, text=True, check=True)
    assert listed.stdout.split() == ["a", "e/", "run"]
    assert shell.funsies("debug", hash_, "-o", "written").code == 0
    assert (shell.place / "written" / "step" / "output_files" / "d" / "run").exists()


def test_a_pickle_is_named_on_a_terminal_and_is_itself_in_a_pipe_and_a_file(shell) -> None:
    script = """\
from collections import ChainMap
import funsies as f

@f.task
def layers(numbers: dict[str, int]) -> f.Pickled[ChainMap[str, int]]:
    return ChainMap(numbers)

with f.Fun():
    step = layers({"a": 1})
    f.execute(step).wait()
    print(step.hash[:10])
"""
    name = shell.funsies("run", shell.script("flow.py", script), "--workers", "1").text.strip()
    told = "a pickled ChainMap; a pipe or a file gets the pickle itself"
    code, shown = shell.on_terminal("cat", name)
    assert (code, shown.strip()) == (0, told)
    assert pickle.loads(shell.funsies("cat", name).out) == {"a": 1}  # noqa: S301 - it is ours
    taken = f"import funsies as f\nwith f.Fun(): f.takeout(f.get({name!r}), 'it.pkl')"
    assert shell.python(shell.script("take.py", taken)).code == 0
    assert pickle.loads((shell.place / "it.pkl").read_bytes()) == {"a": 1}  # noqa: S301
