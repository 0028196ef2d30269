"""How functions travel to workers, with the code and the values that they need.

``collect`` makes the :class:`Bundle` of a program's modules, ``pickler`` writes a function and
what it uses (``needed``), ``overlay`` reads it and lays these values over. What belongs to the
program was decided there; the process that loads it never decides that again.
"""

from .bundle import Bundle, decode_bundle
from .overlay import Loaded, Overlay, load_function
from .pickler import Parcel, dump_function
from .program import (
    Program,
    become_another,
    become_program,
    has_own_main,
    process_token,
    statements_to_run,
    this_program,
)

__all__ = [
    "Bundle",
    "Loaded",
    "Overlay",
    "Parcel",
    "Program",
    "become_another",
    "become_program",
    "decode_bundle",
    "dump_function",
    "has_own_main",
    "load_function",
    "process_token",
    "statements_to_run",
    "this_program",
]
