"""Steps of cases and the ledger, over HTTP, on both databases."""
