"""Publications, letters and their replies, stories and campaigns."""
