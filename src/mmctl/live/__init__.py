"""The service's side: canonical form, plan, apply, history, rollback."""
