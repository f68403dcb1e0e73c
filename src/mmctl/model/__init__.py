"""What Mail Manager is, in AWS's own words: frozen shapes, vocabularies, limits."""
