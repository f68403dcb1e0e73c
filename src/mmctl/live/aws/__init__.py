"""AWS itself: sessions and clients, and what they raise. The only place that imports boto."""
