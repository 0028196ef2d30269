"""The name under which funsies 0.8 had these; they are the functions of ``funsies`` itself."""

from .build.python import morph, reduce
from .build.several import py

__all__ = ["morph", "py", "reduce"]
