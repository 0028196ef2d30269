"""A shell command, a Python function, and an answer: the smallest workflow."""

import funsies as f


@f.task
def count_letters(text: bytes) -> int:
    """Count the letters; blanks and punctuation do not count."""
    return sum(character.isalpha() for character in text.decode())


@f.task
def describe(text: bytes, letters: int) -> str:
    """Say what was counted."""
    return f"{text.decode().strip()} ({letters} letters)"


with f.Fun():
    # Nothing runs here: each call adds a step to a graph and returns a pointer to its result.
    greeting = f.shell("tr a-z A-Z < greeting.txt", inp={"greeting.txt": "Hello, world!\n"})
    answer = describe(greeting.stdout, count_letters(greeting.stdout))

    f.execute(answer)  # Workers compute what is not known yet ...
    f.wait_for(answer)
    print(f.take(answer))  # ... and the value comes back with the type that mypy saw.
