"""The content of a library, for those whose version does not say what their code is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from funsies.core.digest import Digest, Field, content_digest, digest
from funsies.core.fingerprint.distributions import Distribution
from funsies.core.fingerprint.library_places import Place

_CODE: Final = (".py", ".so", ".pyd")


@cache
def is_ones_own(distribution: Distribution | None) -> bool:
    """True of what may change without its version: it came from no package index.

    So says PEP 610: ``direct_url.json`` is there if it was installed from a directory, an
    archive or a repository. Packages of conda have that file from the machine which built
    them; they do come from an index.
    """
    if distribution is None:
        return True
    origin = distribution.read("direct_url.json")
    return bool(origin) and distribution.read("INSTALLER").strip() != "conda"


@cache
def content_of(place: Place) -> str:
    """Digest of the files of a library, the same wherever it is installed.

    Scripts and metadata do not count: they hold the paths of this machine. What its list says
    of each file is taken; the files are read only if there is no such list.
    """
    listed = () if place.distribution is None else tuple(_listed(place.distribution))
    return digest("library", *(listed or _read(Path(place.path)))).hex()


def _listed(distribution: Distribution) -> Iterator[Field]:
    for line in sorted(distribution.files().split("\n")):
        path, _, about = line.partition(",")
        if about.strip(",") and not path.startswith(("..", "/", distribution.metadata)):
            yield line


def _read(path: Path) -> Iterator[Field]:
    """The code of a module, or of all modules of a package."""
    if path.name.partition(".")[0] != "__init__":
        yield path.name, _content(path)
        return
    for each in sorted(path.parent.rglob("*")):
        if each.suffix in _CODE:
            yield each.relative_to(path.parent).as_posix(), _content(each)


def _content(path: Path) -> Digest:
    try:
        return content_digest(path.read_bytes())
    except OSError:  # inside an archive, or gone
        return content_digest(b"")
