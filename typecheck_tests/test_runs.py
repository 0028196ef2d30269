"""The plugin gives the same answers however mypy is run, and never ends it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from mypy.version import __version__ as mypy_version

from typecheck_tests.test_cases import HERE, ROOT

pytestmark = pytest.mark.timeout(300)  # mypy reads all of funsies when it does so first

CASES = sorted((HERE / "cases_with_plugin").glob("*.py"))
IS_PARALLEL = READS_NEWER_SYNTAX = int(mypy_version.split(".")[0]) >= 2

RECORDS = """\
import io
from dataclasses import dataclass
import funsies as f
@dataclass
class Inner:
    value: {kind}
@dataclass
class Record:
    inner: list[Inner]
def build() -> f.ShellOutput:
    return f.shell("run")
step = f.shell("run", out=[{output}])
"""

USER = """\
import funsies as f
from records import Record, step
@f.task
def read(record: Record) -> int:
    return 1
wanted = step.out["results.csv"]
"""


NEW_SYNTAX = """\
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, assert_type
import funsies as f
type Wire[T] = f.Artefact[T]
type Made = f.ShellOutput[Literal["a"]]
type Tree = int | list[Tree]
@dataclass
class Box[T]:
    inside: T
@f.task
def first[T](items: Sequence[T]) -> T:
    return items[0]
@f.task
def unboxed[T](box: Box[T], tree: Tree) -> T:
    return box.inside
def mapped[A, B](function: Callable[[A], B], wire: Wire[A]) -> Wire[B]:
    return wire.map(function)
def needs(made: Made) -> Wire[bytes]:
    return made.out["a"]
word: Wire[str] = f.put("a")
assert_type(first(f.put(["a"])), f.Artefact[str])
assert_type(unboxed(f.put(Box("a")), [1, [2]]), f.Artefact[str])
assert_type(mapped(len, word), f.Artefact[int])
assert_type(f.reduce(lambda x: x + "b", word), f.Artefact[str])
needs(f.shell("run", out=["a", "b"]))
f.reduce(abs, word)
first(word.map(len))
needs(f.shell("run")).map(str.upper)
"""


class Project:
    """Some files, and mypy with the plugin.

    Args:
        place: directory of the files.
        cache: directory of mypy's cache.
    """

    def __init__(self, place: Path, cache: Path | None = None) -> None:
        self.place = place
        self.cache = cache or place / "cache"
        self.seconds = int(time.time())
        self.write("mypy.ini", "[mypy]\nstrict = true\nplugins = funsies_mypy\n")

    def write(self, name: str, text: str) -> None:
        """Write a file, a second after the last one: mypy knows a change by size and second."""
        (self.place / name).write_text(text)
        self.seconds += 1
        os.utime(self.place / name, (self.seconds, self.seconds))

    def run(self, *arguments: str, module: str = "mypy") -> str:
        """Run a module, mypy or one that begins it, and give what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.place,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def daemon(self, *arguments: str) -> Iterator[None]:
        """Have ``dmypy`` serve. Its command ``start`` gives up after five seconds."""
        command = [sys.executable, "-m", "mypy.dmypy"]
        setting = {"cwd": self.place, "env": self._environment, "stdout": subprocess.DEVNULL}
        status = self.place / ".dmypy.json"
        with subprocess.Popen([*command, "daemon", "--", *arguments], **setting) as process:
            try:
                while not (status.exists() and status.read_text().endswith("\n")):
                    assert process.poll() is None
                    Event().wait(0.01)
                yield
            finally:
                if subprocess.run([*command, "stop"], **setting, check=False).returncode:
                    process.kill()

    @property
    def _environment(self) -> dict[str, str]:
        own = {"MYPYPATH": str(ROOT), "PYTHONPATH": str(ROOT)}
        return {**os.environ, **own, "MYPY_CACHE_DIR": str(self.cache)}

    def mypy(self, *arguments: str, module: str = "mypy") -> list[str]:
        """Run mypy, and give what it reports."""
        return problems(self.run("--no-pretty", *arguments, module=module))


def problems(output: str) -> list[str]:
    return sorted(line for line in output.splitlines() if ": error:" in line or "note:" in line)


