import funsies as f


def double(number: int) -> int:
    return 2 * number


# %% timeout, as options() of funsies 0.8 took it
@f.task(timeout=60)  # Raises: did you mean timeout_seconds?  # E: did you mean "timeout_seconds"?
def slow(number: int) -> int:
    return number


# %% a slip of the pen
@f.task(quue="gpu")  # Raises: did you mean queue?  # E: did you mean "queue"?
def on_gpu(number: int) -> int:
    return number


# %% a slip in shell
f.shell("sort", retry=3)  # Raises: did you mean retries?  # E: did you mean "retries"?

# %% the queue is one of the step
with f.Fun():
    step = f.reduce(double, 3)
    f.execute(step, queue="gpu")  # Raises: @task(queue=...)  # E: @task(queue=...)

# %% so are the retries
with f.Fun(retries=3):  # Raises: Fun(defaults=options(...))  # E: Fun(defaults=options(...))
    step = f.reduce(double, 3)
    f.execute(step)

# %% and opt=
with f.Fun():
    step = f.reduce(double, 3)
    f.execute(step, opt=f.options(retries=1))  # Raises: @task(opt=...)  # E: @task(opt=...)

# %% how long to wait, and how long it may run
with f.Fun():
    step = f.reduce(double, 3)
    f.execute(step, timeout=60)  # Raises: wait_for(..., timeout=...)  # E: wait_for(..., timeout=...)

# %% a text for a number
@f.task(retries="3")  # Raises: retries is a whole number  # E: Option "retries" is "int", not "str"
def retried(number: int) -> int:
    return number


# %% minutes in a text
f.reduce(double, 3, timeout_seconds="60 s")  # Raises: timeout_seconds is a number  # E: Option "timeout_seconds" is "float | None", not "str"

# %% a queue that is None
f.map_each(double, [1, 2], queue=None)  # Raises: queue is a name, not None  # E: Option "queue" is "str", not "None"

# %% variables of the environment of a task
@f.task(env={"OMP_NUM_THREADS": "1"})  # Raises: opt=options(env=...)  # E: opt=options(env=...)
def threaded(number: int) -> int:
    return number


# %% a parameter of the function, by keyword
f.reduce(double, number=3)  # Raises: functools.partial  # E: functools.partial

# %% an option of 0.8 that is none any more
f.shell("true", result_ttl=60)  # Raises: leave it out  # E: leave it out

# %% options of a step where a value is put
with f.Fun():
    number = f.put(3, queue="gpu")  # Raises: that is said of a step  # E: that is said of a step
    f.execute(f.reduce(double, number))

# %% options in the call of a task
@f.task
def squared(number: int) -> int:
    return number * number


with f.Fun():
    f.execute(squared(3, queue="gpu"))  # Raises: @f.task(queue=...)  # E: @task(queue=...)

# %% there are three ways to take what is volatile
with f.Fun():
    step = f.reduce(double, 3)
    f.take(step, volatile="refuse")  # Raises: none of "warn", "error" and "accept"  # E: No overload


# %% a label is of a single call, and said before it
@f.task
def cubed(number: int) -> int:
    return number**3


with f.Fun():
    f.execute(cubed(3, label="a"))  # Raises: cubed.options(label=...)  # E: .options(label=...)
