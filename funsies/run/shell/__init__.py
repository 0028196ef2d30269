"""A shell step: its commands run one after the other in a directory of their own.

In the order in which they are read: as an operation, with inputs and results in the store
(``operation.py``); in its directory (``step.py``, ``workspace.py``, ``input_files.py``); its
commands while they run (``processes.py``, ``command.py``, ``command_output.py``); and what it
has made (``outcome.py``, ``output_files.py``, ``failed_command.py``).
"""
