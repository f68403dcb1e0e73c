"""Which readings matter for a message: the choices that AWS's text leaves open."""
