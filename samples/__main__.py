"""`python -m samples song OUT.wav` and `python -m samples moves DIR`."""

import sys

from samples.command import main

sys.exit(main())
