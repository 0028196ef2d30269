"""What a program would catch, and what errors do not say."""

import funsies as f


def refuse(number: int) -> int:
    raise ValueError(number)


# %% the exception has its full name
from funsies.errors import WrongKey  # Raises: WrongKey  # E: has no attribute "WrongKey"

# %% it is in funsies.errors
def asked(step: f.Artefact[int]) -> bool:
    try:
        f.execute(step)
    except f.WrongKeyError:  # E: Module has no attribute "WrongKeyError"
        return False
    return True


with f.Fun():
    assert asked(f.reduce(max, 1, 2))

# %% an error that was never run has no time
with f.Fun():
    failed = f.reduce(refuse, 3)
    f.execute(failed).wait()
    late = f.take(failed, strict=False).failure().failed_at + 60  # E: Unsupported operand types for +

# %% nobody makes an error remembered
error = f.Error(f.ErrorKind.WorkerLost, volatile=True)
error.volatile = False  # Raises: cannot assign to field  # E: Property "volatile" defined in "Error" is read-only

# %% it is the value that is taken which may be volatile, not the step
with f.Fun():
    f.reduce(max, 1, 2, opt=f.options(volatile="error"))  # Raises: volatile  # E: Unexpected keyword argument "volatile"

# %% there are three ways to write what is volatile, too
with f.Fun():
    step = f.shell("true")
    f.execute(step).wait()
    f.takeout(step.stdout, "/dev/null", volatile="never")  # Raises: none of "warn", "error" and "accept"  # E: Argument "volatile" to "takeout"

# %% a warning is no exception of funsies
def loud(problem: f.FunsiesError) -> str:
    return str(problem)


loud(f.VolatileWarning("computed from a failure"))  # E: expected "FunsiesError"
