"""What a failed command is told about a file that the step has not."""

from __future__ import annotations

import pytest

from funsies.run.shell.failed_command import advice_on_command


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("wc: data/a.txt: No such file or directory", '{"data/a.txt": put_file("data/a.txt")}'),
        ("bash: line 1: ./a.txt: No such file or directory", '{"a.txt": put_file("a.txt")}'),
        ("bash: line 1: cd: data: No such file or directory", '{"data/": put_dir("data")}'),
        ("cat: 'a.txt': No such file or directory", '{"a.txt": put_file("a.txt")}'),
        ("head: cannot open 'a.txt' for reading: No such file", '{"a.txt": put_file("a.txt")}'),
        ("FileNotFoundError: No such file or directory: 'a'", '{"a": put_file("a")}'),
        ("ls: *.csv: No such file or directory", "{name: put_file(path)}"),
    ],
)
def test_a_file_that_the_step_has_not_is_named_with_how_it_is_given(
    said: str, given: str
) -> None:
    told = advice_on_command("a command", 1, f"some text\n{said}\n")
    assert told is not None
    assert told.endswith(f"inp={given}")


@pytest.mark.parametrize("said", ["cat: /data/a.txt: No such file or directory", "something"])
def test_of_other_files_nothing_is_said(said: str) -> None:
    assert advice_on_command("a command", 1, said) is None


@pytest.mark.parametrize("word", ["a", "/", "a/", "'a"])
def test_a_long_word_is_looked_at_once(word: str) -> None:
    """Encoded data, for example: to look at it from each of its letters would take hours."""
    assert advice_on_command("a command", 1, 500_000 * word) is None
