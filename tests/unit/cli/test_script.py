"""Running a script in this process is like running it with Python."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from funsies.cli.exits import Exit
from funsies.cli.script import run_script


@pytest.fixture(autouse=True)
def undisturbed() -> Iterator[None]:
    """Put the main module and the module path back."""
    main, path = sys.modules["__main__"], list(sys.path)
    yield
    sys.modules["__main__"] = main
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
