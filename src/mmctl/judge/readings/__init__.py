"""Which readings matter for a message: the choices where the text of AWS leaves room."""
