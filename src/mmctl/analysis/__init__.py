"""Reasoning about rules: what they do, which mail they match, what excludes or implies what.

Proofs answer a question about all messages as SAT over atoms. An *atom* is a test of one text,
number, address or word of a message ("a subject contains `invoice`"). `sat` is the solver,
`theories` say what the atoms on one field obey, `encoding` makes a gateway a circuit over atoms,
`questions` asks. A model is believed only after the evaluator judged the message made from it.

Nothing here reports a problem.
"""
