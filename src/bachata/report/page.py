"""Assemble the page from its template, style, script and data, and write it as one file."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

from bachata.assembly.result import Result
from bachata.blueprint import Blueprint
from bachata.moves.catalogue import Move
from bachata.music.document import Analysis
from bachata.report import beside, facts, fragments, scores, timeline, words

# Three steps and a tap, the mark of the masthead.
_ICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 48 48'><rect width='48' height='48' rx='11' fill='#7d2239'/>"
    "<g fill='#f8e9dc'><circle cx='11' cy='31' r='4.5'/><circle cx='22' cy='31' r='4.5'/>"
    "<circle cx='33' cy='31' r='4.5'/></g><circle cx='38' cy='17' r='5' fill='#ff9a6b'/></svg>"
)


def write(
    path_html: Path,
    *,
    blueprint: Blueprint,
    analysis: Analysis,
    result: Result,
    scorecard: Mapping[str, Any] | None,
    video_href: str,
    song_title: str,
    moves: Mapping[str, Move] | None = None,
    brief: Mapping[str, Any] | None = None,
    baselines: Mapping[str, Mapping[str, Any]] | None = None,
) -> Path:
    """Write the report beside its video and return its path.

    `video_href` is the video's path relative to the page, as a plain path ("song.mp4"), not percent-encoded; it cannot
    become another address. `scorecard` is that of `choreography.scorecard`, as JSON; None leaves the scores out.
    `moves` are those of the library by clip id; without them clips go by their ids. `brief` is how the request was
    understood (`Brief.as_dict`); without it that is left out. `baselines` are the scorecards, as JSON, of other ways to
    dance the song, by name.

    The same documents give the same bytes. The file appears whole or not at all.
    """
    page = render(
        blueprint=blueprint,
        analysis=analysis,
        result=result,
        scorecard=scorecard,
        video_href=video_href,
        song_title=song_title,
        moves=moves,
        brief=brief,
        baselines=baselines,
    )
    path_html.parent.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(dir=path_html.parent, prefix=f".{path_html.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(page)
        Path(scratch).chmod(0o644)
        Path(scratch).replace(path_html)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
    return path_html


def render(
    *,
    blueprint: Blueprint,
    analysis: Analysis,
    result: Result,
    scorecard: Mapping[str, Any] | None,
    video_href: str,
    song_title: str,
    moves: Mapping[str, Move] | None = None,
    brief: Mapping[str, Any] | None = None,
    baselines: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """The page as text. Arguments as for `write`."""
    shown = timeline.moves(blueprint, analysis, result, moves)
    tiles = scores.tiles(scorecard)
    css, js = _part("page.css"), _part("page.js")
    title = " ".join(song_title.split()) or "Untitled song"
    return Template(_part("page.html")).substitute(
        csp=escape(_policy(css, js)),
        icon=escape("data:image/svg+xml;base64," + base64.b64encode(_ICON.encode()).decode()),
        title=escape(title),
        video=escape(quote(video_href, safe="/")),
        video_name=escape(video_href.rsplit("/", 1)[-1]),
        length=escape(words.clock(result.duration_s)),
        seconds=f"{result.duration_s:.3f}",
        lede=fragments.lede(shown, analysis, result),
        nav=fragments.nav(has_scores=bool(tiles), has_warnings=bool(result.warnings)),
        legend=fragments.legend(shown),
        warnings=fragments.warnings(result.warnings),
        scores=fragments.scores(tiles, beside.table(scorecard, baselines)),
        moves_intro=fragments.moves_intro(shown),
        rows=fragments.rows(shown),
        facts=fragments.facts(facts.groups(blueprint, analysis, result, brief)),
        data=_json(timeline.data(blueprint, analysis, result, shown)),
        css=css,
        js=js,
    )


def _part(name: str) -> str:
    return files("bachata.report").joinpath(name).read_text(encoding="utf-8")


def _json(value: Any) -> str:
    """JSON that cannot leave its script element, whatever texts it holds."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _policy(css: str, js: str) -> str:
    """Nothing may load but the video; nothing may run but the two texts we wrote."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(js)}",
            f"style-src {_hash(css)}",
            "media-src 'self' file:",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
