"""Alembic's folder: one file a step under versions/, each named by its number."""
