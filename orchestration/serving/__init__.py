"""Serving a release from PostgreSQL: loaded aside, then switched to under every reader's feet in one transaction."""
