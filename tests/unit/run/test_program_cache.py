"""The files of programs on disk, which all workers of a machine use, and clean up."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from funsies.pickling.bundle import make_bundle
from funsies.run.program import cache

LONG_AGO = BEFORE_BOOT = (1e9, 1e9)
OLD = make_bundle({"lab.py": b"OLD = 1"}, {"lab.py": "/home/me/lab.py"})
NEW = make_bundle({"lab.py": b"NEW = 1"}, {"lab.py": "/home/me/lab.py"})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("FUNSIES_CACHE", str(tmp_path))
    cache.folder.cache_clear()
    yield cache.folder("bundles")
    cache.folder.cache_clear()


def test_files_that_nobody_has_used_for_long_are_removed_when_others_come(folder: Path) -> None:
    os.utime(cache.unpacked(OLD), LONG_AGO)
    place = cache.unpacked(NEW)
    assert list(folder.iterdir()) == [place]


def test_files_that_are_used_again_are_kept() -> None:
    place = cache.unpacked(OLD)
    os.utime(place, LONG_AGO)
    assert cache.unpacked(OLD) == place
    cache.unpacked(NEW)
    assert (place / "lab.py").read_bytes() == b"OLD = 1"


def test_files_are_whole_while_another_worker_is_removing_them(monkeypatch) -> None:
    """Removing takes long on a slow disk."""
    remove, found = shutil.rmtree, []

    def asked_for_meanwhile(place: Path, **options: bool) -> None:
        (place / "lab.py").unlink()
        found.append((cache.unpacked(OLD) / "lab.py").read_bytes())
        remove(place, **options)

    os.utime(cache.unpacked(OLD), LONG_AGO)
    monkeypatch.setattr(cache.shutil, "rmtree", asked_for_meanwhile)
    cache.unpacked(NEW)
    assert found == [b"OLD = 1"]


def test_files_that_a_power_cut_has_emptied_are_written_again(folder: Path) -> None:
    """What was written shortly before may be there by name only."""
    place = cache.unpacked(OLD)
    (place / "lab.py").write_bytes(b"")
    os.utime(place, BEFORE_BOOT)
    assert cache.unpacked(OLD) == place
    assert (place / "lab.py").read_bytes() == b"OLD = 1"
    assert list(folder.iterdir()) == [place]


def test_files_that_have_survived_a_power_cut_are_kept() -> None:
    place = cache.unpacked(OLD)
    os.utime(place, BEFORE_BOOT)
    before = (place / "lab.py").stat().st_ino
    cache.unpacked(OLD)
    assert (place / "lab.py").stat().st_ino == before
    assert place.stat().st_mtime > BEFORE_BOOT[0]


def test_what_cannot_be_unpacked_whole_leaves_nothing(folder: Path) -> None:
    """On a full disk, each attempt would make it fuller, as long as the worker lives."""
    too_long = f"{'x' * 300}.py"
    files = {"a.py": b"A = 1", too_long: b""}
    before = open_files()
    with pytest.raises(OSError, match="name too long"):
        cache.unpacked(make_bundle(files, dict.fromkeys(files, "")))
    assert list(folder.iterdir()) == []
    assert open_files() == before


def open_files() -> list[str]:
    return sorted(each.name for each in Path("/dev/fd").iterdir())
