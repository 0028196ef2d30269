"""An environment for each peer, since their requirements do not go together."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

REQUIREMENTS: Final = {
    "dask": ("dask==2026.8.0", "distributed==2026.8.0"),
    # Newer ones of RQ and redis-py do not have what it uses.
    "funsies_0_8": (
        "funsies==0.8.1",
        "rq==1.10.1",
        "redis==3.5.3",
        "cloudpickle==2.2.1",
        "setuptools<70",
    ),
    "luigi": ("luigi==3.8.1",),
    "parsl": ("parsl==2026.10.26",),
    "redun": ("redun==0.44.1",),
    "snakemake": ("snakemake==9.27.1",),
}
"""What is installed for each peer: versions that the adapters were tried with."""


def default_directory() -> Path:
    """Where environments are kept if nobody says another place: in the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "funsies" / "benchmarks"


def python_of(peer: str, directory: Path) -> Path:
    """The Python of a peer's environment, which is made if it is not there or has old versions.

    Raises:
        CalledProcessError: if something cannot be installed; pip has said why.
    """
    place = directory / f"{peer}-{sys.version_info.major}.{sys.version_info.minor}"
    python, noted = place / "bin" / "python", place / "requirements.txt"
    wanted = "\n".join(REQUIREMENTS[peer])
    if not noted.exists() or noted.read_text() != wanted:
        print(f"installing {peer} into {place}", file=sys.stderr)
        venv.create(place, clear=True, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS[peer]]
        subprocess.run(command, check=True, stdout=sys.stderr)
        noted.write_text(wanted)
    return python
