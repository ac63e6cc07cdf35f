"""Reading every case that a session opens, in search of words."""
