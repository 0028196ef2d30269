"""The only place where RQ is imported: queues of drain jobs, and the worker that runs them.

A program may use RQ for itself, and import it before or after funsies: what a client does here
names its keys itself (``rq_records.py``) and leaves RQ as it is. A worker has RQ to itself
(``prefix.py``).
"""
