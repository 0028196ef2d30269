"""Where constants are written that code uses: told with file and line, wherever that is."""

from __future__ import annotations

import importlib
import sys

import pytest

from funsies.core.fingerprint import fingerprint

FILES = {
    "__init__.py": "",
    "limits.py": "# comment\nLOW = 1\nHIGH = [2]\n",
    "handed.py": "from .limits import LOW\n",
    "work.py": """\
from . import limits
from .handed import LOW
from .limits import HIGH as TOP

OWN = 3


def task(default=LOW):
    return OWN, LOW, TOP, default


def reads():
    return limits.LOW
""",
}


@pytest.fixture
def work(tmp_path, monkeypatch):
    package = tmp_path / "placed_project"
    package.mkdir()
    for name, text in FILES.items():
        (package / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("placed_project.work")
    for name in [each for each in sys.modules if each.startswith("placed_project")]:
        del sys.modules[name]


def test_a_constant_is_told_with_the_file_and_the_line_where_it_gets_its_value(work):
    found = {
        each.path.rpartition(" -> ")[2]: (each.place.file.rpartition("/")[2], each.place.line)
        for each in fingerprint(work.task).ingredients
        if each.kind != "function"
    }
    assert found["OWN"] == ("work.py", 5)
    assert found["LOW"] == ("limits.py", 2)
    assert found["TOP"] == ("limits.py", 3)


def test_what_is_read_of_a_module_is_told_with_its_place(work):
    [found] = [each for each in fingerprint(work.reads).ingredients if each.kind != "function"]
    assert found.path == "reads -> limits.LOW"
    assert (found.place.file.rpartition("/")[2], found.place.line) == ("limits.py", 2)
