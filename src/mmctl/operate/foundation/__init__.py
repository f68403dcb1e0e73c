"""What the rules of a project need around them in an AWS account, as sections of a template."""
