"""The add-on products that mmctl knows, and what they look at.

From https://docs.aws.amazon.com/ses/latest/dg/eb-addons.html.
"""

from __future__ import annotations

from typing import Final

CONTENT_SCANNER: Final = "VADE_ADVANCED_EMAIL_SECURITY"
"""Answers `isPassed`, `category` and `verdict` about content of any kind."""
VIRUS_SCANNER: Final = "TRENDMICRO_VSAPI"
"""Answers `isPassed` and `category` about viruses."""
SCANNERS: Final = frozenset({CONTENT_SCANNER, VIRUS_SCANNER})
"""These answer in rules."""
BLOCK_LISTS: Final = frozenset({"SPAMHAUS_DBL", "ABUSIX_MAIL_INTELLIGENCE"})
"""These answer in traffic policies, `isListed` and `listedOn`."""
