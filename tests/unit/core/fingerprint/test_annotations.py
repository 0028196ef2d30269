"""What annotations count as, where they are part of the code that makes steps."""

from __future__ import annotations

from typing import Any

import funsies as f
from funsies.core.fingerprint.annotations import read_types
from funsies.core.fingerprint.dispatch import field_of
from funsies.core.fingerprint.walk import Walk


def test_steps_that_build_keep_their_addresses_wherever_funsies_keeps_its_classes() -> None:
    """What was stored by a funsies with other names of modules is found again."""

    def build(number: int) -> f.Artefact[int]:
        return f.put(number)

    def command() -> f.ShellOutput:
        return f.shell("true")

    _, artefact, _ = _meaning_of_result(build)
    assert artefact[1:3] == (
        ("funsies.build.artefact", "Artefact"),
        ("funsies.build.pointer", "Pointer"),
    )
    assert ("funsies.build.shell_output", "ShellOutput") in _meaning_of_result(command)


def _meaning_of_result(function: Any) -> Any:
    meanings: list[Any] = list(
        read_types(Walk(field_of, frozenset(), (), builds=True), function)
    )
    return dict(meanings)["return"]
