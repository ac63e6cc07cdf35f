"""Steps, deadlines and the ledger, without a database."""
