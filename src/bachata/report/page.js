(() => {
  "use strict";
  document.documentElement.classList.add("live");

  const data = JSON.parse(document.getElementById("data").textContent);
  const { beats, moves, sections, duration } = data;
  const $ = (id) => document.getElementById(id);
  const video = $("video"), track = $("track"), scroll = $("scroll"), wave = $("wave"), lane = $("lane"), tip = $("tip");
  const SVG = "http://www.w3.org/2000/svg";
  const COUNTS = 8;
  const INSIDE = 0.001; // a seek aims this far into a frame: exactly on its edge a browser may show the one before
  const EARLY = data.frame / 2 + INSIDE; // a cut stands on the frame nearest to its beat, so up to half a frame early
  const period = beats.length > 1 ? (beats.at(-1) - beats[0]) / (beats.length - 1) : 0.5;

  // ---- small tools ----------------------------------------------------------------------------------------------

  const make = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const draw = (parent, name, attributes) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return parent.appendChild(element);
  };
  const place = (element, start, end) => {
    element.style.left = `${(100 * start) / duration}%`;
    if (end === undefined) return;
    element.style.width = `${(100 * (end - start)) / duration}%`;
    element.dataset.seconds = String(end - start);
  };
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const title = (text) => text.charAt(0).toUpperCase() + text.slice(1).replaceAll("_", " ");
  const clock = (seconds, decimals = 1) => {
    const unit = 10 ** decimals;
    const ticks = Math.round(Math.max(seconds, 0) * unit);
    const minutes = Math.floor(ticks / (60 * unit));
    return `${minutes}:${((ticks - minutes * 60 * unit) / unit).toFixed(decimals).padStart(decimals ? 3 + decimals : 2, "0")}`;
  };
  /** Index of the last of `values` that is at or before `time`, or -1. */
  const lastBefore = (values, time) => {
    let low = 0, high = values.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  const countOf = (beat) => ((((beat - data.countOne) % COUNTS) + COUNTS) % COUNTS) + 1;
  const beatAt = (time) => lastBefore(beats, time + EARLY);
  const starts = moves.map((move) => move.start);
  const moveAt = (time) => {
    const index = lastBefore(starts, time + INSIDE);
    return index >= 0 && time < moves[index].end + 0.05 ? index : -1;
  };
  const sectionAt = (time) => sections.find((s) => s.start <= time + EARLY && time + EARLY < s.end);

  // ---- the drawing: made once, in seconds; zoom only stretches it ------------------------------------------------

  const sheet = (className) => draw(wave, "svg", { class: className, viewBox: `0 0 ${duration} 100`, preserveAspectRatio: "none", "aria-hidden": "true" });

  const drawSections = () => {
    for (const section of sections) {
      const start = Math.max(section.start, 0), end = Math.min(section.end, duration);
      if (end <= start) continue;
      const head = make("div", `section s-${section.label}`);
      const words = make("p");
      words.append(make("b", "", title(section.label)), make("span", "", `energy ${Math.round(100 * section.energy)} %`));
      head.append(words);
      place(head, start, end);
      $("sections").append(head);
      const band = make("div", `band s-${section.label}`);
      place(band, start, end);
      wave.append(band);
    }
  };

  const drawBeats = () => {
    const svg = sheet("grid");
    const paths = { one: "", five: "", other: "" };
    beats.forEach((beat, index) => {
      if (beat < 0 || beat > duration) return;
      const count = countOf(index);
      paths[count === 1 ? "one" : count === 5 ? "five" : "other"] += `M${beat} 0V100`;
      const label = make("span", count === 1 ? "n one" : "n", String(count));
      label.dataset.beat = String(index);
      place(label, beat);
      $("counts").append(label);
    });
    for (const [name, d] of Object.entries(paths)) draw(svg, "path", { class: name, d });
  };

  const drawWave = () => {
    const { start, rate, peaks } = data.wave;
    if (!peaks.length) return;
    let top = "", bottom = "";
    peaks.forEach((peak, index) => {
      const x = (start + (index + 0.5) / rate).toFixed(3), half = Math.max((44 * peak) / 255, 0.4);
      top += `L${x} ${(50 - half).toFixed(1)}`;
      bottom = `L${x} ${(50 + half).toFixed(1)}${bottom}`;
    });
    const d = `M${start} 50${top}${bottom}Z`;
    draw(sheet("peaks"), "path", { d });
    draw(sheet("peaks played"), "path", { d });
  };

  const drawEnergy = () => {
    const points = data.energy.map((energy, index) => [beats[index], beats[index + 1] ?? beats[index] + period, 96 - 88 * energy]);
    if (!points.length) return;
    const line = points.map(([from, to, y], index) => `${index ? "L" : "M"}${((from + to) / 2).toFixed(3)} ${y.toFixed(1)}`).join("");
    const svg = sheet("energy");
    draw(svg, "path", { class: "halo", d: line });
    draw(svg, "path", { d: line });
  };

  const drawMoves = () => {
    moves.forEach((move, index) => {
      const button = make("button", `move c${move.colour}`);
      button.type = "button";
      button.tabIndex = index ? -1 : 0;
      button.dataset.index = String(index);
      button.setAttribute("aria-label", describe(move));
      if (move.transition_s) {
        const edge = make("i", `edge ${move.transition}`);
        edge.style.width = `${clamp((100 * move.transition_s) / (move.end - move.start), 0, 100)}%`;
        button.append(edge);
      }
      const name = make("b", "", move.name);
      name.dir = "auto";
      button.append(name, make("span", "", [move.label && title(move.label), move.speed].filter(Boolean).join(" · ")));
      place(button, move.start, move.end);
      lane.append(button);
    });
  };

  const describe = (move) =>
    [
      `Move ${move.number}: ${move.name}`,
      move.label && title(move.label),
      `${clock(move.start)} to ${clock(move.end)}`,
      move.count && `count ${move.count}`,
      move.section && title(move.section),
      `speed ${move.speed}`,
      move.entrance,
      move.reason,
    ].filter(Boolean).join(", ");

  // ---- where we are ----------------------------------------------------------------------------------------------

  let broken = false; // the video cannot be played: the timeline still answers
  let frozen = 0;
  let looped = -1;
  const shown = { beat: null, move: null, section: null, next: null };
  const now = () => (broken ? frozen : video.currentTime);

  const seek = (time) => {
    const target = clamp(time, 0, Math.max(duration - data.frame, 0));
    if (broken) frozen = target;
    else video.currentTime = target;
    update(target);
    keepInView(target, true);
  };

  const showBeat = (beat) => {
    const count = beat < 0 ? null : countOf(beat);
    const figure = $("count");
    figure.textContent = count ?? "·";
    figure.classList.toggle("one", count === 1);
    figure.classList.remove("hit");
    if (count !== null) {
      void figure.offsetWidth; // restarts the pulse
      figure.classList.add("hit");
    }
    [...$("pips").children].forEach((pip, index) => pip.classList.toggle("on", index + 1 === count));
    $("foot").textContent = count === null ? (beats.length ? "before the first beat" : "no steady beat was found") : count % 4 === 0 ? "tap" : "step";
    $("counts").querySelector(".on")?.classList.remove("on");
    $("counts").querySelector(`[data-beat="${beat}"]`)?.classList.add("on");
  };

  const showMove = (index) => {
    const move = moves[index];
    for (const old of document.querySelectorAll(".move.on, tr.on")) old.classList.remove("on");
    $("now-number").textContent = move ? `Move ${move.number} of ${moves.length}` : "Between moves";
    $("now-name").textContent = move ? move.name : "–";
    $("now-reason").textContent = move ? move.reason : "";
    const facts = !move ? [] : [move.label && title(move.label), `${move.speed} speed`, move.entrance, ...move.traits];
    $("now-facts").replaceChildren(...facts.filter(Boolean).map((fact) => make("span", "", fact)));
    if (!move) return;
    lane.children[index].classList.add("on");
    $(`move-${move.number}`).classList.add("on");
  };

  const showNext = (index, time) => {
    const next = moves[index < 0 ? lastBefore(starts, time + INSIDE) + 1 : index + 1];
    if (!next) return "The last move.";
    const left = beatAt(next.start) - beatAt(time);
    return `Next: ${next.name}${left > 0 ? `, in ${left} ${left === 1 ? "count" : "counts"}` : ""}`;
  };

  const update = (time) => {
    const beat = beatAt(time), index = moveAt(time), section = sectionAt(time);
    if (beat !== shown.beat) showBeat((shown.beat = beat));
    if (index !== shown.move) showMove((shown.move = index));
    const sectionName = section ? title(section.label) : "\u00a0";
    if (sectionName !== shown.section) $("now-section").textContent = shown.section = sectionName;
    const next = showNext(index, time);
    if (next !== shown.next) $("next").textContent = shown.next = next;
    $("clock").textContent = clock(time);
    if (index >= 0) lane.children[index].style.setProperty("--p", clamp((time - moves[index].start) / (moves[index].end - moves[index].start), 0, 1).toFixed(4));
    const share = clamp(time / duration, 0, 1);
    $("head").style.transform = `translateX(${share * breadth}px)`;
    const played = wave.querySelector(".played");
    if (played) played.style.clipPath = `inset(0 ${100 - 100 * share}% 0 0)`;
    if (!document.activeElement?.isSameNode(wave) && !video.paused) return;
    wave.setAttribute("aria-valuenow", time.toFixed(2));
    wave.setAttribute("aria-valuetext", [clock(time), beat >= 0 && `count ${countOf(beat)}`, section && title(section.label), index >= 0 && moves[index].name].filter(Boolean).join(", "));
  };

  // ---- zoom ------------------------------------------------------------------------------------------------------

  let zoom = "fit";
  let breadth = 0, view = 0; // pixels of the whole track, and of the part in view
  const setZoom = (name) => {
    zoom = name;
    const counts = { fit: Infinity, phrases: 8 * COUNTS, follow: 2 * COUNTS }[zoom];
    const width = Math.max(scroll.clientWidth, (scroll.clientWidth * duration) / (counts * period));
    track.style.width = zoom === "fit" ? "100%" : `${Number.isFinite(width) ? width : scroll.clientWidth}px`;
    for (const button of document.querySelectorAll("[data-zoom]")) button.setAttribute("aria-pressed", String(button.dataset.zoom === zoom));
    measure();
  };
  const measure = () => {
    breadth = track.clientWidth; // read once: a read between writes would lay the page out again each time
    view = scroll.clientWidth;
    const beat = (breadth * period) / duration;
    track.dataset.density = beat >= 15 ? "all" : beat * COUNTS >= 18 ? "ones" : "none";
    const room = (part, wide, some) => {
      const pixels = (Number(part.dataset.seconds) / duration) * breadth;
      part.dataset.room = pixels > wide ? "wide" : pixels > some ? "some" : "none";
    };
    for (const button of lane.children) room(button, 84, 46);
    for (const head of $("sections").children) room(head, 118, 50);
    update(now());
    keepInView(now(), true);
  };
  const keepInView = (time, jump) => {
    const x = (time / duration) * breadth;
    if (zoom === "follow") scroll.scrollLeft = x - view * 0.4;
    else if (zoom === "phrases" && (jump || !video.paused) && (x < scroll.scrollLeft || x > scroll.scrollLeft + view)) scroll.scrollLeft = x - view * 0.06;
  };

  // ---- playing ---------------------------------------------------------------------------------------------------

  const frame = () => {
    let time = now();
    if (looped >= 0) {
      const move = moves[looped];
      if (time >= move.end - data.frame / 2 || time < move.start - 0.1) seek((time = move.start + INSIDE));
    }
    update(time);
    keepInView(time, false);
    if (!video.paused && !video.ended) requestAnimationFrame(frame);
  };
  const toggle = () => {
    if (broken) return;
    if (video.paused) video.play().catch(() => {});
    else video.pause();
  };
  const setLoop = (on) => {
    looped = on ? moveAt(now()) : -1;
    $("loop").setAttribute("aria-pressed", String(looped >= 0));
  };
  const step = (counts) => {
    const time = now();
    if (!beats.length) return seek(time + counts * period);
    let beat = beatAt(time);
    // Going back while playing means the beat before, not the one that just sounded.
    if (counts < 0 && beat >= 0 && time - beats[beat] > 0.35 * period) beat += 1;
    const meant = beats[clamp(beat + counts, 0, beats.length - 1)];
    seek(Math.round(meant / data.frame) * data.frame + INSIDE);
  };

  const playing = () => {
    const going = !video.paused && !video.ended;
    document.body.classList.toggle("playing", going);
    $("play").lastElementChild.textContent = going ? "Pause" : "Play";
    if (going) requestAnimationFrame(frame);
    else $("spoken").textContent = shown.move >= 0 && shown.move !== null ? `Paused in ${moves[shown.move].name}` : "";
  };
  video.addEventListener("play", playing);
  video.addEventListener("pause", playing);
  video.addEventListener("ended", playing);
  for (const event of ["seeking", "seeked", "timeupdate", "loadedmetadata"]) video.addEventListener(event, () => update(now()));
  video.addEventListener("seeked", () => keepInView(now(), true));
  video.addEventListener("error", () => {
    broken = true;
    $("missing").hidden = false;
    video.controls = false;
    $("play").disabled = true;
  });
  if (video.error) video.dispatchEvent(new Event("error"));

  $("play").addEventListener("click", toggle);
  $("loop").addEventListener("click", () => setLoop(looped < 0));
  for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => setZoom(button.dataset.zoom));
  for (const button of document.querySelectorAll("[data-pace]"))
    button.addEventListener("click", () => {
      video.playbackRate = Number(button.dataset.pace);
      for (const other of document.querySelectorAll("[data-pace]")) other.setAttribute("aria-pressed", String(other === button));
    });

  // ---- pointing --------------------------------------------------------------------------------------------------

  const timeAt = (event) => {
    const box = track.getBoundingClientRect();
    return clamp((event.clientX - box.left) / box.width, 0, 1) * duration;
  };
  const ghost = $("ghost");
  const hover = (event) => {
    const time = timeAt(event), beat = beatAt(time);
    ghost.hidden = false;
    ghost.style.transform = `translateX(${(time / duration) * breadth}px)`;
    ghost.classList.toggle("flip", event.clientX > scroll.getBoundingClientRect().right - 130);
    ghost.firstElementChild.textContent = `${clock(time)}${beat >= 0 ? ` · count ${countOf(beat)}` : ""}`;
  };
  for (const row of [wave, $("sections"), $("counts")]) {
    row.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      leaveLoop(timeAt(event));
      seek(timeAt(event));
      if (event.pointerType !== "touch") row.setPointerCapture(event.pointerId);
    });
    row.addEventListener("pointermove", (event) => {
      hover(event);
      if (event.buttons === 1 && event.pointerType !== "touch") seek(timeAt(event));
    });
    row.addEventListener("pointerleave", () => (ghost.hidden = true));
  }
  const leaveLoop = (time) => {
    if (looped >= 0 && moveAt(time) !== looped) setLoop(false);
  };

  const showTip = (button) => {
    const move = moves[Number(button.dataset.index)];
    const head = make("p", "tip-head");
    const name = make("b", "", move.name);
    name.dir = "auto";
    head.append(make("i", `c${move.colour}`), name);
    const rows = [
      ["Clip", move.clip_id],
      ["In the video", `${clock(move.start)} – ${clock(move.end)}`],
      ["Starts on", move.count ? `count ${move.count}${Math.abs(move.off_ms) >= 1 ? ` (${move.off_ms > 0 ? "+" : "−"}${Math.abs(move.off_ms).toFixed(0)} ms)` : ""}` : "no beat"],
      ["Section", move.section && title(move.section)],
      ["Comes in by", move.entrance],
      ["Speed", move.speed],
      ["From the clip", `${move.source_in.toFixed(2)} – ${move.source_out.toFixed(2)} s`],
      ["Kind", [move.label && title(move.label), ...move.traits].filter(Boolean).join(", ")],
    ].filter(([, value]) => value);
    const list = make("dl");
    for (const [key, value] of rows) list.append(make("dt", "", key), make("dd", "", value));
    const reason = make("p", "tip-reason", move.reason);
    reason.dir = "auto";
    tip.replaceChildren(head, ...(move.reason ? [reason] : []), list);
    tip.hidden = false;
    const box = button.getBoundingClientRect(), frame = scroll.getBoundingClientRect();
    const middle = (Math.max(box.left, frame.left) + Math.min(box.right, frame.right)) / 2;
    tip.style.left = `${clamp(middle - tip.offsetWidth / 2, 8, document.documentElement.clientWidth - tip.offsetWidth - 8)}px`;
    const below = box.bottom + 10;
    const above = box.top - tip.offsetHeight - 10;
    tip.style.top = `${below + tip.offsetHeight > window.innerHeight && above > 0 ? above : below}px`;
    button.setAttribute("aria-describedby", "tip");
  };
  const hideTip = () => {
    tip.hidden = true;
    lane.querySelector("[aria-describedby]")?.removeAttribute("aria-describedby");
  };
  const buttonOf = (event) => (event.target instanceof Element ? event.target.closest(".move") : null);
  lane.addEventListener("pointerover", (event) => buttonOf(event) && showTip(buttonOf(event)));
  lane.addEventListener("pointerleave", hideTip);
  lane.addEventListener("focusin", (event) => buttonOf(event)?.matches(":focus-visible") && showTip(buttonOf(event)));
  lane.addEventListener("focusout", hideTip);
  scroll.addEventListener("scroll", hideTip, { passive: true });
  window.addEventListener("scroll", hideTip, { passive: true });
  lane.addEventListener("click", (event) => {
    const button = buttonOf(event);
    if (!button) return;
    const time = moves[Number(button.dataset.index)].start + INSIDE;
    leaveLoop(time);
    seek(time);
    showTip(button);
  });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest(".seek") : null;
    if (!button) return;
    const time = Number(button.dataset.t) + INSIDE;
    leaveLoop(time);
    seek(time);
    video.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    if (video.paused) toggle();
  });

  // ---- keys ------------------------------------------------------------------------------------------------------

  const laneKey = (event, button) => {
    const ways = { ArrowUp: -1, ArrowDown: 1 };
    const from = Number(button.dataset.index);
    const to = event.key === "Home" ? 0 : event.key === "End" ? moves.length - 1 : clamp(from + (ways[event.key] ?? 0), 0, moves.length - 1);
    if (!(event.key in ways) && event.key !== "Home" && event.key !== "End") return;
    button.tabIndex = -1;
    lane.children[to].tabIndex = 0;
    lane.children[to].focus();
    event.preventDefault();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    if (event.key === "Escape") hideTip();
    if (target instanceof HTMLElement && target.matches("input, select, textarea, [contenteditable]")) return;
    if (target instanceof HTMLElement && target.matches(".move")) laneKey(event, target);
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      step((event.key === "ArrowRight" ? 1 : -1) * (event.shiftKey ? COUNTS : 1));
      leaveLoop(now());
    } else if (event.key === " " && !(target instanceof HTMLElement && target.matches("button, a, summary"))) toggle();
    else if (event.key.toLowerCase() === "l") setLoop(looped < 0);
    else if (target === wave && (event.key === "Home" || event.key === "End")) seek(event.key === "Home" ? 0 : duration);
    else return;
    event.preventDefault();
  }, { capture: true });

  // ---- start -----------------------------------------------------------------------------------------------------

  drawSections();
  drawBeats();
  drawWave();
  drawEnergy();
  drawMoves();
  setZoom(scroll.clientWidth < 560 && beats.length > 4 * COUNTS ? "follow" : "fit");
  new ResizeObserver(() => setZoom(zoom)).observe(scroll);
  window.addEventListener("beforeprint", () => setZoom("fit"));
})();
