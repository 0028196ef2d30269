"""A variable of the environment counts if the program has set it and code reads it by name."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from funsies.core.fingerprint import fingerprint, variables_set
from funsies.core.fingerprint.environment import is_environment
from funsies.pickling import dump_function

WORK = """
import os, subprocess
from os import environ
ALIAS = os.environ
def reads(): return os.environ["FT_DATA"]
def other(): return os.environ["FT_OTHER"]
def names_only(): return "FT_DATA"
def takes(): return environ["FT_DATA"]
def whole(): return dict(ALIAS)
def runs(): return subprocess.run(["program"])
def helper(name): return os.getenv(name)
def by_helper(): return helper("FT_DATA")
"""

IN_ANOTHER_PROCESS = """
import json, os, sys
os.environ.update(json.loads(sys.argv[1]))
import funsies
from funsies.core.fingerprint import fingerprint
def reads(): return os.environ["FT_DATA"]
found = fingerprint(reads)
print(json.dumps([found.digest.hex(), found.environment]))
"""


def in_another_process(shell: dict[str, str], program: dict[str, str]) -> list[object]:
    """The fingerprint where the shell, and then the program, have set variables."""
    words = [sys.executable, "-c", IN_ANOTHER_PROCESS, json.dumps(program)]
    variables = {**os.environ, **shell}
    done = subprocess.run(words, env=variables, check=True, capture_output=True, text=True)
    found: list[object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", ["reads", "takes", "by_helper"])
def test_what_the_program_sets_and_code_reads_by_name_counts_with_its_value(
    name, load, monkeypatch
):
    function = getattr(load(WORK), name)
    unset = fingerprint(function)
    monkeypatch.setenv("FT_DATA", "/x")
    first = fingerprint(function)
    assert fingerprint(function) is first
    monkeypatch.setenv("FT_DATA", "/y")
    second = fingerprint(function)
    assert len({unset.digest, first.digest, second.digest}) == 3
    assert second.environment == (("FT_DATA", "/y"),)
    monkeypatch.delenv("FT_DATA")
    assert fingerprint(function).digest == unset.digest


@pytest.mark.parametrize("name", ["other", "names_only", "whole", "runs"])
def test_nothing_else_changes_the_address(name, load, monkeypatch):
    function = getattr(load(WORK), name)
    unset = fingerprint(function)
    monkeypatch.setenv("FT_DATA", "/x")
    assert fingerprint(function).digest == unset.digest


@pytest.mark.parametrize("name", ["takes", "whole"])
def test_the_environment_never_travels_as_a_whole(name, load, monkeypatch):
    monkeypatch.setenv("FT_SECRET", "5ec7e7-of-this-shell")
    parcel = dump_function(getattr(load(WORK), name))
    assert b"5ec7e7-of-this-shell" not in parcel.pickle
    assert parcel.environment == {}


def test_what_the_shell_has_set_does_not_count():
    plain = in_another_process({}, {})
    assert in_another_process({"FT_DATA": "/x"}, {}) == plain
    assert in_another_process({"FT_DATA": "/x"}, {"FT_DATA": "/x"}) == plain
    changed = in_another_process({"FT_DATA": "/x"}, {"FT_DATA": "/y"})
    assert changed[1] == [["FT_DATA", "/y"]]
    assert in_another_process({}, {"FT_DATA": "/y"}) == changed


def test_a_variable_of_the_shell_that_the_program_deletes_counts(load, monkeypatch):
    function = load(WORK.replace("FT_DATA", "PATH")).reads
    before = fingerprint(function)
    monkeypatch.delenv("PATH")
    after = fingerprint(function)
    assert after.environment == (("PATH", None),)
    assert after.digest != before.digest


def test_a_variable_can_be_ignored_whether_it_is_set_or_not(load, monkeypatch):
    function = load(WORK).by_helper
    unset = fingerprint(function, ignore=["FT_DATA"])
    monkeypatch.setenv("FT_DATA", "/x")
    ignoring = fingerprint(function, ignore=["FT_DATA"])
    assert (ignoring.digest, ignoring.environment) == (unset.digest, ())


def test_what_differs_is_told_without_the_value(load, monkeypatch):
    monkeypatch.setenv("FT_DATA", "/x")
    found = fingerprint(load(WORK).reads).ingredients
    (told,) = [each for each in found if "FT_DATA" in each.path]
    assert (told.path, told.value) == ("reads -> os.environ['FT_DATA']", "")


def test_passwords_and_keys_of_the_server_are_no_variables_of_the_program(monkeypatch):
    monkeypatch.setenv("FUNSIES_KEY", "5ec7e7")
    assert "FUNSIES_KEY" not in variables_set()


def test_a_copy_of_the_environment_is_not_the_environment():
    assert is_environment(os.environ)
    assert not is_environment(dict(os.environ))
