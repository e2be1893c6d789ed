"""The documented limits of the service, in one place.

Source: https://cloud.google.com/workflows/quotas (resource limits). A file or an execution that passes here stays
inside them in the cloud; without these checks the first surprise would be there.
"""

from __future__ import annotations

SOURCE_BYTES = 128 * 1024
EXPRESSION_CHARACTERS = 400
ASSIGNMENTS_PER_STEP = 50
CONDITIONS_PER_SWITCH = 50
BRANCHES_PER_STEP = 10

VARIABLE_BYTES = 512 * 1024
STRING_BYTES = 256 * 1024
RESPONSE_BYTES = 2 * 1024 * 1024
STEPS_PER_EXECUTION = 100_000
CALL_DEPTH = 20
PARALLEL_DEPTH = 2
CONCURRENT_BRANCHES = 20

NESTING = 200
"""Levels of a JSON document. Ours, not Google's: Python follows about a thousand calls, a level costs several."""

HTTP_TIMEOUT_SECONDS = 300
HTTP_TIMEOUT_MAXIMUM_SECONDS = 1800
CONNECTOR_TIMEOUT_SECONDS = 1800
CONNECTOR_TIMEOUT_MAXIMUM_SECONDS = 31_536_000
