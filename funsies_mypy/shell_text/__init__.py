"""What the text of shell commands says against the files that a step declares.

``findings`` is the whole of it: texts and names go in, errors and notes come out. A text is
parsed and its words are read (``words``), and what programs that are known (``tools``)
do with files is put together (``effects``). ``rules`` compares that with the declarations.
What is not sure is left alone: a program that is not known may write anything.

Nothing in here knows mypy.
"""

from .rules import Declared, Finding, findings
from .words import NUMBER, UNKNOWN, parser_version

__all__ = ["NUMBER", "UNKNOWN", "Declared", "Finding", "findings", "parser_version"]
