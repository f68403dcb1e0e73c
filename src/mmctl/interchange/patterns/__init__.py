"""Regular expressions and wildcards of other systems → literal comparisons, exact or as close.

`converted` reads a pattern into a tree, makes values of it, and compares both over all texts:
what is exact is proved, and what is not comes with the texts that show it. No pattern is ever run.
"""

from mmctl.interchange.patterns.converting import converted
from mmctl.interchange.patterns.headers import header_names
from mmctl.interchange.patterns.result import Converted, LookedAt
from mmctl.interchange.patterns.syntax import Flavor, InvalidPattern

__all__ = ["Converted", "Flavor", "InvalidPattern", "LookedAt", "converted", "header_names"]
