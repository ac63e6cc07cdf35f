"""What was asked of authorities, with deadlines, and the ledger of how they answered."""
