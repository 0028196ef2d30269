"""What a program asks of the server: execute, wait, take, reset, look up."""

from .execution import execute, wait_for
from .files import put_dir, put_file, takeout
from .forgetting import reset
from .handle import Handle
from .lookup import find, get
from .notebook.artefacts import bundle as _bundle  # noqa: F401 - artefacts are shown by it from now on
from .progress import Progress
from .values import take, unwrap

__all__ = [
    "Handle",
    "Progress",
    "execute",
    "find",
    "get",
    "put_dir",
    "put_file",
    "reset",
    "take",
    "takeout",
    "unwrap",
    "wait_for",
]
