"""What people agreed to, as it changes: withdrawal with all it touches, and receipts that work without an account."""
