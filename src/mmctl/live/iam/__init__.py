"""The least IAM policies: for plan, apply and the emergency block, for the roles that rules name.

`facts.py` is the dated table of what each action takes, `places.py` where things are, `reading.py`
and `writing.py` the statements for the pipeline, `roles.py` those for the roles of rules,
`trusting.py` who may take a role on. Nothing here needs credentials.
"""
