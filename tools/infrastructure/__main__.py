"""See the package."""

import sys

from tools.infrastructure.command import main

sys.exit(main(sys.argv[1:]))
