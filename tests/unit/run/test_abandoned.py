"""Directories that are held, while others look for what was left behind."""

from __future__ import annotations

import os
from pathlib import Path

from funsies.store.data import temporary
from funsies.store.data.temporary import fresh_name, make_held, remove_abandoned

PREFIX = "held-"


def test_a_directory_that_is_swept_before_it_is_locked_is_made_again(
    tmp_path: Path, monkeypatch
) -> None:
    opened, swept = os.open, []

    def swept_before(*arguments) -> int:
        monkeypatch.setattr(temporary.os, "open", opened)
        swept.append(remove_abandoned(tmp_path, PREFIX))
        return opened(*arguments)

    monkeypatch.setattr(temporary.os, "open", swept_before)
    path = tmp_path / f"{PREFIX}{fresh_name()}"
    descriptor = make_held(path)
    assert (swept, remove_abandoned(tmp_path, PREFIX), path.exists()) == ([1], 0, True)
    os.close(descriptor)
    assert remove_abandoned(tmp_path, PREFIX) == 1


def test_what_took_the_name_of_a_removed_directory_is_left_alone(
    tmp_path: Path, monkeypatch
) -> None:
    """A sweeper is slow: another one removes what it found, and it is made again meanwhile."""
    path = tmp_path / f"{PREFIX}{fresh_name()}"
    path.mkdir()
    held = []

    def made_again_before(*_, **__) -> bool:
        path.rmdir()
        held.append(make_held(path))
        return True

    monkeypatch.setattr(temporary, "try_lock", made_again_before)
    assert remove_abandoned(tmp_path, PREFIX) == 0
    assert path.exists()
    os.close(held[0])
