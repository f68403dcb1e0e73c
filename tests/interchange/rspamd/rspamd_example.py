"""Makes `examples/migration/rspamd`: maps, forced actions and settings of a company of four teams.

Run it to write the files again: `python tests/interchange/rspamd/rspamd_example.py`.
Members are those of rspamd's manual; the company is invented.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

PLACE: Final = Path(__file__).parents[3] / "examples" / "migration" / "rspamd"
_TEAMS: Final = ("security", "finance", "support", "brand")
_TOPICS: Final = ("phishing", "newsletters", "invoices", "parcels", "lookalikes", "bulk")
_MAPS: Final = "$LOCAL_CONFDIR/local.d/maps.d"


def files() -> dict[str, str]:
    """The text of each file by its path."""
    made: dict[str, str] = {"groups.conf": _GROUPS, "settings.conf": _settings()}
    for number, team in enumerate(_TEAMS):
        made[f"multimap.d/{team}.conf"] = _team(team, number, made)
    includes = "".join(
        f'.include(try=true,priority=1) "$LOCAL_CONFDIR/local.d/multimap.d/{team}.conf"\n'
        for team in _TEAMS
    )
    made["multimap.conf"] = _SHARED + includes
    made["force_actions.conf"] = _forced()
    made["maps.d/partner_networks.map"] = (
        "# asked by purchasing, 2019\n192.0.2.0/25\n198.51.100.7 # scanner of the print room\n"
        "2001:db8:12::/48\n\n203.0.113.64/26\n"
    )
    made["maps.d/blocked_networks.map"] = "".join(f"203.0.113.{each}\n" for each in range(8, 30))
    return made


def _team(team: str, number: int, made: dict[str, str]) -> str:
    up = team.upper()
    parts = [f"# {team}: ask before you change this\n"]
    for place, topic in enumerate(_TOPICS):
        path = f"maps.d/{team}_{topic}.map"
        keys = [f"{topic}-{each}.{team}.example" for each in range(2 + place * (number + 1))]
        keys += [f"News@{topic}.{team}.example # T-{number}{place}7"]
        if place == number:
            keys += [f"*.{topic}.example", f"@{topic}.example", ""]
        made[path] = "\n".join(["# one a line", *keys, ""])
        action = ("reject", "reject", "add header", "discard", "soft reject", "quarantine")[
            (place + number) % 6
        ]
        parts.append(
            f"{up}_{topic.upper()} {{\n"
            f'  type = "from";\n'
            f'  map = "file://{_MAPS}/{team}_{topic}.map";\n'
            f'  description = "{team}: {topic}";\n'
            f'  action = "{action}";\n'
            "}\n"
        )
    made[f"maps.d/{team}_subjects.map"] = (
        f"/^\\[{team} test\\]/i\n/lottery|win a prize/i {up}_LOTTERY:5\n"
        "/\\bpay now\\b/i\n# /old/\n/invoice$/\n"
    )
    made[f"maps.d/{team}_globs.map"] = f"*.{team}-ads.example\nmailer-*@{team}.example\n"
    parts.append(
        f"{up}_SUBJECTS {{ type = header; header = Subject; regexp = true; score = 4.0;\n"
        f'  symbols = ["{up}_LOTTERY"];\n'
        f'  map = "{_MAPS}/{team}_subjects.map"; }}\n'
        f"{up}_GLOBS : {{\n"
        f'  "type": "from", "filter": "email:domain", "glob": yes, "score": 2,\n'
        f'  "map": ["{_MAPS}/{team}_globs.map"]\n'
        "}\n"
        f"{up}_GONE {{ type = rcpt; action = reject; message = 'this mailbox is closed';\n"
        f"  map = [ left-{team}@example.com, old.{team}@example.com, # HR\n"
        f"          temp-{number}@example.com ]; }}\n"
        f"{up}_SYSTEMS {{ type = header; header = X-{team.title()}-System; score = 0;\n"
        f"  map = [ ERP, crm-{number}, ]; }}\n"
        f"{up}_MIME {{ type = from; extract_from = mime; filter = email:domain;\n"
        f"  map = [ {team}-mail.example, {team}-info.example ]; score = 0; }}\n"
        f"{up}_HOSTS {{ type = hostname; regexp = true; score = 3; "
        f'map = "{_MAPS}/{team}_hosts.map"; }}\n'
        f"{up}_ZIP {{ type = filename; filter = extension;"
        ' map = [ exe, "js" ]; action = reject; }\n'
        f'{up}_REMOTE {{ type = from; map = "https://maps.example.net/{team}.map"; score = 6; }}\n'
        f"{up}_HELO {{ type = helo; map = [ localhost, {team}.invalid ]; action = reject;\n"
        f'  require_symbols = "!PARTNER_NETWORKS & !{up}_MIME"; }}\n'
        f"/* {up}_OLD {{ type = from; map = [ x.example ]; }} /* nobody knows */ */\n"
    )
    return "".join(parts)


def _forced() -> str:
    parts = ["rules {\n"]
    for team in _TEAMS:
        up = team.upper()
        parts.append(
            f"  {up}_PRIZES {{\n"
            f'    action = "reject";\n    expression = "{up}_LOTTERY & !PARTNER_NETWORKS";\n'
            f'    message = "5.7.1 no prizes, please (ticket ${{queueid}})";\n  }}\n'
            f"  {up}_MARKS {{\n"
            f'    action = "add header";\n    expression = "{up}_SUBJECTS";\n  }}\n'
            f"  {up}_INTERNAL {{\n"
            f'    action = "no action";\n    expression = "{up}_SYSTEMS and {up}_MIME";\n'
            f'    honor_action = ["reject", "soft reject"];\n  }}\n'
            f"  {up}_VIRUS {{\n"
            f'    action = "reject";\n    expression = "CLAM_VIRUS | ({up}_MIME & R_SPF_FAIL)";\n'
            "  }\n"
            f"  {up}_BULK {{ action = 'rewrite subject'; expression = '{up}_GLOBS + BULK > 1';\n"
            "    subject = '[BULK] %s'; }\n"
            f"  {up}_LATER {{ action = greylist; expression = '{up}_MIME';\n"
            "    require_action = ['add header']; }\n"
        )
    return "".join([*parts, "}\n"])


def _settings() -> str:
    parts = [_POSTMASTER]
    for number, team in enumerate(_TEAMS):
        parts.append(
            f"{team}_partners {{\n  priority = {'high' if number % 2 else 'low'};\n"
            f'  from = "@partner-{number}.example";\n  from = "robot@{team}-tools.example";\n'
            f'  ip = ["198.51.100.{16 * number}/28"];\n  want_spam = yes;\n}}\n'
            f'{team}_loose {{\n  rcpt = ["{team}@example.com"];\n'
            f"  apply {{ actions {{ reject = {15 + number}.0; greylist = null; }} }}\n}}\n"
        )
    return "".join(parts)


_POSTMASTER: Final = """\
postmaster {
  priority = high;
  rcpt = [ "postmaster@example.com", "abuse@example.com", "/^security\\\\+.*@example\\\\.com$/" ];
  whitelist = true;
}
employees {
  authenticated = yes;
  want_spam = yes;
}
"""
_GROUPS: Final = """\
group "local" {
  symbols { "SECURITY_SUBJECTS" { weight = 4.0; } }
}
"""
_SHARED: Final = f"""\
# local.d/multimap.conf
PARTNER_NETWORKS {{
  type = "ip";
  prefilter = true;
  map = "{_MAPS}/partner_networks.map";
  action = "accept";
}}
BLOCKED_NETWORKS {{
  type = "ip";
  map = "{_MAPS}/blocked_networks.map";
  action = "reject";
  message = "blocked, write to postmaster@example.com";
}}
"""


def write() -> None:
    """Write the files."""
    for path, text in files().items():
        target = PLACE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
