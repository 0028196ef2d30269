"""Where steps run: in a process that becomes their program, or in the program itself."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from funsies.core.digest import Digest, content_digest
from funsies.core.fingerprint.project import decide_also
from funsies.core.python_plan import PythonPlan
from funsies.pickling import Overlay, process_token, this_program

from . import importing, main_module
from .becoming import become, extend, spawned_step

Read = Callable[[Digest], bytes]
"""Reads what a payload refers to, by its content digest."""


class OtherProgramError(Exception):
    """This process is one program already, and the step is of another."""


class Host(Protocol):
    """Lets steps run in this process."""

    def enter(self, plan: PythonPlan, read: Read) -> None:
        """Get ready to load the function of a step.

        Args:
            plan: its payload.
            read: reads what that refers to.

        Raises:
            OtherProgramError: if the step has to run in another process.
        """

    def laid_over(self, plan: PythonPlan, overlay: Overlay) -> AbstractContextManager[None]:
        """Have the step find the values that it had in its program."""


class Stage:
    """A process of our own: it becomes the first program whose step it runs, for good."""

    def __init__(self) -> None:
        self._script: object = None
        self._program: object = None
        self._texts: dict[str, bytes] = {}
        self._overlay: Overlay | None = None
        self._plan: PythonPlan | None = None

    def enter(self, plan: PythonPlan, read: Read) -> None:
        """Become the program of the step, or be it already."""
        if plan.made_by == process_token():
            return  # everything is here
        if self._program is None:
            become(plan, read)
            self._script, self._program = plan.script, plan.program
        elif self._program != plan.program:
            if self._script != plan.script or not extend(plan, read):
                raise OtherProgramError
            self._program = plan.program
        for name, address in plan.texts.items():
            known = self._texts.get(name)
            if known is None or content_digest(known) != address:
                self._texts[name] = read(Digest(address))
                decide_also([], [name])
                importing.show_text(name, self._texts[name].decode("utf-8", "surrogatepass"))

    def laid_over(self, plan: PythonPlan, overlay: Overlay) -> AbstractContextManager[None]:
        """Put the values in their places; they stay there until another task's step runs."""
        if self._program is None:
            return overlay.applied()
        if self._overlay is not None and self._overlay is not overlay:
            self._overlay.undo()
        self._overlay = overlay
        overlay.apply()
        if self._plan is not plan:
            self._plan = plan
            main_module.running(functools.partial(spawned_step, plan, self._texts))
        return nullcontext()


class OwnProgram:
    """The process of a program: it runs its own steps, with its own functions and classes."""

    def enter(self, plan: PythonPlan, read: Read) -> None:  # noqa: ARG002 - nothing is needed
        """See that the step is of this program."""
        if plan.made_by != process_token() and plan.program != _own_program():
            raise OtherProgramError

    def laid_over(
        self,
        plan: PythonPlan,  # noqa: ARG002 - what it spawns starts as the program has it
        overlay: Overlay,
    ) -> AbstractContextManager[None]:
        """Put values in their places that the program has changed since, for a while."""
        return overlay.applied()


def _own_program() -> object:
    bundle, main, text = this_program()
    address = content_digest(text.encode("utf-8", "surrogatepass")) if text else b""
    return (main.with_any_arguments, address), b"" if bundle is None else bundle.digest
