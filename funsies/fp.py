"""The name under which funsies 0.8 had these; they are the functions of ``funsies`` itself."""

from .builder.python import morph, reduce
from .builder.several import py

__all__ = ["morph", "py", "reduce"]
