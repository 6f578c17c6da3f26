"""Identity around the SQL models: human decisions, the state that outlives a run, explaining, what a change moves."""
