"""The types that appear in signatures of workflows."""

from returns.result import Failure, Result, Success

from .build.artefact import Artefact
from .build.shell import OutputFiles, ShellOutput
from .build.task import Task
from .client import Handle, Progress
from .core.errors import Error, ErrorKind, UnwrapError
from .core.graph import Operation
from .core.options import Options

__all__ = [
    "Artefact",
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
