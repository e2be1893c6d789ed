"""One thin client over google-genai: bounded, retried, silent about secrets."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from bachata.gemini.access import Access
from bachata.gemini.faults import translate, unavailable
from bachata.gemini.question import PROMPT_CHARACTERS, Question
from bachata.gemini.retry import Patience, persist
from bachata.logs import get_logger

if TYPE_CHECKING:
    from google.genai import Client, types

    from bachata.gemini.wire import BoundedClient

T = TypeVar("T")

ANSWER_CHARACTERS = 100_000
REMEMBERED = 128
"""Answers kept: a step that is repeated, or a request planned after its song was chosen, asks nobody again."""

_DONE = ("STOP", "FINISH_REASON_UNSPECIFIED")
_CUT = ("MAX_TOKENS", "CONTINUATION")
_FAULTY = ("OTHER", "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL")

log = get_logger(__name__)


class GeminiClient:
    """Answers questions and embeds texts. May be used by many threads; opened at the first use."""

    def __init__(self, access: Access, *, patience: Patience | None = None) -> None:
        """`patience` replaces what follows from the access's timeout."""
        self.access = access
        self._patience = patience or Patience(access.timeout)
        self._lock = threading.Lock()
        self._opened: tuple[Client, BoundedClient] | None = None
        self._answer = lru_cache(REMEMBERED)(self._ask)

    def ask(self, question: Question) -> dict[str, Any]:
        """The answer as a JSON object; no more is known of it than that. Equal questions are asked once.

        Raises GeminiUnavailable.
        """
        answer = json.loads(self._answer(question))
        assert isinstance(answer, dict)
        return answer

    def embed(self, texts: Sequence[str], dimensions: int) -> list[list[float]]:
        """One vector a text, as it comes: neither its length nor its norm has been looked at.

        Raises GeminiUnavailable; ValueError without an embedding model.
        """
        model = self.access.embedding_model
        if model is None:
            raise ValueError("the access names no embedding model")

        def attempt(sdk: Client, seconds: float) -> list[list[float]]:
            from google.genai import types

            options = types.EmbedContentConfig(output_dimensionality=dimensions, http_options=_within(seconds))
            # Each text a content of its own: newer models make one vector of a list of strings.
            contents: Any = [types.Content(parts=[types.Part(text=text)]) for text in texts]
            reply = sdk.models.embed_content(model=model, contents=contents, config=options)
            return [list(found.values or ()) for found in reply.embeddings or ()]

        return self._persist(attempt, "embedding")

    def close(self) -> None:
        """Close connections; the client may be used again."""
        with self._lock:
            if self._opened is not None:
                self._opened[1].close()  # the library closes no client it was given
            self._opened = None

    def _ask(self, question: Question) -> str:
        """The answer's text, a JSON object."""
        if len(question.instruction) + len(question.content) > PROMPT_CHARACTERS:
            raise unavailable("prompt_too_large")

        def attempt(sdk: Client, seconds: float) -> str:
            reply = sdk.models.generate_content(
                model=self.access.model, contents=question.content, config=_config(question, seconds)
            )
            return _object(reply)

        return self._persist(attempt, question.purpose)

    def _persist(self, attempt: Callable[[Client, float], T], purpose: str) -> T:
        with _translated():
            sdk = self._sdk()  # before the clock starts: importing the library takes seconds

        def translated(seconds: float) -> T:
            with _translated():
                return attempt(sdk, seconds)

        started = time.monotonic()
        result = persist(translated, self._patience, purpose=purpose)
        log.info("Gemini answered: %s", purpose, extra={"seconds": round(time.monotonic() - started, 2)})
        return result

    def _sdk(self) -> Client:
        with self._lock:
            if self._opened is None:
                self._opened = _open(self.access)
            return self._opened[0]


@contextmanager
def _translated() -> Iterator[None]:
    """Whatever goes wrong inside is a GeminiUnavailable outside, without the words of what it was."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever a server answers, the library may stumble over
        raise translate(error) from None


def _open(access: Access) -> tuple[Client, BoundedClient]:
    import httpx2
    from google import genai
    from google.genai import types

    from bachata.gemini.wire import BoundedClient

    # The library would read all certificates for each of its four ways to the network, a tenth of a second each.
    trust = httpx2.create_ssl_context()
    wire = BoundedClient(verify=trust)
    options = types.HttpOptions(
        base_url=access.base_url, httpx_client=wire, async_client_args={"verify": trust, "ssl": trust}
    )
    # Key or Vertex is said outright, so that variables the library reads by itself turn nothing round.
    if access.api_key is not None:
        sdk = genai.Client(enterprise=False, api_key=access.api_key.get_secret_value(), http_options=options)
    else:
        sdk = genai.Client(enterprise=True, project=access.project, location=access.location, http_options=options)
    return sdk, wire


def _config(question: Question, seconds: float) -> types.GenerateContentConfig:
    from google.genai import types

    return types.GenerateContentConfig(
        system_instruction=question.instruction,
        temperature=0.0,
        seed=question.seed,
        candidate_count=1,
        max_output_tokens=question.tokens,
        response_mime_type="application/json",
        response_schema=question.answer,
        # One question is one call: no functions, no going on where an answer was cut.
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        automatic_continuation=False,
        http_options=_within(seconds),
    )


def _within(seconds: float) -> types.HttpOptions:
    from google.genai import types

    return types.HttpOptions(timeout=max(1, round(seconds * 1000)))  # milliseconds; 0 would mean no limit


def _object(reply: types.GenerateContentResponse) -> str:
    """The text of a reply that is whole, of a sane size and a JSON object."""
    if reply.prompt_feedback is not None and reply.prompt_feedback.block_reason is not None:
        raise unavailable("blocked")
    if not reply.candidates:
        raise unavailable("malformed", details="no candidate")
    finish = reply.candidates[0].finish_reason
    name = finish.name if finish is not None else "STOP"
    if name in _CUT:
        raise unavailable("cut_off", details=name)
    if name not in _DONE:
        raise unavailable("malformed" if name in _FAULTY else "blocked", details=name)
    text = reply.text or ""
    if len(text) > ANSWER_CHARACTERS:
        raise unavailable("answer_too_large")
    if not isinstance(json.loads(text), dict):
        raise unavailable("malformed", details="no object")
    return text
