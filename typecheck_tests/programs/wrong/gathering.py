import funsies as f


@f.task
def square(number: int) -> int:
    return number * number


# %% values that are no artefacts
with f.Fun():
    f.execute(f.gather([1, 2]))  # Raises: is none: use put(...)  # E: expected "Artefact

# %% a join that is taken for a list
def total(numbers: list[int]) -> int:
    return sum(numbers)


with f.Fun():
    joined = f.gather([square(1), square(2)])
    f.execute(f.reduce(total, f.gather([joined])))  # E: but parameter "numbers" of "total" needs "list[int]"

# %% artefacts cannot be added
with f.Fun():
    added = sum(square(number) for number in range(3))  # Raises: reduce  # E: f.gather
    print(added)
