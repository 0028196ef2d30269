"""What is written down of a program holds no secrets, and can always be written."""

from __future__ import annotations

import getpass
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from funsies.config.program import hidden_arguments, program, running_program


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["--password", "pw"], ("--password", "***")),
        (["--password=pw"], ("--password=***",)),
        (["--db-password", "pw"], ("--db-password", "***")),
        (["--API_KEY=x", "y"], ("--API_KEY=***", "y")),
        (["token=x"], ("token=***",)),
        (["--token", "--verbose"], ("--token", "--verbose")),
        (["redis://me:pw@host/0"], ("redis://***@host/0",)),
        (["--url=https://me:pw@host/a?password=x"], ("--url=https://***@host/a?password=***",)),
        (["ghp_0123456789abcdef"], ("***",)),
        (["Authorization: Bearer abc.def"], ("Authorization: ***",)),
        (["Bearer abc.def"], ("Bearer ***",)),
        (["--header=X-Auth: secret"], ("--header=X-Auth: ***",)),
        (["--monkey=3", "keyboard.xyz", "-n", "5"], ("--monkey=3", "keyboard.xyz", "-n", "5")),
    ],
)
def test_what_looks_like_a_secret_is_not_written_down(
    given: list[str], kept: tuple[str, ...]
) -> None:
    assert hidden_arguments(given) == kept


def test_many_long_and_odd_arguments_are_cut_and_can_be_stored() -> None:
    record = program("flow\udcff.py", [str(each) for each in range(500)]).record
    assert record.arguments[-1] == "... 400 more"
    assert len(record.arguments) == 101
    (long,) = program("flow.py", ["x" * 10**6]).record.arguments
    assert len(long) < 2000
    (deep,) = program("flow.py", ["a=" * 10**6]).record.arguments
    assert len(deep) < 2000
    (odd,) = program("flow.py", ["\udcff\x1b[31m"]).record.arguments
    assert "\\udcff" in odd
    msgspec.json.encode(record)


def test_a_module_is_told_as_one_gives_it_to_python(monkeypatch: pytest.MonkeyPatch) -> None:
    main = ModuleType("__main__")
    main.__spec__ = ModuleSpec("project.flow", None)
    main.__file__ = "/somewhere/project/flow.py"
    monkeypatch.setitem(sys.modules, "__main__", main)
    monkeypatch.setattr(sys, "argv", ["/somewhere/project/flow.py", "a"])
    found = running_program()
    assert (found.record.script, found.record.arguments) == ("-m project.flow", ("a",))
    assert str(found.directory) == "/somewhere/project"


def test_an_interactive_program_has_no_script_and_no_arguments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    monkeypatch.setattr(sys, "argv", ["ipykernel_launcher.py", "-f", "kernel.json"])
    found = running_program()
    assert (found.record.script, found.record.arguments, found.script) == ("", (), None)


def test_a_user_without_a_name_is_told_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", unknown)
    assert program("flow.py", []).record.user.isdecimal()


def test_a_program_in_a_directory_that_was_removed_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "removed"
    place.mkdir()
    monkeypatch.chdir(place)
    place.rmdir()
    assert program("flow.py", [], "flow.py").record.directory == ""
