"""The command line: ``python -m tools.infrastructure [--real] [--if-possible]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tools.infrastructure import toolchain
from tools.infrastructure.steps import Failed, run
from tools.infrastructure.workspace import TerraformFailed


def main(arguments: Sequence[str]) -> int:
    """Run all steps; 0 when everything holds (or, with ``--if-possible``, nothing can be run), else 1."""
    parser = argparse.ArgumentParser(prog="python -m tools.infrastructure", description=__doc__)
    parser.add_argument("--real", action="store_true", help="fetch the real provider: init, validate, test")
    parser.add_argument(
        "--if-possible", action="store_true", help="where Terraform or the kit is missing, say so and pass"
    )
    parser.add_argument("--scan", action="store_true", help="let checkov look too, where `make checkov` installed it")
    chosen = parser.parse_args(arguments)
    try:
        run(toolchain.real() if chosen.real else toolchain.offline(), scanned=chosen.scan)
    except toolchain.Missing as missing:
        print(f"Terraform is skipped: {missing}", file=sys.stdout if chosen.if_possible else sys.stderr)
        return 0 if chosen.if_possible else 1
    except (Failed, TerraformFailed) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0
