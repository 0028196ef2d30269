"""Values of libraries: NumPy, pandas, polars, Arrow, SciPy, xarray.

Nothing here is imported where the library is not: see ``frames.py``, one level above.
"""
