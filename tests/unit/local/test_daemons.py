"""Processes that outlive this one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from funsies.local.daemons import spawn


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device is always full here")
def test_a_program_that_nobody_could_find_again_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lock says by which process it is held; a full disk does not take that."""
    started: list[int] = []
    start = os.posix_spawn

    def spy(*arguments: object, **options: object) -> int:
        started.append(start(*arguments, **options))  # type: ignore[arg-type]
        return started[-1]

    monkeypatch.setattr(os, "posix_spawn", spy)
    full = os.open("/dev/full", os.O_RDWR | os.O_CLOEXEC)
    try:
        with pytest.raises(OSError):  # noqa: PT011 - which one depends on the file system
            spawn(["/bin/sleep", "600"], log=tmp_path / "log", lock=full)
    finally:
        os.close(full)
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)
