"""Typed, reproducible, incremental, fault-tolerant, distributed workflows in plain Python."""
