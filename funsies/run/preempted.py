"""What a signal handler raises in the middle of a step when its worker has to leave."""

from __future__ import annotations


class Preempted(BaseException):
    """The worker is asked to leave: the step is put back, and nothing of it is stored.

    A ``BaseException``, so that ``except Exception`` in a user's function lets it through.
    """
