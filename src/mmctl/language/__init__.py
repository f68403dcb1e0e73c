"""Text ⇄ project: YAML with positions, variables, includes, names, schema, formatter."""
