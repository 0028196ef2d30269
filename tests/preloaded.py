"""Imported once by the process of which all workers of tests are copies."""

from __future__ import annotations

import pytest  # noqa: F401 - for a step of a test, a work-horse imports the test's file

import funsies.cli.main
import funsies.engine.worker  # noqa: F401 - workers begin there
from funsies.engine.preload import preload, share_memory

preload()
share_memory()
