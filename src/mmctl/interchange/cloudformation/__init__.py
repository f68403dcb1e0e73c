"""CloudFormation templates: what Mail Manager has in them, read and written."""
