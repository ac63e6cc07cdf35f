"""Making, serving, backing up and restoring an instance."""
