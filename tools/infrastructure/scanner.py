"""Checkov over a plan, offline, from an environment of its own (`make checkov`).

Over a plan, not over the files: it does not follow dynamic blocks and loops, and sees a third of the checks there.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from tools.infrastructure.toolchain import BUILD

CHECKOV: Final = BUILD / "checkov" / "bin" / "checkov"

_OWN_KEYS: Final = "keys of one's own: Google's encrypt everything; one more thing that can be lost with all data"
_STATEMENTS: Final = "statements hold what users asked for; Query Insights shows the slow ones without values"
_ACCESS_LOGS: Final = "access logs of buckets: only service accounts get in, and audit logs name them"
SKIPPED: Final[dict[str, str]] = {
    "CKV_GCP_26": "flow logs: nothing enters this network, and they cost by the gigabyte",
    "CKV_GCP_62": _ACCESS_LOGS,
    "CKV_GCP_63": _ACCESS_LOGS,
    "CKV_GCP_78": "versions: soft delete keeps what was deleted or replaced, without a second set of names",
    "CKV_GCP_79": "another major version of PostgreSQL: 17 is what the laptop and the tests run",
    "CKV_GCP_83": _OWN_KEYS,
    "CKV_GCP_84": _OWN_KEYS,
    "CKV_GCP_108": "host names of clients: all come through the connector, from addresses without names",
    "CKV_GCP_110": "pgAudit: nobody but our accounts can sign in, and each may do what its part needs",
    "CKV_GCP_111": _STATEMENTS,
    "CKV2_GCP_13": _STATEMENTS,
    "CKV2_GCP_18": "a firewall: a network without a rule lets nothing in, and no machine of ours listens",
}
"""Checks that are not for us, and why."""


class Findings(Exception):
    """What the scanner found, in its words."""


def scan(plan: Path) -> str:
    """A sentence on how it went; `plan` is a plan as JSON. Raises Findings."""
    if not CHECKOV.exists():
        return "checkov is skipped: `make checkov` has not installed it"
    done = subprocess.run(
        [str(CHECKOV), "--file", str(plan), "--framework", "terraform_plan", "--skip-download", "--compact", "--quiet",
         "--skip-check", ",".join(SKIPPED)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Findings(done.stdout or done.stderr)
    return f"checkov finds nothing; {len(SKIPPED)} checks are left out, each with its reason"
