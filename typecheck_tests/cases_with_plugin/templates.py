"""Keys of templates that are spelled out, and of workflows that are committed here."""

from __future__ import annotations

from typing import Final

import funsies as f

TEXT: Final = "{{basis}} {{charge}}"
number = f.put(1)
text = f.put("{{a}}")
values = {"basis": "6-31g"}

f.template("{{basis}} {{{charge}}} {{&spin}}", {"basis": "6-31g", "charge": number, "spin": 1})
f.template(b"{{basis}}", {"basis": "a"})
f.template("{{#each}}{{inner}}{{/each}}", {"each": [{"inner": 1}]})
f.template("{{! a comment }}{{a.b}}", {"a": {"b": 1}})
f.template(text, {"whatever": 1})
f.template("{{basis}} {{charge}}", dict(basis="a", charge=number))
f.template("{{basis}}", values)
f.template("{{basis}}", {**values})
f.template("{{user}}", {}, env={"user": "USER"})
f.template("{{basis}} {{charge}}", {"basis": "6-31g"})  # E: Template key "charge" has no value; give it in data=
f.template(TEXT, {"basis": "a", "chrage": 0})  # E: Template key "charge" has no value; did you mean "chrage"?
f.template("{{basis}}", {"basis": "a", "other": 1})  # E: The template has no key "other"
f.template("{{basis}}", dict(basis="a", other=1))  # E: The template has no key "other"
f.template(b"{{a}}", {"b": 1})  # E: Template key "a" has no value
