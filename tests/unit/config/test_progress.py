"""Whether progress is shown: what the program says holds, then the environment."""

from __future__ import annotations

import pytest

import funsies as f
from funsies.config import ConfigurationError
from funsies.config.progress import VARIABLE, wanted_progress


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", True), ("Yes ", True), ("on", True), ("0", False), ("false", False), ("", None)],
)
def test_the_environment_answers_for_programs_that_say_nothing(
    monkeypatch: pytest.MonkeyPatch, text: str, expected: bool | None
) -> None:
    monkeypatch.setenv(VARIABLE, text)
    assert wanted_progress(None) is expected
    assert wanted_progress(True) is True
    assert wanted_progress(False) is False
    monkeypatch.delenv(VARIABLE)
    assert wanted_progress(None) is None


def test_what_is_neither_yes_nor_no_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        pytest.raises(ConfigurationError, match="progress= is True, False or None, not 'yes'"),
        f.Fun(f.Server("memory://"), progress="yes"),  # type: ignore[arg-type]
    ):
        pass
    monkeypatch.setenv(VARIABLE, "perhaps")
    with (
        pytest.raises(ConfigurationError, match="FUNSIES_PROGRESS is 1 or 0, not 'perhaps'"),
        f.Fun(f.Server("memory://")),
    ):
        pass
