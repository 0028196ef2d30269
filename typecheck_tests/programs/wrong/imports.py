import funsies as f

# %% a misspelt module
import statistic  # Raises: No module named 'statistic'  # E: Cannot find implementation or library stub for module named "statistic"

# %% a misspelt name of a module
from statistics import medain  # Raises: cannot import name 'medain'  # E: Module "statistics" has no attribute "medain"

# %% a misspelt submodule
import xml.etree.ElementTre  # Raises: No module named 'xml.etree.ElementTre'  # E: Cannot find implementation or library stub for module named "xml.etree.ElementTre"

# %% a misspelt name of funsies
from funsies import reduc  # Raises: cannot import name 'reduc'  # E: Module "funsies" has no attribute "reduc"

# %% a misspelt module of funsies
import funsies.util  # Raises: No module named 'funsies.util'  # E: Cannot find implementation or library stub for module named "funsies.util"

# %% a module that is imported for type checkers only, and used at run time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import math

with f.Fun():
    step = f.reduce(math.hypot, 3.0, "4")  # Raises: name 'math' is not defined  # E: has type "str"

# %% a module instead of the function in it
import statistics

with f.Fun():
    f.execute(f.reduce(statistics, [1.0]))  # Raises: module  # E: Module

# %% a name of a module that is not there
import math

with f.Fun():
    f.execute(f.reduce(math.squareroot, 2.0))  # Raises: has no attribute 'squareroot'  # E: Module has no attribute "squareroot"
