"""When Gemini may be asked, and what it costs when it may not."""

from __future__ import annotations

import subprocess
import sys

from bachata.gemini import access
from bachata.settings import Settings
from tests.gemini.double import KEY

OFFLINE = """
import sys
from bachata import settings
from bachata.choreography.assistants import Agency, Assistants
from bachata.choreography.brief import understand
from bachata.choreography.gemini_director import GeminiDirector
from bachata.gemini.embedder import open_text_embedder
env = settings.load()
found = Agency.of(env).send()
assert found == Assistants(), found
assert open_text_embedder(env) is None
assert understand({}, "romantic beginner bachata", reader=found.reader).difficulty.value == "beginner"
heavy = sorted(m for m in sys.modules if m.split(".")[0] in ("httpx2", "aiohttp") or m.startswith("google.genai"))
assert not heavy, heavy
"""


def test_without_key_and_vertex_nobody_is_asked() -> None:
    assert access(Settings()) is None
    assert access(Settings(gemini_model="other", google_cloud_project="p")) is None


def test_a_key() -> None:
    found = access(Settings(gemini_api_key=KEY, google_cloud_project="p", gemini_timeout=7))  # type: ignore[arg-type]
    assert found is not None
    assert found.api_key is not None
    assert (found.project, found.location, found.timeout) == (None, None, 7)
    assert KEY not in repr(found)


def test_vertex() -> None:
    found = access(Settings(gemini_vertex=True, google_cloud_project="p"))
    assert found is not None
    assert (found.api_key, found.project, found.location) == (None, "p", "global")


def test_the_library_is_not_even_imported_when_nothing_is_configured() -> None:
    done = subprocess.run([sys.executable, "-c", OFFLINE], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
