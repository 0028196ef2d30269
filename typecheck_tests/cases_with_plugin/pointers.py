"""An artefact is a pointer, not a value."""

from __future__ import annotations

from typing import assert_type

import funsies as f

number = f.put(1)
assert_type(f"{number!r}", str)
assert_type(repr(number), str)
print(number)
print(f"{f.take(number)}", str(f.take(number)))
name = f"result of {number}"  # E: "Artefact[int]" is a pointer to a value that may not exist yet; it cannot be formatted. Pass it to a step as an input, or execute it and use take()
name = f"{1}{number:>4}"  # E: it cannot be formatted
name = "{}".format(number)  # E: it cannot be formatted
name = str(number)  # E: it cannot be made text of
number + 1  # E: Unsupported operand types for +
same = number == f.put(1)
f.put(number)  # E: it cannot be put into an artefact
f.put([number])  # E: put() takes "list[Artefact[int]]", a container with artefacts inside; use gather()
f.shell(f"run {number}")  # E: it cannot be formatted
