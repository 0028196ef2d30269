import funsies as f


@f.task
def square(number: int) -> int:
    return number**2

# %% a loop that overwrites its step
with f.Fun():
    for number in range(3):
        step = square(number)  # E: The result of "square" is overwritten by the next round of the loop, and only that of the last is used; collect them in a list
    f.execute(step).wait()
    assert f.take(step) == 4

# %% the same in a function
def build(numbers: list[int]) -> f.Artefact[int]:
    for number in numbers:
        doubled = 2 * number
        step = square(doubled)  # E: is overwritten by the next round of the loop
    return step


with f.Fun():
    f.execute(build([1, 2]))

# %% a loop whose steps nobody uses
def build(numbers: list[int]) -> f.Artefact[int]:
    for number in numbers:
        step = square(number)  # E: The result of "square" is not used
    return square(0)


with f.Fun():
    f.execute(build([1, 2]))

# %% the inner of two loops
def build(size: int) -> list[f.Artefact[int]]:
    rows = []
    for row in range(size):
        for column in range(size):
            cell = square(row * column)  # E: is overwritten by the next round of the loop
        rows.append(cell)
    return rows


with f.Fun():
    f.execute(build(2))

# %% a loop over files
with f.Fun():
    for name in ("a.txt", "b.txt"):
        step = f.shell("wc -c < data", inp={"data": name})  # E: The result of "shell" is overwritten
    f.execute(step.stdout)

# %% a loop with options
with f.Fun():
    number = 0
    while number < 3:
        result = f.reduce(pow, number, 2)  # E: The result of "reduce" is overwritten
        number += 1
    f.execute(result)

# %% a list that is filled and forgotten
def build(numbers: list[int]) -> f.Artefact[int]:
    steps = []
    for number in numbers:
        steps.append(square(number))  # E: The result of "square" is not used
    return square(1)


with f.Fun():
    f.execute(build([1, 2]))

# %% a dict that is filled and forgotten
def build(numbers: list[int]) -> f.Artefact[int]:
    by_number = {}
    for number in numbers:
        by_number[number] = square(number)  # E: The result of "square" is not used
    return square(1)


with f.Fun():
    f.execute(build([1, 2]))

# %% a comprehension that is forgotten
def build(numbers: list[int]) -> f.Artefact[int]:
    steps = [square(number) for number in numbers]  # E: The result of "square" is not used
    return square(1)


with f.Fun():
    f.execute(build([1, 2]))

# %% steps in a list that nobody has
with f.Fun():
    [square(number) for number in range(3)]  # E: The result of "square" is not used
    f.execute(square(4))

# %% both of two results
def halves(number: int) -> tuple[int, int]:
    return number // 2, number - number // 2


def build() -> f.Artefact[int]:
    small, large = f.py(halves, 17)  # E: The result of "py" is not used
    return square(1)


with f.Fun():
    f.execute(build())

# %% Fun without with
f.Fun()  # E: "Fun(...)" does nothing by itself: write `with Fun(...):` over a block
step = square(3)
f.execute(step)  # Raises: needs a server: do it inside `with Fun(): ...`

# %% Fun in a variable, never entered
fun = f.Fun(f.Server("memory://"))  # E: "Fun(...)" does nothing by itself
f.execute(square(3)).wait()  # Raises: needs a server: do it inside `with Fun(): ...`

# %% Fun without with, in a function
def main() -> None:
    session = f.Fun(cleanup=True)  # E: "Fun(...)" does nothing by itself
    total = f.reduce(sum, [1, 2])
    f.execute(total)  # Raises: needs a server: do it inside `with Fun(): ...`
    print(f.take(total))


main()

# %% ManagedFun without with
f.ManagedFun(nworkers=1)  # E: "ManagedFun(...)" does nothing by itself
f.execute(square(3))  # Raises: needs a server: do it inside `with Fun(): ...`
