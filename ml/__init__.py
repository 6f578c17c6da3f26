"""Models: pure (frames in, frames out), deterministic, no orchestrator. Each module is one model family."""
