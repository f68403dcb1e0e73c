"""What commands that plan, apply and look back share: project, service, history, gates."""
