"""Terraform: plans, states and modules with Mail Manager in them, read and written."""
