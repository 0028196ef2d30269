"""A directory `.funsies` that is removed while its server runs: nothing lives on for ever."""

from __future__ import annotations

import shutil
import sys

import pytest

REMOVED = """
import shutil
import funsies as f
with f.Fun():
    f.execute(f.shell("sleep 300"))
    shutil.rmtree(".funsies")
    f.wait_for(f.shell("sleep 300"))
"""


def test_a_run_whose_directory_is_removed_ends_and_leaves_nothing_behind(shell) -> None:
    done = shell.funsies("run", shell.script("removed.py", REMOVED), "--workers", "2")
    assert done.code == 3, done.err
    assert "waiting for it" not in done.err  # nothing of it will come back
    assert "or its directory removed; run it again" in done.err
    assert "lives on" not in done.err
    assert "Traceback" not in done.err
    assert shell.processes() == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of removed files")
@pytest.mark.parametrize("remedy", [pytest.param("run", marks=pytest.mark.slow), "shutdown"])
def test_a_server_and_workers_whose_directory_was_removed_are_ended(shell, remedy) -> None:
    shell.start_funsies("--workers", "1")
    shutil.rmtree(shell.place / ".funsies")
    if remedy == "run":
        assert shell.funsies("run", shell.hello(), "--stop-server").code == 0
    else:
        below = shell.elsewhere(shell.place / "below")
        done = below.funsies("shutdown", "--all")
        assert done.code == 0, done.err
        assert ".funsies was removed while its server or workers ran" in done.err
        assert below.funsies("shutdown", "--all").code == 3
    assert shell.processes() == []


@pytest.mark.slow
def test_a_server_whose_files_were_replaced_lives_on(shell) -> None:
    shell.start_funsies()
    before = shell.place / ".funsies"
    shutil.copytree(
        before, copy := shell.place / "copy", ignore=shutil.ignore_patterns("*.sock")
    )
    for file in copy.glob("server.*"):
        file.replace(before / file.name)
    assert shell.funsies("run", shell.hello(), "--workers", "1").code == 0
    assert shell.funsies("status").code == 0
    assert shell.funsies("shutdown", "--all").code == 0
    assert shell.processes() == []
