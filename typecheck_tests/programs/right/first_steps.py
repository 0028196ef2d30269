import funsies as f

# %% a function of Python, given to reduce
with f.Fun():
    step = f.reduce(max, 1, 2)
    f.execute(step).wait()
    assert f.take(step) == 2


# %% a task
@f.task
def double(number: int) -> int:
    return 2 * number


with f.Fun():
    step = double(double(4))
    f.execute(step).wait()
    assert f.take(step) == 16

# %% a shell step
with f.Fun():
    step = f.shell("sort < names > sorted", inp={"names": "b\na\n"}, out=["sorted"])
    f.execute(step).wait()
    assert f.take(step.out["sorted"]) == b"a\nb\n"
