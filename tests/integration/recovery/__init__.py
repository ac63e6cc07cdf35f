"""An organisation that has lost every member comes back with its trustees, and with nobody fewer."""
