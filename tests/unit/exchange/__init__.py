"""Reading files and building documents, without a database."""
