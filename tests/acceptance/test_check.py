"""``funsies check``: what a user sees of right and wrong workflows, before anything runs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(300)  # mypy reads all of funsies the first time

SCRIPTS_OF_08 = Path(__file__).with_name("scripts_of_08")

RIGHT = """\
import funsies as f
def double(x: int) -> int:
    print("nothing runs")
    return 2 * x
with f.Fun():
    two = f.reduce(double, 1)
    f.execute(two)
    f.wait_for(two)
    print("the result is", f.take(two))
"""

WRONG_TYPE = """\
import funsies as f
def double(x: int) -> int:
    return 2 * x
f.execute(f.reduce(double, "text"))
"""

WRONG_AT_RUN_TIME = """\
import funsies as f
from typing import Any
def double(x: int) -> int:
    return 2 * x
given: Any = "text"
with f.Fun():
    f.execute(f.reduce(double, given))
"""


WITH_ARGUMENTS = """\
import argparse
import funsies as f
parser = argparse.ArgumentParser()
parser.add_argument("number", type=int)
with f.Fun():
    f.execute(f.put(parser.parse_args().number).map(lambda number: number + 1))
raise SystemExit(3)
"""


@pytest.fixture(autouse=True)
def cache(shell, tmp_path_factory) -> None:
    """One cache for all tests, and none of it in the home of who runs them."""
    shell.variables["XDG_CACHE_HOME"] = str(tmp_path_factory.getbasetemp() / "cache")


def check(shell, *arguments: str):
    return shell.funsies("check", *arguments, within_seconds=200)


def test_a_right_workflow_passes_and_nothing_of_it_runs(shell) -> None:
    done = check(shell, "--build", shell.script("right.py", RIGHT))
    assert done.code == 0
    assert "Success" in done.text
    assert "nothing runs" not in done.text
    assert "the result is" not in done.text
    assert "right.py: 1 step can be built" in done.err


def test_scripts_of_08_are_told_the_edits_that_types_know(shell) -> None:
    """And of nothing else it is said that it is wrong."""
    edited = {}
    for path in SCRIPTS_OF_08.glob("*.txt"):
        text = path.read_text()
        shell.script(f"{path.stem}.py", re.sub(r"  # now \(.*", "", text))
        edited |= {
            (path.stem, number): match[1]
            for number, line in enumerate(text.splitlines(), 1)
            if (match := re.search(r"# now \((.*?)\)", line))
        }
    done = check(shell, "--json", ".")
    found = {
        (each["file"].removesuffix(".py"), each["line"]): each["hints"]
        for each in json.loads(done.out)
        if each["code"] != "unreachable" or each["hints"]
    }
    assert found.keys() <= edited.keys()
    hinted = {edited[place] for place, hints in found.items() if hints}
    always = {"connection", "get", "imports", "timeout"}
    assert hinted == always | {"match", "result", "server"}
    assert {place for place, edit in edited.items() if edit in always} <= found.keys()


def test_a_wrong_type_is_shown_with_its_line_and_fails(shell) -> None:
    done = check(shell, shell.script("wrong.py", WRONG_TYPE))
    assert done.code == 1
    assert "wrong.py:4:28: error:" in done.text
    assert "[funsies-arg]" in done.text
    assert '    f.execute(f.reduce(double, "text"))\n' in done.text
    assert f"\n    {' ' * 27}^\n" in done.text


def test_what_types_do_not_say_is_found_by_building(shell) -> None:
    script = shell.script("wrong.py", WRONG_AT_RUN_TIME)
    assert check(shell, script).code == 0
    done = check(shell, "--build", script)
    assert done.code == 1
    assert "WiringError" in done.err
    assert 'File "' in done.err


def test_a_script_that_python_cannot_read_fails(shell) -> None:
    done = check(shell, shell.script("broken.py", "import funsies as f\nf.reduce(\n"))
    assert done.code == 1
    assert "broken.py:" in done.text


def test_without_mypy_it_says_what_to_install(shell) -> None:
    hidden = "import sys; sys.modules['mypy'] = None\n"
    (shell.place / "sitecustomize.py").write_text(hidden)
    shell.variables["PYTHONPATH"] = str(shell.place)
    done = check(shell, shell.script("right.py", RIGHT))
    assert done.code == 2
    assert "pip install 'funsies[mypy]'" in done.err


def test_scripts_of_the_same_name_are_checked_each_with_what_stands_beside_it(shell) -> None:
    for place, kind in (("a", "int"), ("b", "str")):
        (shell.place / place).mkdir()
        shell.script(f"{place}/helper.py", f"def same(x: {kind}) -> {kind}:\n    return x\n")
        shell.script(
            f"{place}/run.py",
            "import funsies as f\nimport helper\nf.execute(f.reduce(helper.same, 3))\n",
        )
    done = check(shell, "a/run.py", "b/run.py")
    assert done.code == 1
    assert "a/run.py" not in done.text
    assert 'b/run.py:3:33: error: Argument 2 to "reduce" has type "int"' in done.text
    assert "Found 1 error in 1 file (checked 2 source files)" in done.text
    assert check(shell, ".").text == done.text.replace("checked 2", "checked 4")


def test_a_directory_without_scripts_is_no_success(shell) -> None:
    (shell.place / "empty").mkdir()
    done = check(shell, "empty")
    assert done.code == 2
    assert "there is no Python file in empty" in done.err


def test_what_is_wrong_can_be_read_by_programs(shell) -> None:
    done = check(shell, "--json", shell.script("wrong.py", WRONG_TYPE))
    assert done.code == 1
    (found,) = json.loads(done.text)
    assert (found["file"], found["line"], found["column"]) == ("wrong.py", 4, 28)
    assert found["code"] == "funsies-arg"
    assert json.loads(check(shell, "--json", shell.script("right.py", RIGHT)).text) == []


def test_building_gives_a_script_its_arguments(shell) -> None:
    script = shell.script("script.py", WITH_ARGUMENTS)
    refused = check(shell, "--build", script)
    assert refused.code == 1
    assert "the following arguments are required: number" in refused.err
    assert "--arguments gives it what it needs" in refused.err
    done = check(shell, "--build", "--arguments", "3", script)
    assert done.code == 0
    assert "script.py: 1 step can be built" in done.err


def test_a_script_that_fails_by_itself_is_told_of(shell) -> None:
    script = shell.script("script.py", "import funsies as f\nf.Fun()\nraise SystemExit(3)\n")
    done = check(shell, "--build", script)
    assert done.code == 1
    assert "script.py: it ended with exit code 3, after building 0 steps" in done.err


def test_checking_leaves_nothing_behind_in_the_directory(shell) -> None:
    check(shell, shell.script("right.py", RIGHT))
    assert [each.name for each in shell.place.iterdir()] == ["right.py"]
