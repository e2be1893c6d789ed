"""Cloud Run Job `assembler`: renders the blueprint its environment names."""

import sys

from bachata.assembly.job import main

if __name__ == "__main__":
    sys.exit(main())
