"""A command that cannot be started leaves nothing open."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from funsies.run.shell.command import Command, environment_of_step
from funsies.run.shell.command_output import CommandOutput


def no_pipes(printed: CommandOutput, patch: pytest.MonkeyPatch) -> None:
    pipe, made = os.pipe, []

    def one_more() -> tuple[int, int]:
        if made:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        made.append(pipe())
        return made[0]

    patch.setattr(os, "pipe", one_more)


def no_place(printed: CommandOutput, patch: pytest.MonkeyPatch) -> None:
    printed.to_files()
    printed.directory.rmdir()


def no_processes(printed: CommandOutput, patch: pytest.MonkeyPatch) -> None:
    def no_more(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    patch.setattr("subprocess.Popen", no_more)


@pytest.mark.parametrize("lack", [no_pipes, no_place, no_processes])
def test_nothing_is_left_open(
    lack: Callable[[CommandOutput, pytest.MonkeyPatch], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printed = CommandOutput(tmp_path / "streams")
    before = open_files()
    with monkeypatch.context() as patch:
        lack(printed, patch)
        with pytest.raises(OSError):  # noqa: PT011 - each is another one
            Command(["true"], tmp_path, environment_of_step(), register=0, printed=printed)
    printed.close()
    assert open_files() == before


def open_files() -> list[str]:
    return sorted(each.name for each in Path("/dev/fd").iterdir())
