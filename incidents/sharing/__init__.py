"""Cases that another organisation may read, for a purpose, until a day."""
