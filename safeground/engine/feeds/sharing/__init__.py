"""The door: agreements, keyed pseudonyms, minimised copies, encryption at rest."""
