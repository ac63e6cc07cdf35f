"""The codebook: reading it, asking it, and what its vocabularies promise."""
