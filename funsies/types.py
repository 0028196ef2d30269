"""The types that appear in signatures of workflows."""

from typing import Any, Final

from returns.result import Failure, Success

from .build.artefact import Artefact
from .build.shell_output import OutputFiles, ShellOutput
from .build.task import Task
from .client import Handle, Progress
from .core.errors import Error, ErrorKind, UnwrapError
from .core.graph import Operation
from .core.options import Options
from .errors import Result


class Encoding:
    """What funsies 0.8 gave as ``out=``. Any type may be given there, and says more.

    Attributes:
        blob: the result is ``bytes``.
        json: the result is any JSON value.
    """

    blob: Final = bytes
    json: Final = Any


__all__ = [
    "Artefact",
    "Encoding",
    "Error",
    "ErrorKind",
    "Failure",
    "Handle",
    "Operation",
    "Options",
    "OutputFiles",
    "Progress",
    "Result",
    "ShellOutput",
    "Success",
    "Task",
    "UnwrapError",
]
