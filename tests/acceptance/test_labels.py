"""A user tells steps apart by their labels, and gives these in the place of hashes."""

from __future__ import annotations

import json
import shlex
import subprocess

import pytest

FLOW = """\
import funsies as f

@f.task
def align(sample: str, genome: str) -> str:
    print("aligning", sample)
    return sample

@f.task
def sort(alignment: str) -> str:
    if alignment == "S2":
        raise ValueError("no order")
    return alignment

with f.Fun():
    ordered = [sort(align(each, "hg38")) for each in ("S1", "S2", "S3")]
    named = f.shell("echo fine", label="it's, the one")
    f.execute(ordered, named, f.map_each(len, ["a", "bc"], name="g"))
"""


@pytest.fixture(scope="module")
def ran(shared_shell):
    """What ``funsies run`` said of the workflow."""
    done = shared_shell.funsies("run", shared_shell.script("flow.py", FLOW), "--workers", "1")
    assert done.code == 1, done.err
    return done


def test_failures_lists_trees_and_pictures_show_labels(shared_shell, ran) -> None:
    assert "error: ExceptionRaised (ValueError) in sort(sample=S2) " in ran.err
    listed = shared_shell.funsies("ls", "--steps").text
    for label in ("align(sample=S1)", "sort(sample=S3)", "g[0]", "g[1]", "it's, the one"):
        assert label in listed
    steps = json.loads(shared_shell.funsies("ls", "align", "--json").text)
    assert {each["label"] for each in steps} == {f"align(sample=S{n})" for n in (1, 2, 3)}
    assert {each["task"] for each in steps} == {"align"}
    tree = shared_shell.funsies("tree", "sort(sample=S3)").text
    assert tree.startswith("sort(sample=S3)  ")
    assert "alignment: align(sample=S3)  " in tree
    drawn = shared_shell.funsies("graph", "--no-collapse").text
    assert 'label="align(sample=S2)\\n' in drawn
    nodes = json.loads(shared_shell.funsies("graph", "--collapse", "--json").text)["nodes"]
    assert {"align", "sort", "g"} <= {each["label"] for each in nodes}


def test_a_label_is_taken_wherever_a_hash_is(shared_shell, ran) -> None:
    assert shared_shell.funsies("cat", "sort(sample=S3)", "g[1]").text == "S32"
    assert shared_shell.funsies("cat", "g[0]").text == "1"
    assert shared_shell.funsies("logs", "align(sample=S2)").text == "aligning S2\n"
    assert shared_shell.funsies("logs", "it's, the one").text == "fine\n"
    failed = shared_shell.funsies("cat", "sort(sample=S2)")
    assert failed.code == 1
    assert failed.err.startswith("funsies: sort(sample=S2) is an error: ExceptionRaised")
    assert "step        sort(sample=S2)" in failed.err
    assert "ValueError: no order" in shared_shell.funsies("replay", "sort(sample=S2)").err
    assert shared_shell.funsies("debug", "align(sample=S1)", "-o", "look").text == "look\n"
    assert (
        "forgot the results of 2 steps" in shared_shell.funsies("reset", "align(sample=S1)").err
    )
    idle = shared_shell.funsies("cat", "sort(sample=S1)")
    assert idle.code == 4
    assert "use: funsies execute 'sort(sample=S1)'" in idle.err
    asked = shared_shell.funsies("execute", "sort(sample=S1)")
    assert asked.code == 0
    assert "wait for the end with: funsies wait 'sort(sample=S1)'" in asked.err


def test_what_is_ambiguous_or_unknown_is_told_with_labels(shared_shell, ran) -> None:
    several = shared_shell.funsies("cat", "align")
    assert several.code == 5
    assert [line.split()[1] for line in several.err.splitlines()[1:]] == [
        f"align(sample=S{number})" for number in (1, 2, 3)
    ]
    unknown = shared_shell.funsies("logs", "algin(sample=S1)")
    assert unknown.code == 5
    assert "Did you mean align(sample=S1) or " in unknown.err
    assert unknown.err.count("\n") == 1


COMPLETE = r"""
eval "$(_FUNSIES_COMPLETE=bash_source funsies)"
COMP_WORDS=(funsies cat "$1") COMP_CWORD=2 COMPREPLY=()
_funsies_completion funsies
for each in "${COMPREPLY[@]}"; do
    eval "printf '%s\n' $each"
done
"""


@pytest.mark.slow
def test_bash_is_offered_labels_that_are_read_as_they_are(shared_shell, ran) -> None:
    def offered(typed: str) -> list[str]:
        folder = shared_shell.place / "bin"
        folder.mkdir(exist_ok=True)
        command = folder / "funsies"
        command.write_text(f'#!/bin/sh\nexec {shlex.join(shared_shell.command("main"))} "$@"\n')
        command.chmod(0o755)
        variables = shared_shell.environment()
        done = subprocess.run(
            ["bash", "--norc", "-c", COMPLETE, "bash", typed],
            cwd=shared_shell.place,
            env=variables | {"PATH": f"{folder}:{variables['PATH']}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stderr == ""
        return done.stdout.splitlines()

    assert offered("align") == [f"align(sample=S{number})" for number in (1, 2, 3)]
    assert offered("'sort(sam") == [f"sort(sample=S{number})" for number in (1, 2, 3)]
    assert offered("g") == ["g[0]", "g[1]", "gather"]
    assert offered("it") == ["it's, the one"]
