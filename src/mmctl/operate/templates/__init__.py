"""CloudFormation templates as values: parameters, resources and sections, and their document."""
