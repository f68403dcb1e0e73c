"""The least IAM policies: for plan, apply and the emergency block, for the roles that rules name.

`facts.py` is the dated table of what each action needs, `places.py` says where things are,
`read_access.py` and `write_access.py` hold the statements for plan and apply, `operating.py` those
for what people do with a live gateway, `roles.py` those for the roles of rules, `trusting.py` who
may assume a role. Nothing here needs credentials.
"""
