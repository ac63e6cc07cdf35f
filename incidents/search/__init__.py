"""Reading every case that a session opens, in search of words. No index of words exists anywhere."""
