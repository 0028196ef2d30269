"""What programs and libraries say of the machine, each in its own words, is not remembered."""

from __future__ import annotations

import errno
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import funsies as f
from funsies.run.python import call_function

SHARED = "file:words?mode=memory&cache=shared"
LIBRARY = str(Path(pytest.__file__).with_name("compute.py"))


def too_long_a_file() -> None:
    raise OSError(errno.EFBIG, "File too large")  # as `ulimit -f` makes it


def database_in_use() -> None:
    with closing(sqlite3.connect(SHARED, uri=True)) as one:
        one.execute("create table t (n)")
        one.execute("insert into t values (1)")  # and does not commit it
        with closing(sqlite3.connect(SHARED, uri=True)) as other:
            other.execute("select * from t")


def full_database() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("pragma max_page_count = 1")
        database.execute("create table t (n)")


def array_on_a_full_disk() -> None:
    raise OSError("125000 requested and 0 written")  # as NumPy says it, without a number


def hierarchical_file() -> None:
    raise OSError("write failed: errno = 28, error message = 'No space left on device'")


def library_with_its_own_exceptions() -> None:
    """As one that is written in Rust or C++."""
    code = compile("raise Strange('No space left on device (os error 28)')", LIBRARY, "exec")
    exec(code, {"Strange": type("ComputeError", (Exception,), {})})  # noqa: S102


@pytest.mark.parametrize(
    "step",
    [
        too_long_a_file,
        database_in_use,
        full_database,
        array_on_a_full_disk,
        hierarchical_file,
        library_with_its_own_exceptions,
    ],
)
def test_a_library_says_it_without_a_number(step: Callable[[], object]) -> None:
    error = call_function(step, (), {}).failure()
    assert error.volatile, error.details


def missing_database() -> None:
    sqlite3.connect("surely-not-there/x.db").close()


def wrong_statement() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("select * from surely_not_there")


def line_of_the_data() -> None:
    raise ValueError("cannot read the line 'disk: Input/output error'")


@pytest.mark.parametrize("step", [missing_database, wrong_statement, line_of_the_data])
def test_the_step_may_say_the_same_of_itself(step: Callable[[], object]) -> None:
    error = call_function(step, (), {}).failure()
    assert not error.volatile, error.details


NO_LIBRARY = (
    "ImportError: libGL.so.1: cannot open shared object file: No such file or directory"
)
NO_NAME = "ImportError: cannot import name 'x' from 'numpy' (/lib/numpy/__init__.py)"
SAID = [
    NO_LIBRARY,
    NO_NAME,
    "/usr/bin/python3: No module named pytest",
    "OSError: libcuda.so.1: cannot open shared object file: No such file or directory",
    "Error in library(dplyr) : there is no package called 'dplyr'",
    "Can't locate Bio/Seq.pm in @INC (you may need to install the Bio::Seq module)",
    "Error: Cannot find module 'lodash'",
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'lodash' imported from /work/main.mjs",
    "cannot load such file -- nokogiri (LoadError)",
    "ERROR: ArgumentError: Package Plots not found in current path.",
    "sort: write failed: /scratch/x: File too large",
]


@pytest.mark.parametrize("line", SAID)
def test_a_command_says_that_a_library_is_missing(line: str) -> None:
    """The error quotes the line, which may stand far above its end."""
    with f.Fun(f.Server("memory://")):
        step = f.shell("cat said >&2\nexit 1", inp={"said": f"one\n{line}\nlast\n"})
        f.execute(step)
        error = f.take(step.stdout, strict=False).failure()
    assert error.volatile
    assert f'it said "{line}".' in error.details


@pytest.mark.parametrize(
    "line",
    ["main.R: object 'x' not found", "cannot find the module of elasticity", "x.so: bad"],
)
def test_a_command_may_fail_by_itself(line: str) -> None:
    with f.Fun(f.Server("memory://")):
        step = f.shell("cat said >&2\nexit 1", inp={"said": line})
        f.execute(step)
        assert f.take(step.stdout, strict=False).failure().is_remembered


@pytest.mark.skipif(sys.platform != "linux", reason="shells say it by other numbers")
@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("ulimit -f 1; exec head -c 9999 /dev/zero > file", "SIGXFSZ"),
        ("ulimit -f 1; head -c 9999 /dev/zero > file", "SIGXFSZ"),
        ("kill -XCPU $$", "SIGXCPU"),
    ],
)
def test_a_limit_of_the_machine_says_nothing_of_the_step(command: str, name: str) -> None:
    with f.Fun(f.Server("memory://")):
        step = f.shell(command)
        f.execute(step)
        error = f.take(step.stdout, strict=False).failure()
    assert error.volatile
    assert f"ended it by {name}" in error.details
    assert "A limit on" in error.details
