"""SES receipt rules and IP address filters → what Mail Manager does of them.

The export is read by `documents` and `members`, `rule_sets` finds what is in it, `recipients`,
`actions`, `filters` and `admission` say what each part means, and `reading` puts them in order.
What receipt rules do is in "Email receiving concepts" of the SES developer guide, and on the pages
of the actions there. Nothing here opens files.
"""
