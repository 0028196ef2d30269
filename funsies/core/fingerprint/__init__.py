"""Fingerprints of functions: what a function does, as one digest.

The files follow the way of a function: ``project`` (what is followed), ``bytecode`` and
``code_digest`` (its compiled code), ``syntax``, ``source`` and ``source_lookup`` (its text),
``walk`` and ``dispatch`` (the objects that it uses), ``libraries`` and ``distributions`` (what
of libraries counts), ``entry`` (the fingerprint).
"""

from funsies.core.fingerprint.advice import Giver
from funsies.core.fingerprint.bytecode import names_of
from funsies.core.fingerprint.caching import held_by
from funsies.core.fingerprint.code_digest import nested_codes
from funsies.core.fingerprint.entry import Fingerprint, fingerprint
from funsies.core.fingerprint.environment import building_step, variables_set
from funsies.core.fingerprint.environment_use import names_in_command
from funsies.core.fingerprint.libraries import (
    Decided,
    Library,
    decided,
    differences,
    rules_in_force,
)
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.protocol import WrappedTask, wrapped_task
from funsies.core.fingerprint.walk import Ingredient

__all__ = [
    "Decided",
    "Fingerprint",
    "Giver",
    "Ingredient",
    "Library",
    "WrappedTask",
    "building_step",
    "decided",
    "differences",
    "fingerprint",
    "held_by",
    "is_project",
    "names_in_command",
    "names_of",
    "nested_codes",
    "rules_in_force",
    "variables_set",
    "wrapped_task",
]
