"""The process that cleans up after a program that could not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from funsies.config import Directory
from funsies.local import guard
from funsies.local.daemons import funsies_command


@pytest.mark.parametrize(("said", "is_left"), [(b"done", True), (b"", False)])
def test_a_guard_cleans_up_unless_the_program_says_that_it_has(
    said: bytes, is_left: bool, tmp_path: Path
):
    directory, temporary = tmp_path / ".funsies", tmp_path / "temporary"
    directory.mkdir()
    temporary.mkdir()
    command = funsies_command("guard", str(directory), f"--remove={temporary}")
    done = subprocess.run(command, input=said, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert temporary.exists() is is_left


def test_a_guard_that_has_nothing_to_do_imports_nothing_for_it(tmp_path: Path):
    code = (
        "import sys\n"
        "from funsies.cli.main import main\n"
        f"main(['guard', {str(tmp_path)!r}])\n"
        "print(sorted({'redis', 'funsies.local.guard', 'funsies.store'} & {*sys.modules}))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, input=b"done", capture_output=True, timeout=60, check=False)
    assert done.stderr == b""
    assert done.stdout.strip() == b"[]"


_WITH_A_GUARD = """
import sys
from pathlib import Path
from funsies.config import Directory
from funsies.local import guard

{patch}
with guard.guarded(Directory(Path(sys.argv[1])), [], stops_server=False):
    pass
"""


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param("guard.clean_up = lambda *_, **__: False", id="others use the server"),
        pytest.param(
            "guard._STOP_SECONDS = 0.0\n"
            "guard.funsies_command = lambda *_: ['sh', '-c', 'read -r line; exec sleep 1']",
            id="it takes long to end",
        ),
    ],
)
def test_a_program_ends_without_complaints_before_its_guard_does(
    patch: str, tmp_path: Path
) -> None:
    code = _WITH_A_GUARD.format(patch=patch)
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_guard_is_left_to_clean_up_where_the_program_could_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    directory = Directory(tmp_path / ".funsies")
    monkeypatch.setattr(guard, "clean_up", _interrupted)
    released: list[subprocess.Popen[bytes]] = []
    monkeypatch.setattr(guard, "leave", released.append)
    with (
        pytest.raises(KeyboardInterrupt),
        guard.guarded(directory, [], stops_server=False, removes=temporary),
    ):
        pass
    (left,) = released
    assert left.wait(60) == 0
    assert not temporary.exists()


def _interrupted(*_: object, **__: object) -> bool:
    raise KeyboardInterrupt
