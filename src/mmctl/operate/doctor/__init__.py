"""The doctor: looks at what is commonly wrong with a live gateway, in order, one look a file."""
