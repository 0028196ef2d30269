"""Fingerprints of functions: what a function does, as one digest.

The files follow the way of a function: ``project`` (what is followed), ``records`` and
``names`` (its bytecode), ``syntax``, ``source`` and ``texts`` (its text), ``walk`` and
``things`` (the objects that it uses), ``entry`` (the fingerprint).
"""

from funsies.core.fingerprint.entry import Fingerprint, fingerprint
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.protocol import WrappedTask
from funsies.core.fingerprint.walk import Ingredient

__all__ = [
    "Fingerprint",
    "Ingredient",
    "WrappedTask",
    "fingerprint",
    "is_project",
]
