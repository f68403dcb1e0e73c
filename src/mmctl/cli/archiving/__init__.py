"""`mmctl archive`: what each of its verbs does."""
