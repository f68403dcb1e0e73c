"""What the atoms on one field obey: a theory for each kind of field, exact both ways."""
