"""From a delivery to accounted raw rows: landing, scanner, readers, gate, ledger. No orchestrator in here."""
