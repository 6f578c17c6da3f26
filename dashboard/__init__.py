"""The dashboard: pages over the serving release, read-only. `acrm dashboard` starts it on loopback."""
