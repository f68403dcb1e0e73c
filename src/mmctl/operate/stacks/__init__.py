"""Stacks of CloudFormation: brought to what a project wants, waited for, looked at, taken away."""
