"""Gmail's settings of a Google Workspace, as the Policy API of Cloud Identity lists them.

Blocked senders become rules. What only Gmail can do, and what its export does not say, is listed.
"""
