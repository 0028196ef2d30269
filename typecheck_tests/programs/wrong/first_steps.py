import funsies as f


@f.task
def double(number: int) -> int:
    return 2 * number


# %% a text for a number
with f.Fun():
    double("four")  # Raises: argument 'number' of double  # E: has type "str"

# %% an output that is not there
with f.Fun():
    step = f.shell("sort < names > sorted", inp={"names": "b\na\n"}, out=["sorted"])
    step.out["sort"]  # Raises: did you mean 'sorted'?  # E: has no output "sort"
