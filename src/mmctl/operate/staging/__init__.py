"""What an environment for integration has around its rules: network, mail server, sender."""
