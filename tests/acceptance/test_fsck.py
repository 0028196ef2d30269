"""``funsies fsck`` as somebody uses it whose disk has failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from funsies.cli.exits import Exit

SCRIPT = """
import funsies as f


@f.task
def repeated(letter: str) -> bytes:
    return letter.encode() * 100_000


@f.task
def size(data: bytes) -> int:
    return len(data)


with f.Fun():
    steps = [size(repeated(letter)) for letter in "abc"]
    f.execute(*steps)
    f.wait_for(steps)
    print([f.take(each) for each in steps])
"""


def values_in(place: Path) -> list[Path]:
    return sorted((place / ".funsies" / "data").glob("??/??/*"))


@pytest.mark.slow
def test_damaged_values_are_named_forgotten_and_computed_by_the_next_run(shell: Any) -> None:
    shell.script("workflow.py", SCRIPT)
    assert shell.funsies("run", "workflow.py").code == Exit.OK
    clean = shell.funsies("fsck")
    assert (clean.code, clean.out) == (Exit.OK, b"")
    assert clean.err.endswith("3 large values (300.0 kB): nothing is damaged\n")
    flipped, cut, gone = values_in(shell.place)
    flipped.write_bytes(b"?" + flipped.read_bytes()[1:])
    cut.write_bytes(cut.read_bytes()[:-1])
    gone.unlink()
    found = shell.funsies("fsck")
    assert found.code == Exit.DAMAGED
    assert found.text.count("problem data    result ") == 3
    assert found.text.count(" of repeated (step ") == 3
    assert found.text.count("do not match their digest") == 2
    assert found.text.count("the bytes are gone") == 1
    assert found.err.endswith(": 3 things damaged, 0 mended\n")
    assert shell.funsies("fsck", "--repair").code == Exit.OK
    asked = SCRIPT.replace("steps = [", "steps = [repeated(letter) for letter in 'abc'] + [")
    again = shell.script("again.py", asked)
    assert shell.funsies("run", again).code == Exit.OK
    assert len(values_in(shell.place)) == 3
    assert shell.funsies("fsck").code == Exit.OK


@pytest.mark.slow
def test_on_a_terminal_it_says_how_far_it_is(shell: Any) -> None:
    shell.script("workflow.py", SCRIPT)
    shell.funsies("run", "workflow.py")
    values_in(shell.place)[0].unlink()
    code, shown = shell.on_terminal("fsck")
    assert code == Exit.DAMAGED
    assert "checking " in shown
    assert "the bytes are gone" in shown


@pytest.mark.slow
def test_values_out_of_reach_are_not_taken_for_lost(shell: Any) -> None:
    shell.script("workflow.py", SCRIPT)
    data = shell.place / "values"
    shell.funsies("--data", f"file://{data}", "run", "workflow.py")
    data.rename(data.with_name("elsewhere"))
    done = shell.funsies("fsck", "--repair")
    assert done.code == Exit.NO_SERVER
    assert "is not here" in done.err
    data.with_name("elsewhere").rename(data)
    assert shell.funsies("fsck").code == Exit.OK
