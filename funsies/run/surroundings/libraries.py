"""What libraries keep for the whole process, where they have been loaded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from .settings import Setting


def libraries() -> Iterator[Setting]:
    """Settings of libraries."""
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        yield from _numpy(numpy)
    numpy_random: Any = sys.modules.get("numpy.random")
    if hasattr(numpy_random, "get_bit_generator"):
        yield Setting(numpy_random.get_bit_generator, numpy_random.set_bit_generator)


def _numpy(numpy: Any) -> Iterator[Setting]:
    yield Setting(numpy.get_printoptions, lambda each: numpy.set_printoptions(**each))
    if hasattr(numpy, "geterrobj"):  # from numpy 2 on, a context variable
        yield Setting(numpy.geterr, lambda each: numpy.seterr(**each))
        yield Setting(numpy.geterrcall, numpy.seterrcall)
