"""What is taken for granted of ``logging``: where messages pass that go to standard streams."""

from __future__ import annotations

import inspect
import logging
import sys

import pytest


def test_the_handler_of_last_resort_writes_by_the_method_of_all_stream_handlers() -> None:
    last_resort = logging.lastResort
    assert isinstance(last_resort, logging.StreamHandler)
    assert type(last_resort).emit is logging.StreamHandler.emit
    assert last_resort.formatter is None
    assert last_resort.stream is sys.stderr  # whatever that is now


def test_nobody_is_asked_for_a_message_below_its_level(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert logging.lastResort is not None
    monkeypatch.setattr(logging.root, "handlers", [])
    monkeypatch.setattr(logging.root, "level", logging.INFO)
    logger = logging.getLogger("tests.nobody-has-configured-it")
    logger.info("hidden")
    assert not capsys.readouterr().err
    monkeypatch.setattr(logging.lastResort, "level", logging.INFO)
    logger.info("shown")
    assert capsys.readouterr().err == "shown\n"


def test_records_are_made_by_a_factory_only_if_they_are_enabled() -> None:
    assert "isEnabledFor" in inspect.getsource(logging.Logger.info)
    assert logging.getLogRecordFactory() is not None
