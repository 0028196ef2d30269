"""A worker and the child processes that run its steps.

In the order in which they are read: the supervisor forks a child (``supervisor.py``), which
says on the status board what it runs (``child.py``, ``status_board.py``); the watchdog looks
after it to its end (``watchdog.py``); what it has left is seen to (``crash_recovery.py``).
"""
