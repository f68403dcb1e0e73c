"""Apply and rollback: the lock, the calls, what is read back."""
