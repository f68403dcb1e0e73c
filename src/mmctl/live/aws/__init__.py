"""AWS itself: sessions, clients and their errors. The only place that imports boto."""
