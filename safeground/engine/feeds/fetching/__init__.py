"""Open data brought from their publishers' addresses, resumably and politely."""
