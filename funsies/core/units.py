"""Units of physical quantities, as ``Annotated[float, "eV"]`` names them.

A text is a unit only if all of its words are known here, so that ``"energy"`` or ``"positive"``
say nothing. Two texts may mean the same: ``"kJ/mol"``, ``"kJ mol^-1"``; ``"Hz"``, ``"1/s"``.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

_DALTON_KG: Final = 1.66053906660e-27
_EV_J: Final = 1.602176634e-19
_HARTREE_J: Final = 4.3597447222060e-18
_CAL_J: Final = 4.184
_DAY_S: Final = 86400.0

_JOULE: Final = "kg m m s-1 s-1"
_PASCAL: Final = "kg m-1 s-1 s-1"
_VOLT: Final = f"{_JOULE} s-1 A-1"

_PREFIXES: Final = {
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "h": 1e2,
    "d": 1e-1,
    "c": 1e-2,
    "m": 1e-3,
    "u": 1e-6,
    "µ": 1e-6,
    "μ": 1e-6,
    "n": 1e-9,
    "p": 1e-12,
    "f": 1e-15,
    "a": 1e-18,
}
_WORD_PREFIXES: Final = {
    "kilo": "k",
    "mega": "M",
    "giga": "G",
    "tera": "T",
    "hecto": "h",
    "deci": "d",
    "centi": "c",
    "milli": "m",
    "micro": "u",
    "nano": "n",
    "pico": "p",
    "femto": "f",
    "atto": "a",
}

_PREFIXABLE: Final[dict[str, tuple[float, str]]] = {
    "m": (1.0, "m"),
    "g": (1e-3, "kg"),
    "s": (1.0, "s"),
    "A": (1.0, "A"),
    "K": (1.0, "K"),
    "mol": (6.02214076e23, ""),
    "M": (6.02214076e26, "m-1 m-1 m-1"),
    "L": (1e-3, "m m m"),
    "l": (1e-3, "m m m"),
    "Hz": (1.0, "s-1"),
    "N": (1.0, "kg m s-1 s-1"),
    "Pa": (1.0, _PASCAL),
    "bar": (1e5, _PASCAL),
    "J": (1.0, _JOULE),
    "W": (1.0, f"{_JOULE} s-1"),
    "V": (1.0, _VOLT),
    "T": (1.0, "kg s-1 s-1 A-1"),
    "eV": (_EV_J, _JOULE),
    "cal": (_CAL_J, _JOULE),
    "Da": (_DALTON_KG, "kg"),
    "rad": (1.0, ""),
}
_ONLY_PREFIXED: Final[dict[str, tuple[float, str]]] = {
    "B": (1.0, "byte"),
    "C": (1.0, "A s"),
    "F": (1.0, f"A s s A {_JOULE.replace('kg', 'kg-1').replace('m', 'm-1')} s s s s"),
}
"""By themselves they may as well be names, or degrees."""

_OTHERS: Final[dict[str, tuple[float, str]]] = {
    "min": (60.0, "s"),
    "h": (3600.0, "s"),
    "hr": (3600.0, "s"),
    "d": (_DAY_S, "s"),
    "yr": (365.25 * _DAY_S, "s"),
    "deg": (math.pi / 180, ""),
    "°": (math.pi / 180, ""),
    "%": (0.01, ""),
    "ppm": (1e-6, ""),
    "ppb": (1e-9, ""),
    "°C": (1.0, "celsius"),
    "degC": (1.0, "celsius"),
    "°F": (1.0, "fahrenheit"),
    "degF": (1.0, "fahrenheit"),
    "\u212b": (1e-10, "m"),
    "\u00c5": (1e-10, "m"),
    "a0": (5.29177210903e-11, "m"),
    "a_0": (5.29177210903e-11, "m"),
    "Ha": (_HARTREE_J, _JOULE),
    "Eh": (_HARTREE_J, _JOULE),
    "E_h": (_HARTREE_J, _JOULE),
    "Ry": (_HARTREE_J / 2, _JOULE),
    "amu": (_DALTON_KG, "kg"),
    "u": (_DALTON_KG, "kg"),
    "atm": (101325.0, _PASCAL),
    "Torr": (101325.0 / 760, _PASCAL),
    "torr": (101325.0 / 760, _PASCAL),
    "mmHg": (101325.0 / 760, _PASCAL),
    "psi": (6894.757293168, _PASCAL),
    "D": (3.33564095e-30, "A s m"),
    "ft": (0.3048, "m"),
    "lb": (0.45359237, "kg"),
}

_WORDS: Final = {
    "metre": "m",
    "meter": "m",
    "gram": "g",
    "second": "s",
    "ampere": "A",
    "kelvin": "K",
    "mole": "mol",
    "molar": "M",
    "litre": "L",
    "liter": "L",
    "hertz": "Hz",
    "newton": "N",
    "pascal": "Pa",
    "joule": "J",
    "watt": "W",
    "volt": "V",
    "tesla": "T",
    "calorie": "cal",
    "electronvolt": "eV",
    "electron_volt": "eV",
    "dalton": "Da",
    "radian": "rad",
    "minute": "min",
    "hour": "h",
    "day": "d",
    "year": "yr",
    "degree": "deg",
    "percent": "%",
    "celsius": "°C",
    "fahrenheit": "°F",
    "angstrom": "Å",
    "ångström": "Å",
    "bohr": "a0",
    "hartree": "Ha",
    "rydberg": "Ry",
    "atmosphere": "atm",
    "debye": "D",
    "foot": "ft",
    "feet": "ft",
    "pound": "lb",
    "dimensionless": "1",
    "unitless": "1",
}

_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_TOKENS: Final = re.compile(r"\*\*|[*·⋅/()\s]|(?:(?!\*\*)[^*·⋅/()\s])+")
_FACTOR: Final = re.compile(r"(?P<name>.*?[^\d^+-])(?:\^?(?P<power>[-+]?\d+))?")


@dataclass
class _Product:
    scale: float = 1.0
    powers: Counter[str] = field(default_factory=Counter)

    def multiply(self, other: tuple[float, str], power: int) -> None:
        self.scale *= other[0] ** power
        for name in other[1].split():
            base, sign, _ = name.partition("-")
            self.powers[base] += -power if sign else power


def is_unit(text: str) -> bool:
    """True of texts that certainly name a unit."""
    return _parsed(text) is not None


def are_other_units(one: str, other: str) -> bool:
    """True if both texts certainly name units, and not the same.

    >>> are_other_units("eV", "hartree"), are_other_units("kJ/mol", "kJ mol^-1")
    (True, False)
    >>> are_other_units("eV", "the energy")
    False
    """
    left, right = _parsed(one), _parsed(other)
    if left is None or right is None:
        return False
    have_same_powers = all(
        left.powers[name] == right.powers[name] for name in {*left.powers, *right.powers}
    )
    return not (have_same_powers and math.isclose(left.scale, right.scale, rel_tol=1e-6))


def _parsed(text: str) -> _Product | None:
    """What a text means; None if it is not certainly a unit."""
    found, is_divided, divides_group = _Product(), False, False
    text = text.strip().translate(_SUPERSCRIPTS).replace("**", "^")
    for part in _TOKENS.findall(text):
        if part == "/":
            is_divided = True
        elif part == "(":
            divides_group, is_divided = is_divided, False
        elif part == ")":
            divides_group = False
        elif part.strip("*·⋅ \t\n"):
            factor = _factor(part)
            if factor is None:
                return None
            known, power = factor
            found.multiply(known, -power if is_divided or divides_group else power)
            is_divided = False
    return found if text else None


def _factor(written: str) -> tuple[tuple[float, str], int] | None:
    known = _known(written)
    if known is not None:
        return known, 1
    parts = _FACTOR.fullmatch(written)
    known = None if parts is None else _known(parts["name"])
    return None if known is None or parts is None else (known, int(parts["power"] or 1))


def _known(name: str) -> tuple[float, str] | None:
    """A unit by its symbol or its name; None if it is none that is known here."""
    if name == "1":
        return 1.0, ""
    if name in _OTHERS:
        return _OTHERS[name]
    for prefix, factor in _PREFIXES.items():
        base = name.removeprefix(prefix)
        units = _PREFIXABLE | _ONLY_PREFIXED if prefix else _PREFIXABLE
        if name.startswith(prefix) and base in units:
            return factor * units[base][0], units[base][1]
    return _known_word(name.lower())


def _known_word(name: str) -> tuple[float, str] | None:
    for prefix, symbol in (("", ""), *_WORD_PREFIXES.items()):
        base = name.removeprefix(prefix)
        for word in (base, base.removesuffix("s")):
            if name.startswith(prefix) and word in _WORDS:
                return _known(symbol + _WORDS[word])
    return None
