"""Whether progress is shown: what the program says holds, then the environment."""

from __future__ import annotations

import sys

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


def test_a_program_without_stderr_is_not_ended_by_its_progress(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with f.Fun(f.Server("memory://"), progress=True):
        step = f.reduce(abs, -1)
        f.execute(step, f.reduce(divmod, 1, 0)).wait()
        assert f.take(step) == 1


def test_what_has_failed_before_it_is_waited_for_is_told_by_the_wait(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with f.Fun(f.Server("memory://"), progress=True):
        handle = f.execute(f.reduce(divmod, 1, 0))
        assert capsys.readouterr().err == ""
        handle.wait()
        assert capsys.readouterr().err.startswith(
            "error: ExceptionRaised (ZeroDivisionError) in divmod"
        )
        handle.wait()
        assert capsys.readouterr().err == "", "once"


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
