"""The laptop cloud: Workflows engine, Jobs API, embedded PostgreSQL, function host."""