@pytest.fixture
def fresh(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture(scope="session")
def cache(begin_cache: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begin_cache(tmp_path_factory.mktemp("projects")) / "cache"


@pytest.fixture
def project(tmp_path: Path, cache: Path) -> Project:
    """A project for which mypy has read funsies already."""
    return Project(tmp_path, cache)


@pytest.mark.slow
def test_cold_and_warm_runs_report_the_same(fresh: Project) -> None:
    files = [str(case) for case in CASES]
    cold = fresh.mypy(*files)
    assert len(cold) > 100
    assert fresh.mypy(*files) == cold


@pytest.mark.slow
@pytest.mark.skipif(not IS_PARALLEL, reason="this mypy has no -n")
def test_parallel_runs_report_the_same(fresh: Project, project: Project) -> None:
    files = [str(case) for case in CASES]
    parallel = fresh.mypy("-n", "2", *files, module="typecheck_tests.patient_mypy")
    assert _errors(parallel) == _errors(project.mypy(*files))


def _errors(lines: list[str]) -> list[str]:
    """Without notes, which list overloads: a cache has the keys of a dict in another order."""
    return [line for line in lines if ": note: " not in line]


@pytest.mark.slow
def test_a_field_that_becomes_unstorable_is_found_with_a_warm_cache(project: Project) -> None:
    project.write("user.py", USER)
    project.write("records.py", RECORDS.format(kind="int", output='"results.csv"'))
    assert project.mypy("user.py") == []
    project.write("records.py", RECORDS.format(kind="io.StringIO", output='"results.csv"'))
    assert (
        '"StringIO" at .inner[...].value, which has no encoding' in project.mypy("user.py")[0]
    )
    project.write("records.py", RECORDS.format(kind="int", output='"result.csv"'))
    assert 'no output "results.csv"' in project.mypy("user.py")[0]
    project.write("records.py", RECORDS.format(kind="int", output='"results.csv"'))
    assert project.mypy("user.py") == []


UNITS = 'from typing import Annotated\nEnergy = Annotated[float, "{unit}"]\n'
USER_OF_UNITS = """\
from typing import Annotated
import funsies as f
from units import Energy
@f.task
def energy(n: int) -> Energy:
    return 1.0 * n
@f.task
def shown(value: Annotated[float, "eV"]) -> str:
    return str(value)
step = shown(energy(1))
"""


def test_a_unit_that_another_module_names_is_followed(
    project: Project,
) -> None:
    project.write("user.py", USER_OF_UNITS)
    project.write("units.py", UNITS.format(unit="eV"))
    assert project.mypy("user.py") == []
    project.write("units.py", UNITS.format(unit="hartree"))
    assert 'is in "eV", but it is given a value in "hartree"' in project.mypy("user.py")[0]
    project.write("units.py", UNITS.format(unit="electronvolt"))
    assert project.mypy("user.py") == []


SHAPES = """
import numpy as np
from jaxtyping import Float
from typing import Annotated
Points = Float[np.ndarray, "n {size}"]
"""
USER_OF_SHAPES = """
from typing import Annotated
import numpy as np
import funsies as f
from shapes import Points
@f.task
def made(n: int) -> Annotated[np.ndarray, f.Shape["*", 3]]:
    return np.ones((n, 3))
@f.task
def count(points: Points) -> int:
    return len(points)
step = count(made(1))
"""


@pytest.mark.slow
def test_a_shape_that_another_module_names_is_followed(project: Project) -> None:
    project.write("user.py", USER_OF_SHAPES)
    project.write("shapes.py", SHAPES.format(size=3))
    assert project.mypy("user.py") == []
    project.write("shapes.py", SHAPES.format(size=2))
    assert 'arrays of shape "n 2", but it is given' in project.mypy("user.py")[0]
    project.write("shapes.py", SHAPES.format(size="m"))
    assert project.mypy("user.py") == []


@pytest.fixture
def daemon(project: Project) -> Iterator[Project]:
    project.write("user.py", USER)
    project.write("records.py", RECORDS.format(kind="int", output='"results.csv"'))
    with project.daemon("--no-pretty"):
        yield project


@pytest.mark.slow
def test_the_daemon_reports_the_same(daemon: Project) -> None:
    def check() -> list[str]:
        answer = problems(daemon.run("check", "user.py", "records.py", module="mypy.dmypy"))
        fresh = daemon.mypy("--cache-dir", os.devnull, "user.py", "records.py")
        assert answer == fresh
        return answer

    assert check() == []
    daemon.write("records.py", RECORDS.format(kind="int", output='"result.csv"'))
    assert len(check()) == 1
    daemon.write("records.py", RECORDS.format(kind="io.StringIO", output='"results.csv"'))
    assert len(check()) == 1
    daemon.write("records.py", RECORDS.format(kind="int", output='"results.csv"'))
    assert check() == []


@pytest.mark.slow
def test_the_daemon_sees_each_edit_of_a_file(daemon: Project) -> None:
    def check() -> list[str]:
        return problems(daemon.run("check", "user.py", module="mypy.dmypy"))

    for name in ("unused", "conditions", "recalled", "run_by_command", "own_codecs"):
        (case,) = (case for case in CASES if case.stem == name)
        daemon.write("user.py", case.read_text())
        assert check() == daemon.mypy("user.py")
    daemon.write("user.py", USER)
    assert check() == []


@pytest.mark.slow
@pytest.mark.skipif(
    not READS_NEWER_SYNTAX, reason="this mypy reads only the syntax of the Python it runs on"
)
def test_the_syntax_of_python_312_is_understood(fresh: Project) -> None:
    fresh.write("user.py", NEW_SYNTAX)
    reports = fresh.mypy("--python-version", "3.12", "user.py")
    lines = NEW_SYNTAX.splitlines()
    assert [int(text.split(":")[1]) - len(lines) - 1 for text in reports] == [-3, -2, -1, -1]


@pytest.mark.slow
def test_queues_are_those_that_the_project_lists_and_changing_them_is_seen(
    fresh: Project,
) -> None:
    project = fresh
    project.write("user.py", 'import funsies as f\nf.options(queue="gpus")\n')
    assert project.mypy("user.py") == []
    project.write("pyproject.toml", '[tool.funsies]\nqueues = ["default", "gpu"]\n')
    assert 'There is no queue "gpus"' in project.mypy("user.py")[0]
    assert 'did you mean "gpu"?' in project.mypy("user.py")[0]
    project.write("pyproject.toml", '[tool.funsies]\nqueues = ["gpus"]\n')
    assert project.mypy("user.py") == []


@pytest.mark.parametrize(
    "how", ["# type: ignore[funsies-encoding]", '# mypy: disable-error-code="funsies-encoding"']
)
def test_each_code_can_be_ignored_by_name(project: Project, how: str) -> None:
    first, line = (how, "") if "mypy:" in how else ("", how)
    project.write(
        "user.py", f"{first}\nimport funsies as f\nf.put(object)\nf.put(len)  {line}\n"
    )
    texts = project.mypy("user.py")
    assert not any(":4:" in text for text in texts)


@pytest.mark.slow
def test_a_code_can_be_disabled_on_the_command_line(project: Project) -> None:
    project.write("user.py", "import funsies as f\nf.put(len)\n")
    assert "[funsies-encoding]" in project.mypy("user.py")[0]
    assert project.mypy("--disable-error-code", "funsies-encoding", "user.py") == []


@pytest.mark.slow
def test_a_class_is_storable_once_its_module_registers_a_codec(project: Project) -> None:
    opaque = "class Opaque: ...\n"
    codec = (
        "from funsies.core.encoding import register_codec\n"
        "register_codec('o', Opaque, lambda o: b'', lambda data: Opaque())\n"
    )
    project.write("opaque.py", opaque)
    project.write(
        "user.py",
        "import funsies as f\nfrom opaque import Opaque\n@f.task\ndef make() -> Opaque:\n"
        "    return Opaque()\n",
    )
    assert "register a codec" in project.mypy("user.py")[0]
    project.write("opaque.py", opaque + codec)
    assert project.mypy("user.py") == []


def test_a_subclass_is_storable_once_the_module_of_its_base_says_so(project: Project) -> None:
    register = (
        "import funsies as f\nclass Opaque: ...\n"
        "f.register_codec('o', Opaque, lambda o: b'', lambda data: Opaque(){})\n"
    )
    project.write("opaque.py", register.format(""))
    project.write(
        "user.py",
        "import funsies as f\nfrom opaque import Opaque\nclass Own(Opaque): ...\n"
        "@f.task\ndef make() -> Own:\n    return Own()\n",
    )
    assert "which has no encoding" in project.mypy("user.py")[0]
    project.write("opaque.py", register.format(", subclasses=True"))
    assert project.mypy("user.py") == []


def test_recall_knows_the_inputs_of_what_the_file_commits(project: Project) -> None:
    project.write(
        "user.py",
        "import funsies as f\n"
        "from funsies.parametric import commit, recall\n"
        "name = f.put('a')\n"
        "commit('greet', {'name': name}, {'out': f.morph(str.upper, name)})\n"
        "recall('greet', {'name': 'b'})\n"
        "recall('greet', {'nmae': 'b'})\n"
        "recall('other', {'anything': 'b'})\n",
    )
    (text,) = project.mypy("user.py")
    assert text.startswith("user.py:6:")
    assert '"greet" has no input "nmae" (commit() names "name"); did you mean "name"?' in text


def test_reading_a_mutable_global_is_noted_and_no_error(project: Project) -> None:
    project.write(
        "user.py",
        "import funsies as f\nCACHE = {'a': 1}\n@f.task\ndef read(x: int) -> int:\n"
        "    return x + CACHE['a']\n",
    )
    (text,) = project.mypy("user.py")
    assert 'note: "read" reads the global "CACHE", which can change' in text
