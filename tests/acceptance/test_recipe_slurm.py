"""The recipe for SLURM, on a real cluster of one node; ended by a real walltime."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "recipes" / "conformers"
NEEDED = ("slurmctld", "slurmd", "sbatch", "munged", "obabel", "xtb")
MOLECULES = "OCCO ethylene_glycol\nNCCO ethanolamine\n"
CONFORMERS = 4
COMMAND = '#!/bin/sh\nexec {} -P -c "{}" "$@"\n'
MAIN = "import sys; from funsies.cli.{} import main; sys.exit(main())"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[dict[str, str]]:
    """A SLURM cluster: CI must have it, others may not. Gives the environment for it."""
    missing = [program for program in NEEDED if shutil.which(program) is None]
    why = f"needs root and {missing or NEEDED} (apt-get install slurm-wlm munge openbabel xtb)"
    if (missing or os.geteuid() != 0) and os.environ.get("CI"):
        pytest.fail(why)
    if missing or os.geteuid() != 0:
        pytest.skip(why)
    # Not below pytest's directory: munge's own user must be able to enter.
    directory = Path(tempfile.mkdtemp(prefix="slurm"))
    manage = RECIPE / "slurm" / "cluster.sh"
    try:
        ports = {name: str(free_port()) for name in ("SLURMCTLD_PORT", "SLURMD_PORT")}
        environment = os.environ | ports
        subprocess.run([manage, "start", directory], env=environment, check=True, timeout=60)
        yield {**os.environ, "SLURM_CONF": str(directory / "slurm.conf")}
    finally:
        subprocess.run([manage, "stop", directory], check=True, timeout=60)
        shutil.rmtree(directory, ignore_errors=True)


class User:
    """Somebody who submits the recipe from a directory.

    The programs on their path write down that they were called, and that they ended; those in
    ``stuck`` do not end from the second call on.
    """

    def __init__(self, place: Path, cluster: dict[str, str]) -> None:
        self.place = place
        self.calls = place / "calls"
        programs = place / "bin"
        programs.mkdir()
        for name, module in (("funsies", "main"), ("start-funsies", "start")):
            self._program(name, COMMAND.format(sys.executable, MAIN.format(module)))
        self._program("python", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        for name in ("obabel", "xtb"):
            self._recorded(name, before="")
        self.environment = {
            **{name: text for name, text in cluster.items() if not name.startswith("FUNSIES_")},
            "PATH": f"{programs}:{cluster['PATH']}",
            "PYTHONPATH": str(ROOT),
            "CONFORMERS_SCRIPT": str(RECIPE / "search.py"),
            "FUNSIES_PORT": str(free_port()),
        }

    def _program(self, name: str, text: str) -> None:
        path = self.place / "bin" / name
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def _recorded(self, name: str, before: str) -> None:
        real = shutil.which(name)
        self._program(
            name,
            f"#!/bin/sh\necho '{name} begun' >> {self.calls}\n{before}"
            f"{real} \"$@\" && echo '{name} ended' >> {self.calls}\n",
        )

    def block_xtb(self) -> None:
        """From the second call on, xtb never ends."""
        os.mkfifo(self.place / "never")
        wait = f"mkdir {self.place}/once 2> /dev/null || read line < {self.place}/never\n"
        self._recorded("xtb", before=wait)

    def unblock_xtb(self) -> None:
        """From now on, xtb ends as it should."""
        self._recorded("xtb", before="")

    def submit(self, *options: str, **variables: str) -> tuple[int, str]:
        """Submit the recipe, wait until the job has ended; its exit code, and what it said."""
        (self.place / "molecules.smi").write_text(MOLECULES)
        log = self.place / "job.log"
        log.unlink(missing_ok=True)
        job = [str(RECIPE / "slurm" / "submit.sh"), "molecules.smi"]
        done = subprocess.run(
            ["sbatch", "--wait", f"--output={log}", *options, *job],
            cwd=self.place,
            env=self.environment | variables,
            timeout=300,
            check=False,
        )
        return done.returncode, log.read_text()

    def called(self, what: str) -> int:
        """How often a program was called, or ended."""
        return self.calls.read_text().splitlines().count(what)

    def table(self) -> list[str]:
        """The results: the first words of each line."""
        lines = (self.place / "conformers.txt").read_text().splitlines()[1:]
        return [line.split()[0] for line in lines]


@pytest.fixture
def user(tmp_path: Path, cluster: dict[str, str]) -> Iterator[User]:
    user = User(tmp_path, cluster)
    yield user
    command = [sys.executable, "-c", MAIN.format("main"), "shutdown", "--all"]
    subprocess.run(command, cwd=tmp_path, env=user.environment, check=False, timeout=60)


def assert_complete(user: User) -> None:
    assert user.table() == ["ethylene_glycol"] * 2 + ["ethanolamine"] * 2, "as in the file"
    assert user.called("xtb ended") == CONFORMERS, "what was done was not done again"
    assert user.called("obabel ended") == 4


def test_workers_leave_before_the_walltime_and_the_next_job_goes_on(user: User) -> None:
    user.block_xtb()
    code, said = user.submit("--time=1")
    assert code == 75, said
    assert "submit this again" in said
    assert "TIME LIMIT" not in said
    assert user.called("xtb ended") == 1

    user.unblock_xtb()
    code, said = user.submit()
    assert code == 0, said
    assert_complete(user)


def test_workers_that_the_walltime_kills_lose_nothing(user: User) -> None:
    """These do not leave in time, and take no notice of SLURM's SIGTERM."""
    user.block_xtb()
    stubborn = {
        "FUNSIES_WALLTIME_MARGIN_SECONDS": "0.1",
        "FUNSIES_STOP_GRACE_SECONDS": "600",
        "FUNSIES_LEASE_SECONDS": "5",
    }
    code, said = user.submit("--time=1", **stubborn)
    assert code != 0
    assert "TIME LIMIT" in said
    assert user.called("xtb ended") == 1

    user.unblock_xtb()
    code, said = user.submit(FUNSIES_LEASE_SECONDS="5")
    assert code == 0, said
    assert_complete(user)
