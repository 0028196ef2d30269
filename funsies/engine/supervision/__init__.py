"""A worker and the child process that runs its steps.

In the order in which they are read: the child says on the status board what it runs
(``status_board.py``, ``child.py``), its parent watches it to its end (``watchdog.py``), and
sees to what it has left (``crash_recovery.py``).
"""
