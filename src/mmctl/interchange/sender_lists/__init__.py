"""Lists of allowed and blocked senders, as other gateways export them → members of address lists.

Tables of any columns and separators: what is a member, what is a network, what is neither, each at
its place. Nothing here opens files.
"""
