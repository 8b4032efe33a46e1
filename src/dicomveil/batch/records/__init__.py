"""What a run leaves in the private folder for the next one: the project, the ledger, the reports."""
