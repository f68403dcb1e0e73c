"""Cases that nobody has to write: a message that a rule takes, and one that it just misses.

Both are led there from ordinary mail, so that people can read them; where that fails, a proof finds
a message, or says that there is none. What they expect is what the evaluator says.
"""
