"""Inputs and outputs of workflows that are committed in the same file."""

from __future__ import annotations

from typing import Any, assert_type

import funsies as f
from funsies.parametric import commit, recall

name = f.put("john")
sizes = f.put([1.0])
commit(
    "greet",
    {"name": name, "sizes": sizes},
    {"text": f.morph(str.upper, name), "log": f.shell("date").stdout},
)
recalled = recall("greet", {"name": "tim", "sizes": [1, 2]})
f.execute(recalled, recalled["text"], recall("greet", {"name": f.put("b")})["log"])
everything: dict[str, f.Artefact[Any]] = recall("greet", {})
f.execute(everything["whatever"], recall("unknown", {"a": 1})["b"])
recall("greet", {"nmae": "tim"})  # E: "greet" has no input "nmae" (commit() names "name", "sizes"); did you mean "name"?
recall("greet", dict(size=[1.0]))  # E: "greet" has no input "size"
recall("greet", {"name": 3})  # E: Argument "name" to "recall" has type "int", but parameter "name" of "greet" needs "str"
recall("greet", {"name": f.put(3)})  # E: has type "Artefact[int]", but parameter "name" of "greet" needs "str" inside the artefact
recall("greet", {"sizes": ["a"]})  # E: List item 0 has incompatible type "str"; expected "float"
recalled["txt"]  # E: "greet" has no output "txt" (commit() names "text", "log"); did you mean "text"?


def by_name(key: str, values: dict[str, str]) -> f.Artefact[Any]:
    return recall("greet", values)[key]
