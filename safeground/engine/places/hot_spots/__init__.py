"""Hot spots: small places where most was recorded, and how sure that is."""
