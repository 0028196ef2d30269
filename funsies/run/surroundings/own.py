"""The surroundings of steps in a process of funsies' own: none sees what another changed."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from funsies.run.messages import LoweredLastResort

from .data_libraries import data_libraries
from .interpreter import interpreter, standard_library
from .libraries import libraries
from .limits import limits
from .place import TIME_ZONE, Place
from .randomness import Randomness
from .settings import Setting, Settings
from .signals import signals
from .streams import Capture, Log


class OwnSurroundings:
    """This process as the steps find it.

    Args:
        on_spoiled: called when something cannot be put back.
        file: into which the steps print; None for a new one.
    """

    def __init__(self, on_spoiled: Callable[[], None], file: IO[bytes] | None = None) -> None:
        self._on_spoiled = on_spoiled
        self._capture = Capture(file)
        self._randomness = Randomness()
        self._place = Place()
        self._take_note_of_settings()

    def take_note(self) -> None:
        """Let the steps find the process as it is now.

        Called when a function was loaded: what its modules have done to the process when they
        were imported is meant for the steps.
        """
        self._place.close()
        self._place = Place()
        self._take_note_of_settings()

    def _take_note_of_settings(self) -> None:
        self._signals = Settings(signals())
        self._settings = Settings(_settings())

    @contextmanager
    def of_step(self, variables: Mapping[str, str]) -> Iterator[Log]:
        """Run a step with some more environment variables, and put everything back after.

        Yields:
            What the step prints; complete when the block has ended.
        """
        log = Log()
        self._renew_randomness()
        if variables:
            os.environ.update(variables)
        try:
            with warnings.catch_warnings(), LoweredLastResort(), self._capture.into(log):
                yield log
        finally:
            self._restore()

    def _renew_randomness(self) -> None:
        try:
            self._randomness.renew()
        except Exception:  # noqa: BLE001 - a step may have put anything into the place of numpy's
            self._on_spoiled()

    def _restore(self) -> None:
        """Put back, first of all, what could interrupt the rest."""
        parts = self._signals, self._place, self._settings
        if not all([part.restore() for part in parts]):  # noqa: C419 - all of them, whatever fails
            self._on_spoiled()


def _settings() -> Iterator[Setting]:
    yield TIME_ZONE
    yield from limits()
    yield from interpreter()
    yield from standard_library()
    yield from libraries()
    yield from data_libraries()
