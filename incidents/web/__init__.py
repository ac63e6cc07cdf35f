"""What every page shares: who may see it, its headers, its forms and its session."""
