"""Segments as code: YAML files in, checked rules out. dbt builds the members; nothing here touches a warehouse."""
