"""Files taken in: whose they are, for which period, kept as sent or not at all."""
