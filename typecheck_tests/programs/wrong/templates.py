from typing import Final, TypedDict

import funsies as f

# %% a key that the variable lacks
data = {"a": 1}

with f.Fun():
    text = f.template("{{b}}", data)  # Raises: key 'b' of the template has no value  # E: Template key "b" has no value

# %% a misspelt key in a variable
settings = {"basis": "6-31g", "chrage": 0}

with f.Fun():
    f.execute(f.template("{{basis}} {{charge}}", settings))  # Raises: key 'charge'  # E: did you mean "chrage"?

# %% dict() in a variable
settings = dict(basis="6-31g", spin=1)

with f.Fun():
    f.execute(f.template("{{charge}}", settings))  # Raises: key 'charge'  # E: Template key "charge" has no value

# %% a typed dict without the key
class Settings(TypedDict):
    basis: str


def job(settings: Settings) -> f.Artefact[bytes]:
    return f.template("{{basis}} {{charge}}", settings)  # Raises: key 'charge'  # E: Template key "charge" has no value


with f.Fun():
    f.execute(job({"basis": "tz"}))

# %% two dicts merged, and neither has it
geometry = {"r": 1.5}
units = {"unit": "bohr"}

with f.Fun():
    f.execute(f.template("{{r}} {{units}}", geometry | units))  # Raises: key 'units'  # E: did you mean "unit"?

# %% defaults without the key
DEFAULTS: Final = {"basis": "6-31g"}

with f.Fun():
    f.execute(f.template("{{basis}} {{name}}", {**DEFAULTS, "charge": "1"}))  # Raises: key 'name'  # E: Template key "name" has no value

# %% a dict that is only looked at between
data = {"n": 3}
print(len(data), data["n"], sorted(data))

with f.Fun():
    f.execute(f.template("{{m}}", data))  # Raises: key 'm'  # E: Template key "m" has no value

# %% the text in a variable
HEADER = "{{charge}} {{multiplicity}}"

with f.Fun():
    f.execute(f.template(HEADER, {"charge": 0, "spin": 1}))  # Raises: key 'multiplicity'  # E: Template key "multiplicity" has no value

# %% in a function, from a local variable
def job(charge: int) -> f.Artefact[bytes]:
    values = {"charge": charge, "geometry": "He 0 0 0"}
    return f.template("{{charge}}\n{{gometry}}", values)  # Raises: key 'gometry'  # E: did you mean "geometry"?


with f.Fun():
    f.execute(job(1))

# %% an annotated dict of artefacts
with f.Fun():
    values: dict[str, f.Artefact[int]] = {"a": f.put(1)}
    f.execute(f.template("{{a}} {{b}}", values))  # Raises: key 'b'  # E: Template key "b" has no value
