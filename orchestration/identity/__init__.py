"""Identity around the SQL models: names read, weights trained, human decisions, what outlives a run, reports."""
