"""Cases that may be of the same incident: found, compared, linked and never merged."""
