"""How long what is kept: rules as data, what is due, and erasure after somebody has confirmed it."""
