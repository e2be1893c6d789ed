"""The page as a file: valid, complete in itself, closed to all but its video, the same for the same documents."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import stat
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachata import report
from tests.report.example import Example, example

VOID = {"meta", "link", "br", "img", "input", "hr"}
NASTY = "</script><img src=x onerror=alert(1)>\"'&<!--"


class Reader(HTMLParser):
    """Collects elements, and notes every tag that is closed wrongly."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> repeats an attribute")
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.elements if name == tag]


def render(run: Example, **changes: Any) -> str:
    arguments: dict[str, Any] = {
        "blueprint": run.blueprint,
        "analysis": run.analysis,
        "result": run.result,
        "scorecard": run.scorecard,
        "video_href": run.video_href,
        "song_title": "Noche de enero",
        "moves": run.moves,
    }
    return report.render(**{**arguments, **changes})


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def embedded(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.fixture(scope="module")
def page() -> str:
    return render(example())


def test_tags_are_closed_ids_are_unique_and_labels_lead_to_them(page: str) -> None:
    reader = read(page)
    assert reader.faults == []
    assert reader.open == []
    ids = [a["id"] for _, a in reader.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in reader.elements:
        for name in ("aria-labelledby", "aria-describedby"):
            if name in attributes:
                assert attributes[name] in ids
        if (attributes.get("href") or "").startswith("#"):
            assert (attributes["href"] or "")[1:] in ids
    assert len(reader.attributes("h1")) == 1
    assert reader.attributes("html")[0]["lang"] == "en"


def test_every_button_and_the_video_have_a_name(page: str) -> None:
    for tag in ("button", "video", "section"):
        for match in re.finditer(rf"<{tag}\b([^>]*)>(.*?)</{tag}>", page, re.DOTALL):
            named = "aria-label" in match[1] or re.sub(r"<[^>]*>", "", match[2]).strip()
            assert named, match[0][:100]


def test_the_policy_allows_exactly_the_style_and_script_of_the_page(page: str) -> None:
    reader = read(page)
    policy = next(m["content"] for m in reader.attributes("meta") if m.get("http-equiv") == "Content-Security-Policy")
    rules = dict(part.strip().split(" ", 1) for part in (policy or "").split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["media-src"] == "'self' file:"
    assert "unsafe-inline" not in (policy or "")
    for directive, pattern in (("script-src", r"<script>(.*?)</script>"), ("style-src", r"<style>(.*?)</style>")):
        (text,) = re.findall(pattern, page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[directive] == f"'sha256-{digest}'"


def test_nothing_in_the_page_needs_what_the_policy_forbids(page: str) -> None:
    reader = read(page)
    assert {a["src"] for _, a in reader.elements if "src" in a} == {"choreography.mp4"}
    for tag, attributes in reader.elements:
        assert "style" not in attributes, f"<{tag}> has an inline style"
        assert not [name for name in attributes if name.startswith("on")], f"<{tag}> has an inline handler"
    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)[0]
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "new Function",
        "document.write",
        "fetch(",
    ):
        assert forbidden not in script


def test_the_page_reaches_for_nothing_outside(page: str) -> None:
    # The one address is the name of SVG's namespace, which is never fetched.
    without = page.replace("http://www.w3.org/2000/svg", "")
    assert not re.findall(r"https?://|//[a-z0-9-]+\.[a-z]{2,}/|@import|url\(", without)


@pytest.mark.parametrize(
    "title", [NASTY, "Canción de cuna ñandú", "夜のバチャータ 🎶", "أغنية", "$title ${css} $$", "\u2028"]
)
def test_any_title_is_shown_as_it_is_and_does_nothing(title: str) -> None:
    page = render(example(), song_title=title)
    reader = read(page)
    assert reader.faults == []
    assert reader.attributes("img") == []
    assert "".join(reader.texts["h1"]) == (" ".join(title.split()) or "Untitled song")
    assert len(reader.attributes("script")) == 2


def test_texts_of_the_documents_cannot_leave_their_place() -> None:
    run = example()
    move = run.blueprint.moves[0].model_copy(update={"reason": NASTY, "clip_id": NASTY, "section": NASTY})
    blueprint = run.blueprint.model_copy(
        update={"moves": [move, *run.blueprint.moves[1:]], "generation_parameters": {NASTY: NASTY}}
    )
    result = run.result.model_copy(update={"warnings": [NASTY], "task_id": NASTY, "stage_seconds": {NASTY: 1.0}})
    page = render(run, blueprint=blueprint, result=result, video_href=f"{NASTY}.mp4")
    reader = read(page)
    assert reader.faults == []
    assert reader.attributes("img") == []
    assert len(reader.attributes("script")) == 2
    shown = embedded(page)["moves"][0]
    assert (shown["reason"], shown["clip_id"], shown["section"]) == (NASTY, NASTY, NASTY)
    assert page.count(NASTY) == 0
    assert NASTY in "".join(reader.texts["li"])


@given(text=st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_text_breaks_the_page(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()  # lone surrogates cannot be in a document
    run = example(moves=1, duration=10.0)
    move = run.blueprint.moves[0].model_copy(update={"reason": text, "clip_id": text})
    page = render(run, blueprint=run.blueprint.model_copy(update={"moves": [move]}), song_title=text)
    reader = read(page)
    assert reader.faults == []
    assert len(reader.attributes("script")) == 2
    assert embedded(page)["moves"][0]["reason"] == text


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("a b#1?.mp4", "a%20b%231%3F.mp4"),
        ("año/vídeo.mp4", "a%C3%B1o/v%C3%ADdeo.mp4"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("https://evil.example/x.mp4", "https%3A//evil.example/x.mp4"),
    ],
)
def test_the_video_is_always_a_file_beside_the_page(name: str, address: str) -> None:
    (video,) = read(render(example(), video_href=name)).attributes("video")
    assert video["src"] == address


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    run = example()
    written = [
        report.write(
            tmp_path / f"{n}.html",
            blueprint=run.blueprint,
            analysis=run.analysis,
            result=run.result,
            scorecard=run.scorecard,
            video_href=run.video_href,
            song_title="Noche",
            moves=dict(reversed(run.moves.items())) if n else run.moves,
        )
        for n in range(2)
    ]
    assert written[0].read_bytes() == written[1].read_bytes()


def test_the_file_is_readable_whole_and_alone(tmp_path: Path) -> None:
    run = example()
    target = tmp_path / "new" / "página.html"
    written = report.write(
        target,
        blueprint=run.blueprint,
        analysis=run.analysis,
        result=run.result,
        scorecard=None,
        video_href="v.mp4",
        song_title="Noche",
    )
    assert written == target
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert [p.name for p in target.parent.iterdir()] == ["página.html"]
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_page_that_cannot_be_written_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    run = example()
    target = tmp_path / "page.html"
    target.mkdir()
    with pytest.raises(OSError, match=r"page\.html"):
        report.write(
            target,
            blueprint=run.blueprint,
            analysis=run.analysis,
            result=run.result,
            scorecard=None,
            video_href="v.mp4",
            song_title="Noche",
        )
    assert list(tmp_path.iterdir()) == [target]


def test_a_long_video_stays_a_small_page() -> None:
    run = example(moves=300, bpm=128.0, duration=20 * 60.0)
    page = render(run)
    assert len(embedded(page)["moves"]) == 300
    assert len(page.encode()) < 1_000_000


def test_without_warnings_scores_or_library_their_places_are_gone() -> None:
    run = example()
    quiet = run.result.model_copy(update={"warnings": []})
    page = render(run, result=quiet, scorecard=None, moves=None)
    ids = [a.get("id") for _, a in read(page).elements]
    assert "warnings" not in ids
    assert "scores" not in ids
    assert 'href="#scores"' not in page
    assert {m["label"] for m in embedded(page)["moves"]} == {""}
    assert run.blueprint.moves[0].clip_id in unescape(page)


def test_warnings_are_told() -> None:
    run = example()
    page = render(run, result=run.result.model_copy(update={"warnings": ["one was held", "two was shortened"]}))
    assert "2 things worth knowing" in page
    assert "two was shortened" in page
