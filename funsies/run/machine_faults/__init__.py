"""Failures of the machine, told from those of the step: only the latter are remembered.

A library that is not installed there, a program that is not there, no room, no memory, no
connection: on another machine, or a minute later, the same step on the same inputs may well
succeed. ``exceptions.py`` judges what Python code raises, ``commands.py`` how commands end,
``memory.py`` whether the memory was used up.
"""
