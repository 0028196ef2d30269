"""Fingerprints of functions: what a function does, as one digest.

The files follow the way of a function: ``project`` (what is followed), ``records`` and
``names`` (its bytecode), ``syntax``, ``source`` and ``texts`` (its text), ``walk`` and
``things`` (the objects that it uses), ``libraries`` and ``distributions`` (what of libraries
counts), ``entry`` (the fingerprint), ``travel`` (how it gets to a worker).
"""

from funsies.core.fingerprint.advice import Giver
from funsies.core.fingerprint.entry import Fingerprint, fingerprint
from funsies.core.fingerprint.libraries import Decided, Library, decided, rules_in_force
from funsies.core.fingerprint.library_differences import differences
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.protocol import WrappedTask
from funsies.core.fingerprint.records import CodeKey
from funsies.core.fingerprint.table import (
    Entry,
    Table,
    decode_table,
    encode_table,
    install_table,
)
from funsies.core.fingerprint.travel import dump_function, load_function
from funsies.core.fingerprint.walk import Ingredient

__all__ = [
    "CodeKey",
    "Decided",
    "Entry",
    "Fingerprint",
    "Giver",
    "Ingredient",
    "Library",
    "Table",
    "WrappedTask",
    "decided",
    "decode_table",
    "differences",
    "dump_function",
    "encode_table",
    "fingerprint",
    "install_table",
    "is_project",
    "load_function",
    "rules_in_force",
]
