from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypedDict

import funsies as f

# %% values in a variable that fits
data = {"basis": "6-31g", "charge": 0}

with f.Fun():
    text = f.template("{{basis}} {{charge}}", data)
    f.execute(text).wait()
    assert f.take(text) == "{basis} {charge}".format(**data).encode()

# %% values that are added later
data = {"basis": "6-31g"}
data["charge"] = "0"

with f.Fun():
    text = f.template("{{basis}} {{charge}}", data)
    f.execute(text).wait()
    assert f.take(text) == b"6-31g 0"


# %% values that another function completes
def complete(values: dict[str, str]) -> None:
    values.setdefault("method", "hf")


data = {"basis": "6-31g"}
complete(data)

with f.Fun():
    text = f.template("{{method}}/{{basis}}", data)
    f.execute(text).wait()
    assert f.take(text) == b"hf/6-31g"

# %% values that update() adds
data = {"n": 3}
data.update(temperature=300)

with f.Fun():
    text = f.template("{{n}} {{temperature}}", data)
    f.execute(text).wait()
    assert f.take(text) == b"3 300"

# %% defaults, and what differs from them
DEFAULTS: Final = {"basis": "6-31g", "charge": "0"}

with f.Fun():
    text = f.template("{{basis}} {{charge}} {{name}}", {**DEFAULTS, "charge": "1", "name": "x"})
    f.execute(text).wait()
    assert f.take(text) == b"6-31g 1 x"

# %% two dicts merged
geometry = {"r": 1.5}
settings = {"unit": "angstrom"}

with f.Fun():
    text = f.template("r = {{r}} {{unit}}", geometry | settings)
    f.execute(text).wait()
    assert f.take(text) == b"r = 1.5 angstrom"

# %% one dict for two templates
data = {"title": "water", "charge": 0, "spin": 1}

with f.Fun():
    first = f.template("{{title}}", data)
    second = f.template("{{charge}} {{spin}}", data)
    f.execute(first, second).wait()
    assert [f.take(first), f.take(second)] == [b"water", b"0 1"]


# %% a typed dict
class Settings(TypedDict):
    basis: str
    charge: int


settings: Settings = {"basis": "sto-3g", "charge": -1}

with f.Fun():
    text = f.template("{{basis}} {{charge}}", settings)
    f.execute(text).wait()
    assert f.take(text) == b"sto-3g -1"


# %% a dataclass as the values
@dataclass(frozen=True)
class Settings:
    basis: str = "6-31g"
    charge: int = 0


with f.Fun():
    text = f.template("{{basis}} {{charge}}", asdict(Settings(charge=2)))
    f.execute(text).wait()
    assert f.take(text) == b"6-31g 2"

# %% keys that are computed
sizes = {f"n{axis}": 10 for axis in "xyz"}

with f.Fun():
    text = f.template("{{nx}} {{ny}} {{nz}}", sizes)
    f.execute(text).wait()
    assert f.take(text) == b"10 10 10"


# %% artefacts among the values
@f.task
def distance(step: int) -> Decimal:
    return Decimal("0.1") * step


with f.Fun():
    data = {"r": distance(3), "unit": f.put("bohr")}
    text = f.template("{{r}} {{unit}}", data)
    f.execute(text).wait()
    assert f.take(text) == b"0.3 bohr"

# %% the text in a variable
HEADER = "$molecule\n{{charge}} {{multiplicity}}\n{{geometry}}\n$end\n"


def job(charge: int, geometry: str) -> f.Artefact[bytes]:
    values = {"charge": charge, "multiplicity": 1, "geometry": geometry}
    return f.template(HEADER, values)


with f.Fun():
    texts = f.gather([job(charge, "He 0 0 0") for charge in (0, 2)])
    f.execute(texts).wait()
    assert [text.split()[1] for text in f.take(texts)] == [b"0", b"2"]

# %% a section over a list
rows = {"atoms": [{"symbol": "O", "z": 0.0}, {"symbol": "H", "z": 0.9}]}

with f.Fun():
    text = f.template("{{#atoms}}{{symbol}} {{z}};{{/atoms}}", rows)
    f.execute(text).wait()
    assert f.take(text) == b"O 0.0;H 0.9;"

# %% a key that is a constant
KEY: Final = "basis"

with f.Fun():
    text = f.template("{{basis}}", {KEY: "tz"})
    f.execute(text).wait()
    assert f.take(text) == b"tz"


# %% members of an enum as values
class Method(StrEnum):
    HF = "hf"
    DFT = "dft"


with f.Fun():
    texts = [f.template("! {{method}}", {"method": method}) for method in Method]
    joined = f.gather(texts)
    f.execute(joined).wait()
    assert f.take(joined) == [b"! hf", b"! dft"]
