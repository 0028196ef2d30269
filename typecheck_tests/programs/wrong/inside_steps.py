from dataclasses import dataclass

import funsies as f


@f.task
def square(number: int) -> int:
    return number * number


# %% a task called in a task, and shown
@f.task
def shows(count: int) -> str:
    return str([square(number) for number in range(count)])  # E: "shows" calls the task "square" inside of a step


shows(3)  # Raises: shows calls the task square inside of a step that returns a value

# %% a sum of what a task gives
@f.task
def sums(count: int) -> int:
    return sum(square(number) for number in range(count))  # E: call its function, "square.fn(...)"


sums(3)  # Raises: Call its function, square.fn(...)

# %% a task mapped over a list, inside of a step
@f.task
def lengths(words: list[str]) -> int:
    return len(list(map(length, words)))  # E: "lengths" calls the task "length"


@f.task
def length(word: str) -> int:
    return len(word)


lengths(["a"])  # Raises: lengths calls the task length

# %% a lambda that calls a task
f.put(3).map(lambda number: [square(number)])  # Raises: <lambda> calls the task square  # E: calls the task "square"

# %% a command inside of a step
@f.task
def optimise(geometry: str) -> str:
    step = f.shell("xtb input.xyz --opt", inp={"input.xyz": geometry}, out=["xtbopt.xyz"])  # E: "optimise" calls "shell" inside of a step
    return str(step.out["xtbopt.xyz"])  # E: a pointer to a value


optimise("1\n\nH 0 0 0")  # Raises: commands by subprocess.run()

# %% reduce inside of a step
def largest(numbers: list[float]) -> float:
    f.reduce(max, numbers, out=float)  # E: "largest" calls "reduce" inside of a step
    return max(numbers)


f.reduce(largest, [1.0])  # Raises: largest calls f.reduce() inside of a step

# %% put inside of a step
@dataclass
class Atom:
    symbol: str


@f.task
def symbol(atom: Atom) -> str:
    f.put(atom)  # E: "symbol" calls "put" inside of a step
    return atom.symbol


symbol(Atom("H"))  # Raises: symbol calls f.put() inside of a step

# %% execute inside of a step
@f.task
def executes(number: int) -> int:
    f.execute()  # E: "executes" calls "execute", which does not work inside of a step
    return number


f.execute(executes(3))  # Raises: f.execute() in executes does not work inside of a step

# %% a dynamic function waits for what it builds
def waits(number: int) -> f.Artefact[int]:
    step = square(number)
    f.execute(step).wait()  # E: "waits" calls "execute", which does not work inside of a step
    return step


f.execute(f.put(3).bind(waits))  # Raises: f.execute() in waits does not work inside of a step

# %% map_each inside of a function for map
def squared(numbers: list[int]) -> int:
    f.map_each(square, numbers)  # E: "squared" calls "map_each" inside of a step
    return len(numbers)


f.put([1, 2]).map(squared)  # Raises: squared calls f.map_each() inside of a step

# %% wait_for in a task
@f.task
def waits_in_a_task(number: int) -> int:
    f.wait_for(timeout=1)  # E: "waits_in_a_task" calls "wait_for", which does not work inside of a step
    return number


waits_in_a_task(1)  # Raises: f.wait_for() in waits_in_a_task does not work inside of a step
