"""The types that appear in signatures of workflows."""

from typing import TYPE_CHECKING, Any, Final

from returns.result import Failure, Success

from .builder.artefact import Artefact
from .builder.shell_output import OutputFiles, ShellOutput
from .builder.task import Task
from .builder.value import Value
from .client import Handle, Progress
from .core.errors import Error, ErrorKind, UnwrapError
from .core.former_names import former_names
from .core.graph import Operation
from .core.options import Options
from .core.shell_plan import Interpreter
from .errors import Result


class Encoding:
    """What funsies 0.8 gave as ``out=``. Any type may be given there, and says more.

    Attributes:
        blob: the result is ``bytes``.
        json: the result is any JSON value.
    """

    blob: Final = bytes
    json: Final[Any] = Any  # for a type checker a type of any kind, not the class `Any`


if not TYPE_CHECKING:
    __getattr__ = former_names(
        __name__,
        {
            "ArtefactStatus": "take(artefact, strict=False) says what there is: a value, or an "
            "error, of kind NotFound if it is not computed yet",
            "Funsie": "a step is an Operation, and its .task says what it does",
            "FunsieHow": "the .task.kind of an Operation is one of python, shell, dynamic",
            "RunStatus": "leave it out; what happens to the steps of an execution is told by "
            "execute(...).counts()",
            "hash_t": "hashes are str",
        },
    )

__all__ = [
    "Artefact",
    "Encoding",
    "Error",
    "ErrorKind",
    "Failure",
    "Handle",
    "Interpreter",
    "Operation",
    "Options",
    "OutputFiles",
    "Progress",
    "Result",
    "ShellOutput",
    "Success",
    "Task",
    "UnwrapError",
    "Value",
]
