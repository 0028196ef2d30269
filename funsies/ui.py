"""The name under which funsies 0.8 had these; they are the functions of ``funsies`` itself."""

from .builder.artefact import put
from .builder.shell import shell
from .client import execute, reset, take, takeout, wait_for

__all__ = ["execute", "put", "reset", "shell", "take", "takeout", "wait_for"]
