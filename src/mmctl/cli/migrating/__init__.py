"""Import from files: API requests, infrastructure code, and rules of other gateways."""
