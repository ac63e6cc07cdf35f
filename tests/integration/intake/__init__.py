"""The form over HTTP, on each database."""
