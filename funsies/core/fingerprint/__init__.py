"""Fingerprints of functions: what a function does, as one digest.

The files follow the way of a function: ``project`` (what is followed), ``records`` and
``names`` (its bytecode), ``syntax``, ``source`` and ``texts`` (its text), ``walk`` and
``things`` (the objects that it uses), ``libraries`` and ``distributions`` (what of libraries
counts), ``entry`` (the fingerprint).
"""

from funsies.core.fingerprint.advice import Giver
from funsies.core.fingerprint.entry import Fingerprint, fingerprint
from funsies.core.fingerprint.libraries import Decided, Library, decided, rules_in_force
from funsies.core.fingerprint.library_differences import differences
from funsies.core.fingerprint.names import names_of
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.protocol import WrappedTask, wrapped_task
from funsies.core.fingerprint.records import nested_codes
from funsies.core.fingerprint.snapshot import held_by
from funsies.core.fingerprint.walk import Ingredient

__all__ = [
    "Decided",
    "Fingerprint",
    "Giver",
    "Ingredient",
    "Library",
    "WrappedTask",
    "decided",
    "differences",
    "fingerprint",
    "held_by",
    "is_project",
    "names_of",
    "nested_codes",
    "rules_in_force",
    "wrapped_task",
]
