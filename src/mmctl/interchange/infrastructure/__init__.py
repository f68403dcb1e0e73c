"""Mail Manager in infrastructure code: what its files hold, the same for every tool."""
