"""Tasks and the database: tables, migrations, the state machine of a render."""
