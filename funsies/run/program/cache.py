"""Files of programs on disk: written once, and used by all workers of a user on a machine."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from funsies.core.digest import Digest, content_digest
from funsies.core.durations import steady_seconds
from funsies.pickling import Bundle
from funsies.run.step_directories import STEP_PREFIX
from funsies.store.data.temporary import TemporaryFile, fresh_name, make_held, remove_abandoned

KEPT_DAYS: Final = 30
"""What no worker has used for so long is removed."""

_SECONDS_A_DAY: Final = 24 * 3600
_OWNER_ONLY: Final = 0o700
_DRAFT: Final = "."
_DATA: Final = ".bundle"


def bundle_data(digest: Digest) -> bytes | None:
    """The bytes of a bundle that was unpacked here before."""
    with suppress(OSError):
        data = (folder("bundles") / digest.hex() / _DATA).read_bytes()
        if content_digest(data) == digest:
            return data
    return None


def unpacked(bundle: Bundle) -> Path:
    """The folder with the files of a bundle; written if it is not there yet."""
    place = folder("bundles") / bundle.digest.hex()
    with suppress(FileNotFoundError):
        if _is_used_since_boot(place) or _is_whole(place, bundle):
            os.utime(place)
            return place
        _remove(place)
    _remove_old_ones(place.parent)
    remove_abandoned(place.parent, _DRAFT)
    draft = place.parent / f"{_DRAFT}{fresh_name()}"
    held = make_held(draft)
    try:
        for path, content in {**bundle.files, _DATA: bundle.data}.items():
            file = draft / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        draft.rename(place)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not place.is_dir():  # else another worker was faster
            raise
    finally:
        os.close(held)
    return place


def _is_used_since_boot(place: Path) -> bool:
    return place.stat().st_mtime > time.time() - steady_seconds()


def _is_whole(place: Path, bundle: Bundle) -> bool:
    return all(holds(place / path, content) for path, content in bundle.files.items())


def holds(place: Path, content: bytes) -> bool:
    """True if a file is there and whole: after a power cut it may be empty.

    To wait for the disk at each new version of a program would take longer than to look.
    """
    with suppress(FileNotFoundError):
        return place.read_bytes() == content
    return False


def write(place: Path, content: bytes) -> None:
    """Write a file so that whoever finds it finds it whole."""
    remove_abandoned(place.parent, _DRAFT)
    draft = TemporaryFile.made_in(place.parent, _DRAFT)
    try:
        draft.write(content)
        draft.path.replace(place)
    finally:
        draft.discard()


@functools.cache
def folder(name: str) -> Path:
    """A folder that its owner alone may enter.

    ``FUNSIES_CACHE`` names where; else it is below the user's cache folder, and where that
    cannot be written, a temporary one of this process and its forks.
    """
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    place = Path(os.environ.get("FUNSIES_CACHE") or Path(base) / "funsies") / name
    try:
        place.mkdir(parents=True, mode=_OWNER_ONLY, exist_ok=True)
        place.chmod(_OWNER_ONLY)
        with tempfile.TemporaryFile(dir=place):
            is_ours = place.stat().st_uid == os.geteuid()
    except (OSError, RuntimeError):
        is_ours = False
    return place if is_ours else _of_this_process()


def _of_this_process() -> Path:
    """A temporary folder that is in use until this process and its forks have ended."""
    place = Path(tempfile.gettempdir()) / f"{STEP_PREFIX}{fresh_name()}"
    make_held(place)
    return place


def _remove_old_ones(place: Path) -> None:
    """Remove what is no longer used."""
    oldest = time.time() - KEPT_DAYS * _SECONDS_A_DAY
    for each in place.iterdir():
        with suppress(OSError):
            if each.stat().st_mtime < oldest:
                _remove(each)


def _remove(place: Path) -> None:
    """Remove a folder all at once: nobody finds it when it is half gone."""
    removed = place.rename(place.parent / f"{_DRAFT}{fresh_name()}")
    shutil.rmtree(removed, ignore_errors=True)
