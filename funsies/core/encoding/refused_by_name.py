"""What to do with classes of libraries, known by name: nothing is imported for a message."""

from __future__ import annotations

import sys
from typing import Final

_PICTURE: Final = 'return its bytes: savefig(io.BytesIO(), format="png"), or "svg"'
_GROUPS: Final = "return what is computed from it, or dict(list(...)) of it"
_WINDOWS: Final = "return what is computed from it"
_ARCHIVE: Final = "pass put_file(its name), or what it contains"
_INSIDE: Final = "make it inside of the function that uses it"
_SEED: Final = "pass a seed, and make it inside of the function, as np.random.default_rng(seed)"
_REMEDIES: Final = {
    "numpy.random._generator.Generator": _SEED,
    "numpy.random.mtrand.RandomState": _SEED,
    "numpy.ma.MaskedArray": "pass its data and its mask",
    "numpy.ma.core.MaskedArray": "pass its data and its mask",
    "numpy.ndarray": "pass np.asarray(it), or register a codec for it",
    "numpy.dtype": "pass its name, str(it)",
    "matplotlib.artist.Artist": _PICTURE,
    "pandas.core.groupby.groupby.BaseGroupBy": _GROUPS,
    "pandas.core.window.rolling.BaseWindow": _WINDOWS,
    "pandas.core.resample.Resampler": _WINDOWS,
    "_socket.socket": _INSIDE,
    "_thread.lock": _INSIDE,
    "_thread.RLock": _INSIDE,
    "threading.Thread": _INSIDE,
    "sqlite3.Connection": _INSIDE,
    "tempfile._TemporaryFileWrapper": "pass what it contains, or put_file(its name)",
    "tempfile.TemporaryDirectory": "pass put_dir(its name)",
    "zipfile.ZipFile": _ARCHIVE,
    "tarfile.TarFile": _ARCHIVE,
}
_INSTALLED: Final = ("site-packages", "dist-packages")


def remedy_by_name(kind: type) -> str | None:
    """What to do with a class of a library; None if it is one of the user's.

    >>> import threading
    >>> remedy_by_name(threading.Thread)
    'make it inside of the function that uses it'
    """
    if known := known_by_name(kind):
        return known
    if not _is_installed(kind.__module__):
        return None
    return (
        f"annotate it as funsies.Pickled[{kind.__qualname__}], where it is returned and where "
        "it is taken, to store it by pickle; or register a codec for it (register_codec)"
    )


def known_by_name(kind: type) -> str | None:
    """What people do with a class of a library that is known, or with one derived from it."""
    names = (f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__)
    return next((_REMEDIES[name] for name in names if name in _REMEDIES), None)


def _is_installed(module: str) -> bool:
    if module.partition(".")[0] in sys.stdlib_module_names - {"__main__", "builtins"}:
        return True
    path = getattr(sys.modules.get(module), "__file__", None) or ""
    return any(part in path for part in _INSTALLED)
