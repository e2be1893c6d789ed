"""Cloud Run Job `migrate`: brings the database to the newest schema and its users to their privileges."""

import sys

from bachata.tasks.migration_job import main

if __name__ == "__main__":
    sys.exit(main())
