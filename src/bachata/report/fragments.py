"""Pieces of HTML. Whatever came from outside passes through `escape` here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from bachata.assembly.result import Result
from bachata.music.document import Analysis
from bachata.report import words
from bachata.report.facts import Facts
from bachata.report.scores import Tile
from bachata.report.timeline import Shown

ON_THE_BEAT_MS = 70.0
"""How far a cut may be from a beat and still count as on it: the field's usual window (mir_eval)."""


def nav(*, has_scores: bool, has_warnings: bool) -> str:
    """Links to the sections that are there."""
    links = [
        ("timeline", "Timeline", True),
        ("warnings", "Notes", has_warnings),
        ("scores", "Scores", has_scores),
        ("moves", "Moves", True),
        ("facts", "Making of", True),
    ]
    return "".join(f'<a href="#{name}">{label}</a>' for name, label, there in links if there)


def lede(shown: Sequence[Shown], analysis: Analysis, result: Result) -> str:
    """The video in a sentence or two, true to what was measured. The opening is no change: it is where it must be."""
    first = f"{words.plural(len(shown), 'move')} in {words.clock(result.duration_s)} of music"
    if analysis.tempo:
        first += f" at {words.number(analysis.tempo)} beats a minute"
    changes = shown[1:]
    hits = sum(on_count_one(m) for m in changes)
    if not changes:
        return escape(f"{first}.")
    if hits == len(changes):
        return escape(f"{first}. Every change falls on the 1.")
    return escape(f"{first}. {hits} of {words.plural(len(changes), 'change')} on the 1.")


def on_count_one(move: Shown) -> bool:
    """Whether a move starts on a count 1, within the usual window."""
    return move.count == 1 and move.off_ms is not None and abs(move.off_ms) <= ON_THE_BEAT_MS


def legend(shown: Iterable[Shown]) -> str:
    """A swatch for each label, in order of appearance, and the energy curve. Without a library there are no labels."""
    labels = dict.fromkeys((m.label, m.colour) for m in shown if m.label)
    swatches = [
        f'<span class="key"><i class="c{colour}"></i>{escape(words.title(label))}</span>' for label, colour in labels
    ]
    return "".join([*swatches, '<span class="key"><i class="curve"></i>Energy of the music</span>'])


def warnings(found: Sequence[str]) -> str:
    """What was bent to make it work; nothing when nothing was."""
    if not found:
        return ""
    items = "".join(f"<li>{escape(text)}</li>" for text in found)
    count = words.plural(len(found), "thing")
    return (
        '<section id="warnings" class="notes" aria-labelledby="warnings-title">'
        f'<h2 id="warnings-title">{count} worth knowing</h2><ul>{items}</ul></section>'
    )


def scores(tiles: Sequence[Tile], comparison: Sequence[tuple[str, ...]]) -> str:
    """The tiles, and other ways to dance the song beside them; nothing without a scorecard."""
    if not tiles:
        return ""
    return (
        '<section id="scores" aria-labelledby="scores-title"><h2 id="scores-title">How well it fits the music</h2>'
        '<p class="intro">Measured on this plan. The notch on a bar is what blind chance would reach.</p>'
        f'<div class="tiles">{"".join(map(_tile, tiles))}</div>{_comparison(comparison)}</section>'
    )


def _comparison(rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in rows[0])
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
        for name, *cells in rows[1:]
    )
    return (
        '<h3 class="beside-title">Beside other ways to dance this song</h3>'
        '<p class="intro">The same song and the same library by simpler rules: the moves shuffled among our places, '
        "whole clips one after the other until the song is over.</p>"
        f'<div class="sheet"><table class="beside"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _tile(tile: Tile) -> str:
    target = ""
    if tile.target:
        verdict = {True: "met", False: "missed", None: ""}[tile.met]
        target = f'<p class="target {verdict}">{escape(tile.target)}{f" · {verdict}" if verdict else ""}</p>'
    return (
        f'<article class="score"><h3>{escape(tile.title)}</h3>'
        f'<p class="figure">{escape(tile.figure)}<small>{escape(tile.unit)}</small></p>'
        f'{_bar(tile)}<p class="plain">{escape(tile.explanation)}</p>{target}</article>'
    )


def _bar(tile: Tile) -> str:
    if tile.share is None:
        return ""
    notch = ""
    if tile.chance is not None:
        notch = f'<rect class="notch" x="{100 * tile.chance - 0.4:.2f}" y="0" width="0.8" height="8"/>'
    return (
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rail" x="0" y="2" width="100" height="4"/>'
        f'<rect class="fill" x="0" y="2" width="{100 * min(max(tile.share, 0.0), 1.0):.2f}" height="4"/>{notch}</svg>'
    )


def moves_intro(shown: Sequence[Shown]) -> str:
    """A sentence over the table."""
    different = len({m.clip_id for m in shown})
    again = "no clip comes twice" if different == len(shown) else words.plural(different, "different clip")
    return escape(f"{words.plural(len(shown), 'move')}, {again}. Choose a time to see it.")


def rows(shown: Iterable[Shown]) -> str:
    """The table of moves: all that the timeline shows, for reading."""
    return "\n".join(_row(m) for m in shown)


def _row(move: Shown) -> str:
    cells = [
        ("Starts", f"{_seek(move)}<small>{escape(place(move))}</small>"),
        (
            "Move",
            f'<span class="who"><i class="c{move.colour}"></i><b dir="auto">{escape(move.name)}</b></span>'
            f"<small>{escape(', '.join(_about(move)))}</small>",
        ),
        ("Why it is here", f'<span dir="auto">{escape(move.reason) or words.DASH}</span>'),
        ("Section", escape(words.title(move.section)) or words.DASH),
        ("Comes in by", escape(move.entrance) or words.DASH),
        ("Speed", escape(move.speed)),
        ("From the clip", f"{move.source_in:.2f}–{move.source_out:.2f}\u202fs"),
    ]
    body = "".join(f'<td data-name="{name}">{html}</td>' for name, html in cells)
    return f'        <tr id="move-{move.number}">{body}</tr>'


def _seek(move: Shown) -> str:
    at = words.clock(move.start, decimals=1)
    return f'<button type="button" class="seek" data-t="{move.start}" aria-label="Play from {at}">{at}</button>'


def _about(move: Shown) -> list[str]:
    known = [move.clip_id] if move.clip_id != move.name else []
    return [*known, *([words.title(move.label)] if move.label else []), *move.traits]


def place(move: Shown) -> str:
    """Where in the music a move starts: ``on count 1``, ``count 3 + 120 ms``."""
    if move.count is None or move.off_ms is None:
        return "no beat near"
    if move.number == 1 and move.start == 0:
        return "opens the video"
    if abs(move.off_ms) <= ON_THE_BEAT_MS:
        return f"on count {move.count}"
    sign = "after" if move.off_ms > 0 else "before"
    return f"{abs(move.off_ms):.0f} ms {sign} count {move.count}"


def facts(groups: Iterable[tuple[str, Facts]]) -> str:
    """Groups of facts as description lists."""
    return '<div class="facts">' + "".join(_group(name, found) for name, found in groups) + "</div>"


def _group(name: str, found: Facts) -> str:
    pairs = "".join(f'<div><dt>{escape(n)}</dt><dd dir="auto">{escape(value)}</dd></div>' for n, value in found)
    return f"<section><h3>{escape(name)}</h3><dl>{pairs}</dl></section>"
