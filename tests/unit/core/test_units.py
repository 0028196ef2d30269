"""Units of quantities: what is the same, what is not, and what says nothing."""

from __future__ import annotations

import pytest

from funsies.core.units import are_other_units, is_unit

SAME = [
    ("kJ/mol", "kJ mol^-1"),
    ("kcal*mol**-1", "kcal/mol"),
    ("m s⁻¹", "m/s"),
    ("J/(mol K)", "J/mol/K"),
    ("Hz", "1/s"),
    ("N m", "J"),
    ("mbar", "hPa"),
    ("g/mol", "amu"),
    ("M", "mol/L"),
    ("Å", "angstrom"),
    ("bohr", "a0"),
    ("Kelvin", "K"),
    ("kilojoules", "kJ"),
    ("1", "dimensionless"),
]
OTHERS = [
    ("eV", "hartree"),
    ("nm", "angstrom"),
    ("meV", "MeV"),
    ("K", "celsius"),
    ("m2", "m^3"),
    ("J/mol/K", "J/mol K"),
    ("deg", "rad"),
    ("MB", "GB"),
]
NO_UNITS = ["the energy in eV", "positive", "count", "x", "10 eV", "", "a.u.", "C", "name"]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_unit_can_be_written_in_several_ways(one: str, other: str) -> None:
    assert is_unit(one)
    assert is_unit(other)
    assert not are_other_units(one, other)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_other_units_are_told_apart_either_way_round(one: str, other: str) -> None:
    assert are_other_units(one, other)
    assert are_other_units(other, one)


@pytest.mark.parametrize("text", NO_UNITS)
def test_a_text_that_is_no_unit_for_certain_says_nothing(text: str) -> None:
    assert not is_unit(text)
    assert not are_other_units(text, "eV")
