"""What runs, on a terminal, while one waits: one region at its bottom, drawn again and again.

``screen`` draws it from one look at the server; ``rates`` says how fast it goes, ``running``
what has run for longest, ``failing`` what has failed since. A look costs the same for ten steps
and for a hundred thousand: it reads counters by task, leases, and the latest failures.
"""
