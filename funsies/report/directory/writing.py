"""Writing a step, or a value with the step that made it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from funsies.client.lookup import stored_artefact
from funsies.client.lost_values import forgetting_at_the_end
from funsies.client.stored_step import StoredStep, read_step
from funsies.core.digest import Digest
from funsies.core.errors import Error
from funsies.core.graph import TaskKind
from funsies.report.errors import describe_error
from funsies.store.connect import Backend

from .description import STEP_FILE, VALUE_FILE, as_json, describe_step, write_stored
from .place import ReplayDirectory, file_name
from .python_step import write_python_step
from .shell_step import write_shell_step


@forgetting_at_the_end()
def write_step(backend: Backend, operation: Digest, directory: Path) -> StoredStep:
    """Write everything about a step: inputs, outputs, errors, and a script to run it again.

    Args:
        backend: where it is stored.
        operation: its address.
        directory: made if it is not there; what an earlier call wrote there is replaced.

    Raises:
        UnknownHashError: if the server does not know the step.
        NotOursError: if the directory holds something else.
        OSError: if it cannot be written.
    """
    step = read_step(backend, operation)
    place = ReplayDirectory(directory)
    place.write_json(STEP_FILE, describe_step(step))
    if step.task.kind is TaskKind.SHELL:
        errors = write_shell_step(backend, step, place)
    else:
        errors = write_python_step(backend, step, place)
    _write_errors(errors, place)
    return step


@forgetting_at_the_end()
def write_value(backend: Backend, artefact: Digest, directory: Path) -> Error | None:
    """Write a value, and the step that made it into the directory ``step`` beside it.

    Args:
        backend: where it is stored.
        artefact: its address.
        directory: made if it is not there; what an earlier call wrote there is replaced.

    Returns:
        The error in the place of the value.

    Raises:
        UnknownHashError: if the server does not know the artefact.
        NotOursError: if the directory holds something else.
        OSError: if it cannot be written.
    """
    found = stored_artefact(backend, artefact)
    place = ReplayDirectory(directory)
    wire = found.encoding.wire
    error = write_stored(backend, artefact, place.path(file_name("value", 0, wire)))
    producer = found.producer
    about: dict[str, Any] = {"artefact": found.hash, "wire": wire}
    about["made_by"] = None if producer is None else producer.hex()
    place.write_json(VALUE_FILE, about)
    if error is not None:
        _write_errors({"value": error}, place)
    if producer is not None:
        write_step(backend, producer, place.path("step"))
    return error


def _write_errors(errors: Mapping[str, Error], place: ReplayDirectory) -> None:
    """Write errors twice: to be read by people, each once, and by programs."""
    if not errors:
        return
    place.write_json("errors.json", {name: as_json(error) for name, error in errors.items()})
    names: dict[Error, list[str]] = {}
    for name, error in errors.items():
        names.setdefault(error, []).append(name)
    texts = (
        "\n".join([f"in the place of {', '.join(named)}:", *describe_error(error)])
        for error, named in names.items()
    )
    place.write_text("errors.txt", "\n\n".join(texts) + "\n")
