"""What is known of the project as it is installed to be edited: its version, its plug-ins.

A program asks for them by ``importlib.metadata``, often in its ``__init__.py``. They are in a
folder beside the modules, which goes along with them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from funsies.core.fingerprint.distributions import (
    LIBRARY_FOLDERS,
    Distribution,
    installed_in,
)
from funsies.core.fingerprint.project import is_project_file

WORDS: Final = (b"metadata", b"pkg_resources", b"entry_points")
"""A text without any of these asks for nothing of it."""

_FILES: Final = ("METADATA", "PKG-INFO", "entry_points.txt", "top_level.txt")


class Metadata(NamedTuple):
    """A file that tells something of an installed project.

    Attributes:
        path: in the tree of a bundle.
        origin: where it is.
        content: its bytes.
    """

    path: str
    origin: str
    content: bytes


def metadata_of(origins: Collection[str]) -> Iterator[Metadata]:
    """The metadata of the projects to which files belong, as an import would find them.

    Args:
        origins: where the files of the program are.
    """
    seen: set[str] = set()
    for root in sys.path:
        for each in installed_in(root or str(Path.cwd())):
            if each.name in seen:
                continue
            seen.add(each.name)
            place = _source_of(each)
            if place and any(origin.startswith(place) for origin in origins):
                for name in _FILES:
                    if text := each.read(name):
                        at = f"{each.metadata}/{name}"
                        yield Metadata(at, str(Path(each.root, at)), text.encode())


@lru_cache(maxsize=1024)
def _source_of(distribution: Distribution) -> str:
    """The folder in which the sources of a distribution are edited, with its slash."""
    about = distribution.read("direct_url.json")
    if '"editable"' in about:
        said = json.loads(about)
        is_editable = said.get("dir_info", {}).get("editable")
        return unquote(urlsplit(said.get("url", "")).path) + os.sep if is_editable else ""
    root = distribution.root
    is_library = Path(root).name in LIBRARY_FOLDERS
    is_own = not is_library and is_project_file(str(Path(root, "module.py")))
    return root + os.sep if is_own else ""
