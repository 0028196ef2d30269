"""A standard type is one entry: its annotation, its name in values, its text mean the same."""

from typing import Any

import pytest

from funsies.core.encoding import encoding_of
from funsies.core.encoding.standard_types import STANDARD_NAMES, STANDARD_TYPES, annotation_from

CLASSES = [kind for kind in STANDARD_TYPES if isinstance(kind, type)]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_type_is_known_again_by_its_text(kind: type) -> None:
    encoding = encoding_of(kind)
    assert encoding_of(annotation_from(encoding.label)) == encoding


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_value_that_says_its_type_is_read_as_the_annotation_reads_it(kind: Any) -> None:
    standard = STANDARD_TYPES[kind]
    if standard.name:
        named = STANDARD_NAMES[standard.name].of_anything()
        assert named.is_same(encoding_of(kind).node)


def test_the_names_of_types_are_what_is_stored() -> None:
    """Values of earlier versions have them, so none may go."""
    assert sorted(STANDARD_NAMES) == [
        *("Counter", "Decimal", "Fraction", "IPv4Address", "IPv4Interface", "IPv4Network"),
        *("IPv6Address", "IPv6Interface", "IPv6Network", "OrderedDict", "Path", "Pattern"),
        *("PurePosixPath", "PureWindowsPath", "Result", "UUID", "ZoneInfo", "array"),
        *("bytearray", "complex", "date", "datetime", "defaultdict", "deque", "range"),
        *("slice", "time", "timedelta", "timezone"),
    ]
