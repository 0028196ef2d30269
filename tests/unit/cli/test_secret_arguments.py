"""Which arguments hold a password, and what stays when they are taken out."""

from __future__ import annotations

import pytest

from funsies.cli.secret_arguments import split_arguments

URL = "redis://:secret@host:1"


@pytest.mark.parametrize(
    "arguments",
    [["--jobs", URL], [f"--jobs={URL}"], ["-j", URL], [f"-j{URL}"]],
    ids=lambda words: words[0][:6],
)
def test_every_way_to_write_the_option_is_known(arguments: list[str]) -> None:
    assert split_arguments(["--log", "info", *arguments, "worker", "-b"]) == (
        ["--log", "info", "worker", "-b"],
        {"FUNSIES_JOBS": URL},
    )


def test_the_store_of_large_values_may_have_one_too() -> None:
    data = "unix:///socket?Password=secret"
    kept, moved = split_arguments(["-d", data, "-j", URL, "status"])
    assert kept == ["status"]
    assert moved == {"FUNSIES_DATA": data, "FUNSIES_JOBS": URL}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--jobs"],
        ["--help"],
        ["--jobs", "redis://host:1", "status"],
        ["--data=file:///place", "status"],
        ["run", "script.py", "--jobs", URL],
        ["--", "run", "--jobs", URL],
        ["--log=info", "-x", "run", "script.py", f"--data={URL}"],
    ],
)
def test_all_else_stays_as_it_is(arguments: list[str]) -> None:
    """What follows the name of the command belongs to the command, or to the user's script."""
    assert split_arguments(arguments) == (arguments, {})
