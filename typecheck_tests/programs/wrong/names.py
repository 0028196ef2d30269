from dataclasses import dataclass, field

import funsies as f

# %% an input that the step does not have
with f.Fun():
    step = f.shell("cat data.txt", inp={"data.txt": "1"})
    step.inp["dat.txt"]  # Raises: has no input 'dat.txt' (inp= names 'data.txt'); did you mean 'data.txt'?  # E: has no input "dat.txt" (inp= names "data.txt"); did you mean "data.txt"?

# %% an input of a step without any
with f.Fun():
    f.shell("ls").inp["a"]  # Raises: has no input 'a'  # E: has no input "a"

# %% an output asked for among the inputs
with f.Fun():
    step = f.shell("sort a > b", inp={"a": "2\n1\n"}, out=["b"])
    f.shell("cat x", inp={"x": step.inp["b"]})  # Raises: has no input 'b'  # E: has no input "b" (inp= names "a")

# %% the inputs in a variable of their own
with f.Fun():
    files = f.shell("cat a.csv", inp={"a.csv": "1,2", "b.csv": "3"}).inp
    print(files["c.csv"])  # Raises: has no input 'c.csv' (inp= names 'a.csv', 'b.csv')  # E: has no input "c.csv"

# %% an input by a name in a variable
NAME = "molecule.xyz"

with f.Fun():
    step = f.shell("obabel mol.xyz", inp={"mol.xyz": ""})
    f.execute(f.shell("cat a", inp={"a": step.inp["molecule.xyz"]}))  # Raises: no input 'molecule.xyz'  # E: no input "molecule.xyz"

# %% a name to ignore that is misspelt
VERBOSE = True


@f.task(ignore=["VERBOS"])  # E: ignore= names "VERBOS", which the code of "mean" does not use; did you mean "VERBOSE"?
def mean(samples: list[float]) -> float:
    if VERBOSE:
        print("mean of", samples)
    return sum(samples) / len(samples)


with f.Fun():
    mean([1.0])  # Raises: ignore= of mean names 'VERBOS', which its code does not use; did you mean 'VERBOSE'?

# %% a name to ignore that a helper had once
def log(text: str) -> None:
    print(text)


@f.task(ignore=("LEVEL",))  # E: which the code of "halved" does not use; leave it out
def halved(number: float) -> float:
    log("halving")
    return number / 2


with f.Fun():
    halved(1.0)  # Raises: 'LEVEL', which its code does not use; leave it out

# %% a name to ignore that only a method of another class has
@dataclass
class Model:
    rng: int = 0

    def fit(self) -> int:
        return self.rng


MODEL = Model()


@f.task(ignore=["Model.rnd"])  # E: ignore= names "Model.rnd"
def fitted(n: int) -> int:
    return MODEL.fit() + n


with f.Fun():
    fitted(1)  # Raises: ignore= of fitted names 'Model.rnd'

# %% one name to ignore, not a list
N = 3


@f.task(ignore="N")  # Raises: ignore= is a list of names: ignore=['N']  # E: ignore= is a list of names: ignore=["N"]
def plus(x: int) -> int:
    return x + N

# %% a task that is made by a call
def plus(x: int) -> int:
    return x + 1


task = f.task(ignore=["CACHE"])(plus)  # E: ignore= names "CACHE", which the code of "plus" does not use

with f.Fun():
    task(1)  # Raises: ignore= of plus names 'CACHE'

# %% a command that is empty
with f.Fun():
    f.shell("")  # Raises: a command is empty  # E: A command is empty; leave it out

# %% a command of white space
with f.Fun():
    step = f.shell("echo a", "  \n\t")  # Raises: a command is empty  # E: A command is empty
    f.execute(step)

# %% an empty command in a variable
COMMAND = ""

with f.Fun():
    f.execute(f.shell(COMMAND))  # Raises: a command is empty  # E: A command is empty

# %% an empty command among others, from a list
COMMANDS = ["echo a", ""]

with f.Fun():
    f.execute(f.shell(*COMMANDS))  # Raises: a command is empty

# %% an empty text of several lines
with f.Fun():
    text = """
    """
    f.execute(f.shell(text))  # Raises: a command is empty  # E: A command is empty

# %% a class as a task
@f.task  # Raises: @task cannot wrap the class Molecule; make its objects in a step
class Molecule:  # E: "@task" cannot wrap the class "Molecule"; make its objects in a step with reduce(Molecule, ...)
    def __init__(self, smiles: str) -> None:
        self.smiles = smiles

# %% a dataclass as a task
@f.task  # Raises: @task cannot wrap the class Molecule
@dataclass
class Molecule:  # E: cannot wrap the class "Molecule"
    smiles: str

# %% a class as a task with a name
@f.task(name="molecule")  # Raises: @task cannot wrap the class Molecule; make its objects in a step
@dataclass
class Molecule:  # E: cannot wrap the class "Molecule"
    smiles: str
    atoms: list[str] = field(default_factory=list)

# %% a class given to task()
@dataclass(frozen=True)
class Box:
    side: float


make = f.task(Box)  # Raises: @task cannot wrap the class Box  # E: cannot wrap the class "Box"

# %% a built-in class given to task()
number = f.task(int)  # Raises: @task cannot wrap the class int; make its objects in a step with reduce(int, ...)  # E: cannot wrap the class "int"
