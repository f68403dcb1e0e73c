"""What is checked before a version is published; the workflow of a release runs the same."""
