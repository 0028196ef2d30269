"""Parsing is right while other threads parse."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from funsies.core.parsing import parse_expression, parse_module


@pytest.fixture
def switching() -> Iterator[None]:
    """Have threads take turns in the middle of everything: collections run Python code."""

    def take_a_turn(_phase: str, _details: dict[str, int]) -> None:
        sum(range(100))

    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(10)
    gc.callbacks.append(take_a_turn)
    yield
    gc.callbacks.remove(take_a_turn)
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("switching")
def test_threads_that_parse_at_the_same_time_do_not_disturb_each_other() -> None:
    text = Path(__file__).read_text("utf-8")
    parsed: list[object] = []

    def parse() -> None:
        for _ in range(5):
            parsed.extend((parse_module(text), parse_expression("list[dict[str, int]]")))

    threads = [threading.Thread(target=parse) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(parsed) == 80


def test_what_is_wrong_with_a_text_is_said() -> None:
    with pytest.raises(SyntaxError):
        parse_module("def")
    with pytest.raises(SyntaxError):
        parse_expression("x = 1")
