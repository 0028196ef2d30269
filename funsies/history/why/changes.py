"""What may differ between two steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from funsies.store.rows import InputRow


class ChangeKind(StrEnum):
    """What is another than before."""

    CODE = "code"
    """A function, a class or a module of the project."""
    VALUE = "value"
    """A constant or another value that the code holds."""
    LIBRARY = "library"
    """The version, or the content, of a library."""
    COMMAND = "command"
    """A shell command."""
    SETTING = "setting"
    """What else is said of the step: its interpreter, its version, names of output files."""
    TYPE = "type"
    """How a value is annotated or stored."""
    INPUT = "input"
    """A value that was given."""
    NEW = "new"
    """There was no such step."""
    RESET = "reset"
    """Somebody had its result forgotten."""
    RETRIED = "retried"
    """It had failed, and was asked for again."""
    FAILED = "failed"
    """It had failed on the same values under another address: only results are taken over."""
    UNFINISHED = "unfinished"
    """The run before had not finished it."""
    VOLATILE = "volatile"
    """It had failed by a fault of the machine or the server: such an error is not kept."""
    LOST = "lost"
    """Its result was there and is gone."""
    UNKNOWN = "unknown"
    """Something that is not kept."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is another than before.

    Attributes:
        kind: what it is.
        task: name of the task whose step has it; "" if it is said of steps of any task.
        subject: which one: the path to a piece of code (``"task -> helper -> NAME"``), the name
            of a parameter, a library or a setting; of a reset, who did it and when.
        file: in which code is written; "" if that is not known.
        line: the first one there; 0 if it is not known.
        before: the text or the value as it was; None if it was not there, or is not kept.
        after: as it is now.
        given_before: the input as it was, if this is about one; its value is read later.
        given_after: as it is now.
    """

    kind: ChangeKind
    task: str = ""
    subject: str = ""
    file: str = ""
    line: int = 0
    before: str | None = None
    after: str | None = None
    given_before: InputRow | None = field(default=None, repr=False)
    given_after: InputRow | None = field(default=None, repr=False)

    @property
    def root(self) -> tuple[object, ...]:
        """What it has in common with the same change as other steps see it."""
        match self.kind:
            case ChangeKind.CODE | ChangeKind.VALUE:
                name = self.subject.rpartition(" -> ")[2]
                return self.kind, name, self.file, self.before, self.after
            case ChangeKind.LIBRARY:
                return self.kind, self.subject, self.before, self.after
            case ChangeKind.INPUT:  # ten thousand values of one parameter are one cause
                return self.kind, self.task, self.subject
            case _:
                return self.kind, self.task, self.subject, self.before, self.after
