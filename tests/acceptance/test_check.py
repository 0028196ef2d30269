"""``funsies check``: what a user sees of right and wrong workflows, before anything runs."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(300)  # mypy reads all of funsies the first time

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


def check(shell, *arguments: str):
    return shell.funsies("check", *arguments, within_seconds=200)


def test_a_right_workflow_passes_and_nothing_of_it_runs(shell) -> None:
    done = check(shell, "--build", shell.script("right.py", RIGHT))
    assert done.code == 0
    assert "Success" in done.text
    assert "nothing runs" not in done.text
    assert "the result is" not in done.text
    assert "right.py: 1 step can be built" in done.err


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
