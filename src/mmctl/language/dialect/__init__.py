"""The language of mmctl, version 1: which keys exist, what each may contain, and what it means.

One declaration that the reader, the JSON Schemas and the formatter use. How keys become members
of the API is in `mmctl.language.parsing.conditions`, `actions`, `rule_sets` and `resources`.
"""

from mmctl.language.dialect.files import FILE, PROJECT

__all__ = ["FILE", "PROJECT"]
