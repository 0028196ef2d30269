"""What `funsies check` remembers, and what it leaves alone."""

from __future__ import annotations

import os
from pathlib import Path

from funsies.cli.checking.mypy_run import cache


def test_only_its_own_old_caches_are_removed(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("MYPY_CACHE_DIR", str(tmp_path))
    with cache("old", {}) as old:
        pass
    (tmp_path / "3.11").mkdir()
    for each in (tmp_path / "3.11", old):
        os.utime(each, (0, 0))
    with cache("new", {}):
        pass
    assert (tmp_path / "3.11").is_dir()
    assert not old.exists()


def test_an_old_cache_is_not_removed_under_a_check_that_uses_it(
    tmp_path: Path, monkeypatch
) -> None:
    """Its age was seen before the check began; then the disk was slow."""
    monkeypatch.setenv("MYPY_CACHE_DIR", str(tmp_path))
    with cache("old", {}) as old:
        os.utime(old, (0, 0))
        with cache("new", {}):
            assert old.is_dir()


def test_an_edit_of_the_same_size_within_a_second_begins_the_cache_anew(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("MYPY_CACHE_DIR", str(tmp_path))
    for written, is_kept in [
        (1_000_000_001, False),
        (1_000_000_001, True),
        (1_500_000_000, False),
    ]:
        with cache("key", {"a.py": (written, 5)}) as place:
            assert (place / "learnt").exists() == is_kept
            (place / "learnt").touch()
