"""Scripts that use the documented API of funsies 0.8 run with the edits that the guide names.

In ``scripts_of_08``, a line that has to be edited says so: ``# now (name of edit): new line``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import funsies as f

SCRIPTS = Path(__file__).with_name("scripts_of_08")
GUIDE = Path(__file__).parents[2] / "docs" / "coming-from-0.8.md"
EDIT = re.compile(r"^( *)(.*?)  # now \(([\w, ]+)\): (.*)$", re.MULTILINE)
EXPECTED = {
    "bytes": r"b'two\nbla bla3two\n'",
    "connection": "-1.0",
    "debug": "1\nTrue\n1 b'bla bla'\nb'bla bla'",
    "dynamic": "b'12//11,12//20,14//33,14//40,16//55' b'12//20,14//33,14//40,16//55'\nFailure",
    "errors": "not there yet\n"
    "[3.3333333333333335, 5.0, 10.0]\n"
    "True True\n"
    "True\n"
    r"1 b'hi\n'"
    "\nTrue",
    "hello": r"b'hello\n' 5 64",
    "managed": "True\nTrue",
    "mergesort": "[1, 1, 3, 4, 5, 7, 9]",
    "nested": "b'4,,16,,23,,1'",
    "options": "7 -7 True default\n['a']\n[\"a\"]",
    "parametric": r"b'5\n' Tim Tom" "\nJohn\nFailure",
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of scripts beside a server with workers."""
    place = tmp_path_factory.mktemp("server")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("NUMBER_OF_THREADS", "4")  # the workers fill it into a template
        session = stack.enter_context(f.ManagedFun(nworkers=2, directory=place))
        path = str(Path(f.__file__).parents[1])
        yield {**os.environ, **session.server.environment(), "PYTHONPATH": path}


def edited(script: str) -> str:
    """The script after its edits."""
    return EDIT.sub(r"\1\4", script)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_script_of_08_runs_with_the_edits_of_the_guide(name, environment, tmp_path) -> None:
    script = tmp_path / f"{name}.py"
    script.write_text(edited((SCRIPTS / f"{name}.txt").read_text()))
    done = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == EXPECTED[name]


NAMES_AN_EDIT = re.compile(
    r"(of|in) funsies 0\.8|write timeout=|isinstance\(x, f\.errors\.Failure\)"
)


@pytest.mark.parametrize(
    "where", ["memory://", pytest.param("workers", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_script_of_08_as_it_was_runs_or_says_what_to_write(
    name, where, environment, tmp_path
) -> None:
    script = tmp_path / f"{name}.py"
    script.write_text(re.sub(r"  # now \(.*", "", (SCRIPTS / f"{name}.txt").read_text()))
    memory = {"FUNSIES_JOBS": where, "FUNSIES_DATA": ""} if where == "memory://" else {}
    done = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env=environment | memory,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    if done.returncode == 0:
        assert done.stdout.strip() == EXPECTED[name]
    else:
        assert NAMES_AN_EDIT.search(done.stderr), done.stderr


def test_the_guide_names_every_edit() -> None:
    scripts = [path.read_text() for path in SCRIPTS.glob("*.txt")]
    assert len(scripts) == len(EXPECTED)
    needed = {
        name
        for script in scripts
        for match in EDIT.finditer(script)
        for name in match[3].split(", ")
    }
    named = set(re.findall(r"^\| (\w+) \|", GUIDE.read_text(), re.MULTILINE))
    assert needed <= named
