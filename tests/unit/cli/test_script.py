"""Running a script in this process is like running it with Python."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from funsies.cli.exits import Exit
from funsies.cli.script import run_module, run_script


@pytest.fixture(autouse=True)
def undisturbed() -> Iterator[None]:
    """Put the main module, the module path and the modules back."""
    modules, path = dict(sys.modules), list(sys.path)
    yield
    sys.modules.clear()
    sys.modules.update(modules)
    sys.path[:] = path


def script(place: Path, text: str) -> Path:
    path = place / "script.py"
    path.write_text(text)
    return path


def test_a_script_sees_what_python_shows_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "beside.py").write_text("VALUE = 7")
    path = script(
        tmp_path,
        "import sys, os, beside\n"
        "is_same = __file__ == os.path.abspath(sys.argv[0])\n"
        "print(__name__, is_same, sys.argv[1:], beside.VALUE)\n"
        "import __main__; print(__main__.beside is beside)\n",
    )
    assert run_script(path, ["a", "--b"]) == Exit.OK
    assert capsys.readouterr().out == "__main__ True ['a', '--b'] 7\nTrue\n"


def test_a_link_to_a_script_finds_the_modules_beside_the_script(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "beside.py").write_text("VALUE = 7")
    text = "import os, sys, beside; print(beside.VALUE, os.path.basename(__file__))"
    link = tmp_path / "link.py"
    link.symlink_to(script(tmp_path / "project", text))
    assert run_script(link, []) == Exit.OK
    by_python = subprocess.run(
        [sys.executable, str(link)], capture_output=True, text=True, check=True
    )
    assert capsys.readouterr().out == by_python.stdout == "7 link.py\n"


def test_the_encoding_that_a_script_declares_is_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "script.py"
    path.write_bytes("# -*- coding: latin-1 -*-\nprint('é')\n".encode("latin-1"))
    assert run_script(path, []) == Exit.OK
    assert capsys.readouterr().out == "é\n"


def test_an_exception_shows_the_users_frames_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = script(
        tmp_path,
        "from funsies import reduce\n"
        "def broken():\n"
        "    try:\n"
        "        1 / 0\n"
        "    except ZeroDivisionError as problem:\n"
        "        raise RuntimeError('mine') from problem\n"
        "broken()\n",
    )
    assert run_script(path, []) == Exit.RESULT_IS_ERROR
    text = capsys.readouterr().err
    assert "RuntimeError: mine" in text
    assert "ZeroDivisionError" in text
    assert {line.split('"')[1] for line in text.splitlines() if "File " in line} == {str(path)}


def test_a_misuse_of_funsies_points_at_the_users_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = script(tmp_path, "from funsies import reduce\nreduce(lambda a, b: a, 1)\n")
    assert run_script(path, []) == Exit.RESULT_IS_ERROR
    text = capsys.readouterr().err
    assert f'File "{path}", line 2' in text
    assert text.count("File ") == 1


def test_a_syntax_error_is_shown_as_python_shows_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = script(tmp_path, "x = = 1\n")
    assert run_script(path, []) == Exit.RESULT_IS_ERROR
    assert "SyntaxError" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("leaving", "code"), [("", 0), ("0", 0), ("7", 7), ("'sorry'", 1), ("None", 0)]
)
def test_the_exit_code_of_a_script_is_kept(tmp_path: Path, leaving: str, code: int) -> None:
    assert run_script(script(tmp_path, f"import sys; sys.exit({leaving})"), []) == code


def test_an_interrupt_of_a_script_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_script(script(tmp_path, "raise KeyboardInterrupt"), [])


WHAT_A_MODULE_SEES = """
import sys
from . import beside
print(__name__, __spec__.name, __package__, __file__ == sys.argv[0], sys.argv[1:], beside.VALUE)
print(sys.path[0], type(__loader__).__name__, bool(__cached__))
sys.exit(len(sys.argv))
"""


def project(place: Path, files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    monkeypatch.chdir(place)


@pytest.mark.parametrize(
    ("file", "name"), [("mod.py", "seen_by.mod"), ("__main__.py", "seen_by")]
)
def test_a_module_sees_what_python_shows_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    file: str,
    name: str,
) -> None:
    files = {"seen_by/__init__.py": "", "seen_by/beside.py": "VALUE = 7"}
    project(tmp_path, files | {f"seen_by/{file}": WHAT_A_MODULE_SEES}, monkeypatch)
    assert run_module(name, ["a", "-m"]) == 3
    command = [sys.executable, "-m", name, "a", "-m"]
    plain = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (plain.returncode, plain.stdout) == (3, capsys.readouterr().out)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("seen_by.nothing", "no module named 'seen_by.nothing'"),
        ("nowhere_at_all.mod", "no module named 'nowhere_at_all.mod'"),
        ("seen_by/beside.py", "without .py; or leave out -m"),
        ("seen_by.beside.py", "without .py; or leave out -m"),
        ("..seen_by", "no module named '..seen_by'"),
        ("seen_by", "the package seen_by has no __main__.py: name a module of it"),
    ],
)
def test_a_module_that_is_not_there_is_said_to_be_missing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    message: str,
) -> None:
    project(tmp_path, {"seen_by/__init__.py": "", "seen_by/beside.py": ""}, monkeypatch)
    assert run_module(name, []) == Exit.USAGE
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("where", ["__init__.py", "mod.py"])
def test_a_module_that_imports_what_is_missing_shows_its_own_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    where: str,
) -> None:
    files = {"seen_by/__init__.py": "", "seen_by/mod.py": ""}
    files[f"seen_by/{where}"] = "import nowhere_at_all\n"
    project(tmp_path, files, monkeypatch)
    assert run_module("seen_by.mod", []) == Exit.RESULT_IS_ERROR
    text = capsys.readouterr().err
    assert f'File "{tmp_path}/seen_by/{where}", line 1' in text
    assert text.endswith("ModuleNotFoundError: No module named 'nowhere_at_all'\n")
