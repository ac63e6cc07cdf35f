"""Taking consent back, by members and by receipt, on both databases and over HTTP."""
