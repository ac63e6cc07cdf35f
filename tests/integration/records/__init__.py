"""Pages of cases, over HTTP, on both databases."""
