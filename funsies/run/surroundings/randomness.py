"""Random numbers: those of a step do not depend on what ran before it in the same process.

The generators of ``random`` and ``numpy.random`` that a whole process shares are seeded anew
before a step if an earlier one has used them. Otherwise a step that calls ``random.seed(1)``
would make all that follow it draw the same numbers, and other workers, too; and so would a
module that does it when it is imported. A step that needs a seed sets it itself.

Whether a generator was used is seen by a twin in the same state: it gives the same next number
only if it was not. That takes a fiftieth of the time of seeding.
"""

from __future__ import annotations

import random
import sys
from typing import Any, Final

_SEED_BITS: Final = 128


class Randomness:
    """Seeds the generators that a process shares."""

    def __init__(self) -> None:
        self._seeds = random.SystemRandom()
        self._twin = random.Random()  # noqa: S311 - not for secrets
        self._numpy_twin: Any = None

    def renew(self) -> None:
        """Seed anew the generators that were used."""
        if random.random() != self._twin.random():  # noqa: S311 - not for secrets
            seed = self._seeds.getrandbits(_SEED_BITS)
            random.seed(seed)
            self._twin.seed(seed)
        if (numpy_random := sys.modules.get("numpy.random")) is not None:
            self._renew_numpy(numpy_random)

    def _renew_numpy(self, numpy_random: Any) -> None:
        twin = self._numpy_twin
        if twin is None or twin.random_sample() != numpy_random.random_sample():
            numpy_random.seed(None)
            self._numpy_twin = numpy_random.RandomState()
            self._numpy_twin.set_state(numpy_random.get_state())
