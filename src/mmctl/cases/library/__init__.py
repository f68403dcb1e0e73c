"""The library of test cases: messages by kind, with what a sound gateway would do.

One file an entry: `KIND/NAME.txt` has what is known of the message, a line `---`, and the message.
"""
