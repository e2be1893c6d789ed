"""Run by Alembic. The connection comes from `bachata.tasks.migrate`, inside its transaction and lock."""

from alembic import context

from bachata.tasks.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, compare_type=True)
context.run_migrations()
