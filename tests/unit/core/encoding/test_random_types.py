"""Types made by chance, of all that can be stored: no value of any of them is lost."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funsies.core.encoding import encoding_of, encoding_of_value
from funsies.core.encoding.encoding import _compile  # without the cache
from funsies.core.errors import EncodingError, UnsupportedTypeError
from tests.unit.core.encoding.random_types import Kind, RandomTypes

ROOT = Path(__file__).parents[4]
DEPTH = 3
VALUES = 5

seeds = st.integers(0, 2**32 - 1)


def made_by(seed: int, depth: int = DEPTH) -> Kind:
    return RandomTypes(Random(seed), f"K{seed}").kind(depth)  # noqa: S311  (no secrets)


def check(kind: Kind, identical: Any, number_of_values: int) -> str:
    """Check a type and values of it; say what became of the type."""
    try:
        encoding = encoding_of(kind.annotation)
    except UnsupportedTypeError:
        return "refused"
    for _ in range(number_of_values):
        value = kind.make()
        stored = encoding.encode(value)
        read = encoding.decode(stored)
        assert identical(read, value)
        if not kind.is_said:  # equal pickles are not promised
            assert encoding.encode(read) == stored
            check_unsaid(value, identical)
    return "stored"


def check_unsaid(value: object, identical: Any) -> None:
    """A value without an annotation comes back, whether it is looked at or says so itself."""
    for encoding in (encoding_of_value(value), encoding_of(Any)):
        stored = encoding.encode(value)
        read = encoding.decode(stored)
        assert identical(read, value)
        assert encoding.encode(read) == stored


@settings(max_examples=150)
@given(seeds)
def test_values_of_types_made_by_chance_come_back(identical, seed):
    check(made_by(seed), identical, VALUES)


@settings(max_examples=100)
@given(seeds, seeds)
def test_a_value_of_another_type_comes_back_just_so_or_is_refused(identical, seed, other):
    wanted, given_ = made_by(seed, 2), made_by(other, 2)
    try:
        encoding = encoding_of(wanted.annotation)
    except UnsupportedTypeError:
        return
    value = given_.make()
    try:
        stored = encoding.encode(value)
    except EncodingError:
        return
    assert identical(encoding.decode(stored), value)


@settings(max_examples=50)
@given(seeds)
def test_a_type_is_described_alike_whenever_it_is_compiled(seed):
    annotation = made_by(seed).annotation
    try:
        encoding = encoding_of(annotation)
    except UnsupportedTypeError:
        return

    assert _compile(annotation) == encoding
    assert pickle.loads(pickle.dumps(encoding)) == encoding  # noqa: S301  (our own)


def digests(first: int, count: int) -> str:
    """The descriptors and bytes of some types and values, in short."""
    seen = hashlib.sha256()
    for seed in range(first, first + count):
        kind = made_by(seed)
        try:
            encoding = encoding_of(kind.annotation)
        except UnsupportedTypeError:
            continue
        seen.update(encoding.descriptor.encode())
        if not kind.is_said:
            value = kind.make()
            found = encoding_of_value(value)
            seen.update(
                encoding.encode(value) + found.descriptor.encode() + found.encode(value)
            )
    return seen.hexdigest()


def test_another_process_writes_the_same_bytes():
    program = f"from {__name__} import digests; print(digests(1, 60))"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment,
    )
    assert done.stdout.strip() == digests(1, 60)


@pytest.mark.slow
def test_no_value_of_two_thousand_types_is_lost(identical):
    fates = Counter(
        check(made_by(10_000 + seed, 1 + seed % 5), identical, 6) for seed in range(2000)
    )
    assert fates["stored"] * 6 > 11_000, fates
