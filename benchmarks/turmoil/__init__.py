"""What ``benchmarks/chaos.py`` is made of: graphs whose truth is known, clients, and kills."""
