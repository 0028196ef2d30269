"""A shell step as an operation: inputs from the store into files, and files into results."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping
from contextlib import nullcontext
from typing import BinaryIO

from returns.result import Failure, Result, Success

from funsies.core.digest import Digest
from funsies.core.encoding import to_text
from funsies.core.errors import DataCorruptedError, Error
from funsies.core.options import Options
from funsies.core.shell_plan import ShellPlan
from funsies.run.live_output import NOBODY, Listener
from funsies.run.signals import Timed
from funsies.run.step_inputs import InputValue
from funsies.run.step_results import Made, ResultWriter
from funsies.store.connect import Backend
from funsies.store.data import is_good
from funsies.store.ports import DataStore

from .input_files import InputFile
from .outcome import Produced
from .step import run_shell


def run_shell_step(
    backend: Backend,
    plan: ShellPlan,
    inputs: Mapping[str, InputValue],
    options: Options,
    writer: ResultWriter,
    *,
    timed: Timed = nullcontext,
    listener: Listener = NOBODY,
) -> bool:
    """Run a shell step, and store what it made while its files are there.

    Inputs that are errors (of a step with ``strict=False``) have no file.

    Returns:
        True if the outcome says nothing about the step itself and must not be remembered.

    Raises:
        BadBytesError: if the bytes of an input are missing or damaged.
        Preempted: if the worker has to stop.
    """
    files = {
        name: _input_file(backend, value, may_link=not options.copy_inputs)
        for name, value in inputs.items()
        if value.error is None
    }
    try:
        with run_shell(
            plan,
            files,
            environment=options.env,
            timeout_seconds=options.timeout_seconds,
            timed=timed,
            max_output_bytes=options.max_output_bytes,
            listener=listener,
        ) as outcome:
            listener.has_printed()
            is_volatile = outcome.volatile
            writer.add_all([_outcome(each, volatile=is_volatile) for each in outcome.outputs])
            writer.log = outcome.log
            writer.children += outcome.usages
            return outcome.volatile
    except DataCorruptedError:
        for value in inputs.values():
            value.verify(backend)
        raise


def _outcome(produced: Produced, *, volatile: bool) -> Result[Made, Error]:
    match produced.value:
        case Error() as error:
            return Failure(dataclasses.replace(error, volatile=error.volatile or volatile))
        case int() as exit_code:
            return Success(str(exit_code).encode())
        case made:
            return Success(made)


def _input_file(backend: Backend, value: InputValue, *, may_link: bool) -> InputFile:
    """The file of an input: bytes and archives as they are, text as UTF-8, the rest as JSON."""
    if value.row.wire not in {"blob", "files"}:
        return InputFile(lambda: _text(backend, value))
    if value.small is not None:
        return InputFile(lambda: value.open(backend), value.executable)
    may_link = may_link and not value.executable  # all links to a file have the same mode
    return InputFile(
        lambda: value.open(backend),
        value.executable,
        lambda path: value.place(backend, path, may_link=may_link),
        lambda: _forget_damaged(backend.data, value.content),
        value.content,
    )


def _forget_damaged(data: DataStore, content: Digest) -> None:
    if not is_good(data, content):
        data.delete(content)


def _text(backend: Backend, value: InputValue) -> BinaryIO:
    return io.BytesIO(to_text(value.row.wire, value.read(backend).unwrap()))
