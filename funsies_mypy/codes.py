"""The error codes of the plugin. Each has a section in ``docs/error-codes.md``."""

from __future__ import annotations

from typing import Final

from mypy.errorcodes import ErrorCode

_CATEGORY: Final = "funsies"

ARGUMENT: Final = ErrorCode("funsies-arg", "Check the inputs of steps", _CATEGORY)
SHELL: Final = ErrorCode("funsies-shell", "Check file names and outputs of shell", _CATEGORY)
TASK: Final = ErrorCode("funsies-task", "Check functions that become tasks", _CATEGORY)
ENCODING: Final = ErrorCode("funsies-encoding", "Check that values can be stored", _CATEGORY)
CAPTURE: Final = ErrorCode(
    "funsies-capture", "Check what functions use from outside", _CATEGORY
)
VALUE: Final = ErrorCode(
    "funsies-value", "Check that no artefact is taken for a value", _CATEGORY
)
UNUSED: Final = ErrorCode("funsies-unused", "Check that results are used", _CATEGORY)
DYNAMIC: Final = ErrorCode(
    "funsies-dynamic", "Check where artefacts may be returned", _CATEGORY
)
TEMPLATE: Final = ErrorCode("funsies-template", "Check the keys of templates", _CATEGORY)
PARAMETRIC: Final = ErrorCode("funsies-parametric", "Check the keys of recall()", _CATEGORY)
QUEUE: Final = ErrorCode("funsies-queue", "Check names of queues", _CATEGORY)
INTERNAL: Final = ErrorCode("funsies-internal", "Say that a check was left out", _CATEGORY)
