"""Gemini, thinly: one question, one answer by JSON schema; or texts and their vectors.

Nothing here is needed: whoever asks has an answer of its own for when Gemini is off, slow, wrong or hostile. The
google-genai package is imported at the first question, never before (cold start, and machines without it).

    settings ─► access ─► client ── retry ─► google-genai ─► wire ─► network
                            ▲          └─ faults: every failure becomes one GeminiUnavailable with a reason code
                 budget ────┘
"""

from bachata.gemini.access import Access, access
from bachata.gemini.budget import Budget
from bachata.gemini.client import GeminiClient
from bachata.gemini.question import Answerer, Question
from bachata.gemini.salvage import salvage

__all__ = ["Access", "Answerer", "Budget", "GeminiClient", "Question", "access", "salvage"]
