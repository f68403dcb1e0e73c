"""The probe: mail that shows which reading of AWS's text a service follows."""
