"""What AWS makes around the rules: the templates of an environment, and its stacks."""
