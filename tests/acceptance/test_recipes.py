"""The recipes do what they say, with the programs that they name."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import pytest

import funsies as f
from funsies.session import Session

RECIPES = Path(__file__).parents[2] / "recipes"
CHEMISTRY = ("obabel", "xtb")
QUICK = {"FUNSIES_LEASE_SECONDS": "2", "FUNSIES_SWEEP_SECONDS": "0.5"}
SECONDS = 100


class Place:
    """A directory with a server and workers, and copies of recipes that may be edited."""

    def __init__(self, directory: Path, session: Session) -> None:
        self.directory = directory
        self.environment = {**os.environ, **session.server.environment()}
        self._session = session
        self._before: dict[str, int] = {}

    def copy(self, recipe: str) -> Path:
        """Copy a recipe here; return its script."""
        shutil.copytree(RECIPES / recipe, self.directory / recipe)
        return self.directory / recipe / f"{recipe}.py"

    def start(self, script: Path) -> subprocess.Popen[str]:
        """Start a script beside the running server."""
        return subprocess.Popen(
            [sys.executable, str(script)],
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, script: Path) -> str:
        """Run a script; return what it printed."""
        running = self.start(script)
        printed, said = running.communicate(timeout=SECONDS)
        assert running.returncode == 0, said
        return printed

    def executed(self) -> dict[str, int]:
        """Steps that ran since the last call of this, by the name of their task."""
        counts = self._session.backend.graph.counts()
        now = {name: each.executed for name, each in counts.items()}
        new = {name: number - self._before.get(name, 0) for name, number in now.items()}
        self._before = now
        return {name: number for name, number in new.items() if number}

    def skipped(self) -> int:
        """Steps that never ran because of an error among their inputs."""
        return sum(each.skipped for each in self._session.backend.graph.counts().values())


def edit(script: Path, old: str, new: str) -> None:
    """Replace the one place where a text stands."""
    text = script.read_text()
    assert text.count(old) == 1
    script.write_text(text.replace(old, new))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A directory with a server and two workers."""
    with f.ManagedFun(nworkers=2, directory=tmp_path) as session:
        yield Place(tmp_path, session)


@pytest.fixture
def place_without_workers(tmp_path: Path) -> Iterator[Place]:
    """A directory with a server; workers are started by hand."""
    with f.ManagedFun(nworkers=0, directory=tmp_path) as session:
        yield Place(tmp_path, session)


@pytest.fixture
def chemistry() -> None:
    """Need the programs of the chemistry recipe: CI must have them, others may not."""
    missing = [program for program in CHEMISTRY if shutil.which(program) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"{missing} must be installed in CI (apt-get install openbabel xtb)")
    if missing:
        pytest.skip(f"needs {missing} (apt-get install openbabel xtb)")


# -- hello


@pytest.mark.slow
def test_hello_runs_once_and_only_what_changed_runs_again(place: Place) -> None:
    hello = place.copy("hello")
    assert place.run(hello) == "HELLO, WORLD! (10 letters)\n"
    assert place.executed() == {"tr": 1, "count_letters": 1, "describe": 1}

    assert place.run(hello) == "HELLO, WORLD! (10 letters)\n"
    assert place.executed() == {}

    edit(hello, '"""Say what was counted."""', "# another comment")
    assert place.run(hello) == "HELLO, WORLD! (10 letters)\n"
    assert place.executed() == {}

    edit(hello, " letters)", " characters)")
    assert place.run(hello) == "HELLO, WORLD! (10 characters)\n"
    assert place.executed() == {"describe": 1}


# -- simulate


def test_the_branch_of_a_failing_simulation_ends_in_its_error_and_the_others_finish(
    place: Place,
) -> None:
    printed = place.run(place.copy("simulate"))
    assert printed.splitlines() == [
        " 300 K: mean energy 750.0",
        " 600 K: mean energy 1500.0",
        "5000 K: MissingOutput in sh: SCF did not converge at 5000 K",
    ]
    assert place.executed() == {"sh": 3, "analyze_data": 2}
    assert place.skipped() == 1


@pytest.mark.slow
def test_an_error_is_remembered_until_its_cause_is_repaired(place: Place) -> None:
    simulate = place.copy("simulate")
    place.run(simulate)
    place.executed()
    place.run(simulate)
    assert place.executed() == {}

    edit(simulate.with_suffix(".sh"), "-gt 1000", "-gt 10000")
    assert "5000 K: mean energy 12500.0" in place.run(simulate)
    # The other simulations ran with the new program, made the same bytes, and stopped there.
    assert place.executed() == {"sh": 3, "analyze_data": 1}


def analyze_data(results: bytes) -> int:
    Path(os.environ["WITNESS"]).touch()
    return len(results)


