"""A worker and the child processes that run its steps.

In the order in which they are read: the supervisor forks a child (``supervisor.py``), which
says what it runs and what else it holds (``child.py``, ``status_board.py``, ``batch.py``); the
watchdog looks after it to its end (``watchdog.py``); what it has left is seen to
(``crash_recovery.py``).
"""
