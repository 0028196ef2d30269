"""Runners: from a claimed operation and its inputs to an outcome."""