def test_the_example_of_the_design_names_the_step_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``simulate`` does not write ``results.csv``: the source of the error is that step."""
    witness, programs = tmp_path / "analyze_data_ran", tmp_path / "bin"
    programs.mkdir()
    program = programs / "simulate"
    program.write_text("#!/bin/sh\necho 'no convergence'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("WITNESS", str(witness))

    with f.ManagedFun(nworkers=1, directory=tmp_path):
        sim = f.shell("simulate data.inp", inp={"data.inp": "some input"}, out=["results.csv"])
        final = f.reduce(analyze_data, sim.out["results.csv"])
        other = f.shell("cat", inp={"other.inp": "x"}, out=["other.inp"])
        f.execute(final, other)
        f.wait_for(final, other)

        error = f.take(final, strict=False).failure()
        assert error.kind is f.ErrorKind.MissingOutput
        assert error.source == sim.hash
        assert error.task == "simulate"
        assert f.take(sim.stdout) == b"no convergence\n"
        assert f.take(other.out["other.inp"]) == b"x"
    assert not witness.exists()


# -- conformers


@pytest.mark.slow
@pytest.mark.usefixtures("chemistry")
def test_conformers_tabulates_energies_and_says_why_one_is_missing(place: Place) -> None:
    conformers = place.copy("conformers")
    printed = place.run(conformers).splitlines()
    rows = json.loads((place.directory / "energies.json").read_text())
    assert len(rows) == len((conformers.with_name("molecules.smi")).read_text().splitlines())

    *good, broken = rows
    energies = [row["energy"]["total_hartree"] for row in good]
    assert energies == sorted(energies)
    assert broken["molecule"]["name"] == "broken"
    assert broken["energy"] is None
    assert "CommandFailed in obabel" in broken["error"]
    assert [line.split()[0] for line in printed[1:]] == [
        row["molecule"]["name"] for row in rows
    ]

    water = next(row for row in good if row["molecule"]["name"] == "water")
    assert water["energy"]["total_hartree"] == pytest.approx(-5.07054, abs=1e-4)
    assert water["structure"] == {"formula": "H2O", "atoms": 3}


@pytest.mark.slow
@pytest.mark.usefixtures("chemistry")
def test_conformers_runs_only_what_an_edit_concerns(place: Place) -> None:
    conformers = place.copy("conformers")
    first = place.run(conformers)
    assert place.executed()["xtb"] == 9

    assert place.run(conformers) == first
    assert place.executed() == {}

    edit(conformers, "# Open Babel ends", "# As is well known, Open Babel ends")
    assert place.run(conformers) == first
    assert place.executed() == {}

    edit(conformers, "text = report.decode()", 'text = report.decode("utf-8")')
    assert place.run(conformers) == first
    assert place.executed() == {"read_energy": 9}


@pytest.mark.slow
@pytest.mark.usefixtures("chemistry")
def test_conformers_gives_the_same_table_if_a_worker_is_killed_in_the_middle(
    place_without_workers: Place, tmp_path: Path
) -> None:
    """Two workers started by hand; ``kill -9`` hits the first while xtb runs."""
    place = place_without_workers
    expected = _expected_table(tmp_path)
    with ExitStack() as workers:
        stuck = _stuck_xtb(tmp_path)
        first = workers.enter_context(
            Terminal(place, {"PATH": f"{stuck}:{os.environ['PATH']}"})
        )
        running = place.start(place.copy("conformers"))
        # Blocks until the first worker has started xtb, which then waits for ever.
        stuck_pid = int((stuck / "started").read_text())
        workers.enter_context(Terminal(place, {}))
        first.kill()
        printed, said = running.communicate(timeout=SECONDS)
        assert running.returncode == 0, said
        assert _is_gone(stuck_pid)
    assert printed == expected


def _expected_table(tmp_path: Path) -> str:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with f.ManagedFun(nworkers=2, directory=elsewhere) as session:
        undisturbed = Place(elsewhere, session)
        return undisturbed.run(undisturbed.copy("conformers"))


def _stuck_xtb(tmp_path: Path) -> Path:
    """Make an ``xtb`` that says that it has started, and never ends."""
    directory = tmp_path / "stuck"
    directory.mkdir()
    for pipe in ("started", "never"):
        os.mkfifo(directory / pipe)
    program = directory / "xtb"
    program.write_text(
        f"#!/bin/sh\necho $$ > {directory}/started\nread line < {directory}/never\n"
    )
    program.chmod(0o755)
    return directory


class Terminal:
    """A worker as one starts it in another terminal."""

    def __init__(self, place: Place, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "funsies.cli", "worker"],
            cwd=place.directory,
            env={**place.environment, **QUICK, **environment},
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Self:
        return self

    def kill(self) -> None:
        """End it as ``kill -9`` does."""
        self._process.send_signal(signal.SIGKILL)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)


def _is_gone(pid: int) -> bool:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:  # the first worker could not end it: who does so has to notice that
        return bool(select.select([descriptor], [], [], SECONDS)[0])
    finally:
        os.close(descriptor)
