"""The production server, started as a process of its own."""
