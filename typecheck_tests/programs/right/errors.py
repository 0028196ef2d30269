"""What a program catches, and what errors say of themselves."""

import time
import warnings
from typing import Never

import funsies as f
from funsies.errors import ServerError, WrongKeyError

# %% who has not the key of a server catches that, or any trouble with a server
def asked(step: f.Artefact[int]) -> str:
    try:
        f.execute(step)
    except WrongKeyError as problem:
        return f"get an invitation first: {problem}"
    except (ServerError, f.errors.NoServerError):
        return "ask the operator"
    return "asked"


with f.Fun():
    assert asked(f.reduce(max, 1, 2)) == "asked"
    assert issubclass(WrongKeyError, ServerError)
    assert issubclass(f.errors.WrongKeyError, f.FunsiesError)

# %% what was computed from a failure of the machinery ends the program, if it says so
warnings.simplefilter("error", f.VolatileWarning)
with f.Fun():
    step = f.reduce(max, 1, 2)
    f.execute(step).wait()
    assert f.take(step) == 2
    assert issubclass(f.errors.VolatileWarning, UserWarning)

# %% an error says whether it comes from the machine, and when it happened
def refuse(number: int) -> Never:
    raise ValueError(number)


def told(error: f.Error) -> str:
    when = "never run" if error.failed_at is None else time.strftime("%F", time.gmtime(error.failed_at))
    return f"{error.kind.value}, {when}, {'volatile' if error.volatile else 'remembered'}"


with f.Fun():
    failed = f.reduce(refuse, 3)
    f.execute(failed).wait()
    error = f.take(failed, strict=False, volatile="accept").failure()
    assert told(error).startswith("ExceptionRaised, 20")
    assert told(error).endswith(", remembered")
    assert told(f.Error(f.ErrorKind.Cancelled)) == "Cancelled, never run, remembered"

# %% a handle that is cancelled says how many steps it has ended
with f.Fun():
    done = f.execute(f.reduce(max, 1, 2)).wait()
    ended: int = done.cancel()
    assert ended == 0
