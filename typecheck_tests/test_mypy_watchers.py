"""The plugin completes messages of mypy: it stands below the watchers that mypy has itself."""

from __future__ import annotations

from mypy.errors import ErrorInfo, Errors, ErrorWatcher
from mypy.options import Options


def _reported(errors: Errors, text: str) -> None:
    errors.set_file("a.py", "a", Options())
    errors.report(1, 0, text)


def test_the_lowest_watcher_sees_what_is_reported_and_can_change_its_text() -> None:
    def complete(_: str, info: ErrorInfo) -> bool:
        info.message = info.message.upper()
        return False

    errors = Errors(Options())
    errors._watchers.insert(0, ErrorWatcher(errors, filter_errors=complete))  # noqa: SLF001 - this is what is taken for granted
    _reported(errors, "told")
    with ErrorWatcher(errors, filter_errors=True):
        _reported(errors, "hidden")
    assert [each.message for each in errors.error_info_map["a.py"]] == ["TOLD"]
