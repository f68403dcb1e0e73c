"""Patterns as people have them, and texts that meet them or nearly do; for tests beside real
engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmctl.interchange.migration.tests import AllOf, EitherOf, Matches, Near, Negated, Test, Unseen
from mmctl.interchange.patterns import charset
from mmctl.interchange.patterns.syntax import Alternatives, At, Chain, Chars, Inexact, Repeat
from mmctl.judge.compare import folded, text_matches
from mmctl.model.enums import RuleStringOperator

if TYPE_CHECKING:
    from random import Random

    from mmctl.interchange.patterns.syntax import Node

EXACT = r"""
viagra
^\[SPAM\]
invoice$
^Quarterly report$
^ab.*ba$
^aba.*aba$
^re: .*overdue
^.+ is waiting for you$
colou?r
money{2,3}
(buy|order|get) now
^(urgent|important)(:|!)
v[i1!]agra
[Vv][Ii]agr[a@4]
c[i1]al[i1]s\d+
(cheap )?(meds|pills)
\$\$\$
100% free
a\.b\.c
make money .*fast$
\.(exe|scr|pif|bat|com)$
^(a|ab)(c|bcd)$
.*lottery.*
^.*lottery
lottery.*$
(((nested)))
(?:not )?captured
x{3}y{2}
a|b|cd|
no-?reply
\(c\) 20[0-2][0-9]
crypto(currency)?
[a-c][1-3]z
^win.*prize$
under_score|dash-ed
what\?
tab here
"quoted"
(ab)+cd$
\d+viagra\d+
\s*free
"""
"""Exactly literal, in every notation that is searched for."""

CLOSE = r"""
\bsex\b
free\s+money
winner.*prize
^(buy|get) (viagra|cialis)!*$
[a-z]+@spam\.example
\w+-invoice
^re:.*(fwd|fw):.*pay
order [0-9]{4,}
[^a-z]viagra
urgent.+reply
^pay[^a]*pal
^$|free
"""
"""Literal only nearly."""

NOTHING = r"""
[0-9]{3}-[0-9]{4}
^.{40,}$
[A-Z]{5}
(x+x+)+y
\w\w\w
"""
"""Nothing literal that says enough."""


def lines(text: str) -> list[str]:
    """The patterns of a list."""
    return [line for line in text.split("\n") if line]


def holds(test: Test, text: str) -> bool:
    """Whether a text meets a test, by the definition of each comparison."""
    match test:
        case Matches(operator=operator, values=values):
            compared = folded(text, "insensitive")
            return any(
                text_matches(RuleStringOperator(operator.upper()), compared, value.lower())
                for value in values
            )
        case AllOf(inside):
            return all(holds(each, text) for each in inside)
        case EitherOf(inside):
            return any(holds(each, text) for each in inside)
        case Negated(inner):
            return not holds(inner, text)
        case Near(test=inner):
            return holds(inner, text)
        case Unseen():
            return False


def texts_for(node: Node, random: Random, count: int) -> list[str]:
    """Texts that have a pattern, and near misses: a character more, less, changed or doubled."""
    texts = [""]
    for _ in range(count):
        text = _member(node, random)
        if random.random() < 0.5:
            text = _padding(random) + text + _padding(random)
        texts.append(text)
        texts.append(_changed(text, random))
        texts.append(_changed(text.swapcase(), random))
        half = random.randrange(len(text) + 1)
        texts += [text[:half], text[half:], text[half:] + text[:half], text + text]
    return [each for each in dict.fromkeys(texts) if each.isprintable() and each.isascii()]


def _member(node: Node, random: Random) -> str:
    match node:
        case Chars(ranges):
            low, high = random.choice(ranges)
            code = random.randint(low, min(high, low + 200))
            nice = [ord(char) for char in "aZ0 -." if charset.contains(ranges, ord(char))]
            return chr(random.choice(nice) if nice and random.random() < 0.7 else code)
        case At():
            return ""
        case Chain(items):
            return "".join(_member(item, random) for item in items)
        case Alternatives(options):
            return _member(random.choice(options), random)
        case Repeat(item=item, least=least, most=most):
            times = random.randint(least, least + 3 if most is None else min(most, least + 3))
            return "".join(_member(item, random) for _ in range(times))
        case Inexact(node=inner):
            return _member(inner, random)


def _padding(random: Random) -> str:
    return random.choice(["", " ", "x", "7", "-", "Re: ", "a long text ", "ab"])


def _changed(text: str, random: Random) -> str:
    if not text:
        return random.choice("ab0 ")
    place = random.randrange(len(text))
    kind = random.randrange(4)
    middle = ("", text[place] * 2, random.choice("abz01 -.@"), text[place].swapcase())[kind]
    return text[:place] + middle + text[place + 1 :]
