"""The rules that did not apply, of all flows of a page, as data that the page unfolds.

Their number is rules times messages, so each text is written once and referred to.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mmctl.counted import counted
from mmctl.judge.trace import RuleResult
from mmctl.judge.words import condition_parts
from mmctl.records import dataclass, field
from mmctl.render.html.markup import Child, Markup, element
from mmctl.visible import visible

if TYPE_CHECKING:
    from collections.abc import Hashable

    from mmctl.judge.trace import CopyTrace, RuleTrace


@dataclass(slots=True)
class PassedOver:
    """The rules that did not apply, collected while the flows of a page are built."""

    _texts: dict[str, int] = field(default_factory=dict)
    _rules: dict[Hashable, int] = field(default_factory=dict)
    _rule_rows: list[list[int]] = field(default_factory=list)
    _lists: dict[tuple[int, ...], int] = field(default_factory=dict)

    def of(self, copy: CopyTrace) -> Child:
        """The placeholder in a flow for the rules that did not apply."""
        others = [rule for rule in copy.rules if rule.result is RuleResult.NOT_APPLIED]
        if not others:
            return None
        flat = tuple(place for rule in others for place in self._entry(rule))
        return element(
            "details",
            element("summary", f"{counted(len(others), 'rule')} did not apply"),
            class_="others",
            data_list=self._lists.setdefault(flat, len(self._lists)),
        )

    def document(self) -> dict[str, list[Any]]:
        """The data: texts, rules (name, place), and lists of rule, condition and compared value."""
        return {
            "texts": list(self._texts),
            "rules": self._rule_rows,
            "lists": [list(flat) for flat in self._lists],
        }

    def markup(self) -> Markup:
        """The data as the content of a script element."""
        text = json.dumps(self.document(), ensure_ascii=False, separators=(",", ":"))
        # Only `<` could start something that ends a script element.
        return Markup(text.replace("<", "\\u003c"))

    def _entry(self, rule: RuleTrace) -> tuple[int, int, int]:
        """A rule, its first condition that failed, and what it was compared with."""
        wanted, met = condition_parts(rule.failed) if rule.failed else ("", "")
        return self._rule(rule), self._text(wanted), self._text(met)

    def _rule(self, rule: RuleTrace) -> int:
        key = (rule.rule, rule.position, rule.index)
        if key not in self._rules:
            self._rules[key] = len(self._rules)
            place = self._text(anchor(rule.position.file, rule.position.line))
            self._rule_rows.append([self._text(rule.rule), place, rule.index])
        return self._rules[key]

    def _text(self, text: str) -> int:
        return self._texts.setdefault(visible(text), len(self._texts))


def anchor(file: str, line: int) -> str:
    """The id of a line of a rule file on the page."""
    return f"L-{file}:{line}"
