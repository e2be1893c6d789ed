"""Cloud Run Job `migrate`: the newest schema and users' privileges; `adopt LIBRARY`: a published library's rows."""

import sys

from bachata.moves.adoption import main as adopt
from bachata.tasks.migration_job import main as migrate

if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            sys.exit(migrate())
        case ["adopt", library]:
            sys.exit(adopt(library))
        case _:
            sys.exit("usage: main.py [adopt LIBRARY]")
