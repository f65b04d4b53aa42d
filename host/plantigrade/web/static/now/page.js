"use strict";
// The page: frames to pictures and words, states to titles, buttons without loading the page again.
(async () => {
  const now = window.plantigradeNow;
  const root = document.getElementById("now");
  const find = (id) => document.getElementById(id);
  const WORDS_MS = 5000;
  const TURN_MS = 250;
  const ARRIVES = new Set(["live", "not-worn", "zeroing"]);
  const STARTING_MS = 20000;

  const response = await fetch(root.dataset.map, { headers: { Accept: "application/json" } });
  if (!response.ok) return;
  const map = (now.map = await response.json());
  const begunMs = performance.now();
  const panels = new Map();
  for (const side of now.FEET) {
    const figure = find(`foot-${side}`);
    if (!figure) continue;
    panels.set(side, {
      figure,
      foot: new now.Foot(figure.querySelector("canvas"), side, map),
      total: figure.querySelector(".total"),
      at: figure.querySelector(".at"),
    });
  }
  const stripCanvas = document.querySelector(".strip-canvas");
  const strip = stripCanvas ? new now.Strip(stripCanvas) : null;
  if (strip) find("now-force").hidden = false;

  let frame = null;
  let arrivedMs = 0;
  let pending = false;
  let state = null;
  let saidMs = -Infinity;
  const lately = new now.Lately();

  // The frame as it is now: what has become too old since it came is taken away.
  const current = () => {
    const since = performance.now() - arrivedMs;
    const shown = { number: frame.number, utcMs: frame.utcMs + since };
    for (const side of now.FEET) {
      const foot = frame[side];
      const ageMs = foot.ageMs === null ? null : foot.ageMs + since;
      const stale = ageMs !== null && ageMs > now.STALE_MS;
      shown[side] = { ...foot, ageMs, state: stale ? "stale" : foot.state };
    }
    return shown;
  };

  const linkWords = (side) => {
    const link = state ? state.feet[side] : "starting";
    return now.words({ none: "no-insole", asleep: "asleep", searching: "searching", paused: "paused" }[link] || "nothing");
  };

  const caption = (side, foot) => {
    const panel = panels.get(side);
    panel.figure.classList.toggle("lost", foot.state === "stale" || foot.state === "nothing");
    const name = now.words(side);
    let text = now.words("newtons", { newtons: now.whole(foot.total) });
    let at = foot.atUtcMs ? now.words("at", { time: now.time(foot.atUtcMs) }) : "";
    if (foot.state === "stale") [text, at] = [now.words("no-data", { age: now.age(foot.ageMs) }), ""];
    else if (foot.state === "nothing") [text, at] = [linkWords(side), ""];
    else if (foot.state === "not-worn") [text, at] = [now.words("not-worn"), ""];
    else if (foot.state === "zeroing") [text, at] = [now.words("zeroing"), ""];
    now.setText(panel.total, text);
    now.setText(panel.at, at);
    return foot.state === "live" ? "" : `${name}: ${text}.`;
  };

  const draw = () => {
    pending = false;
    if (!frame) return;
    const shown = current();
    for (const [side, panel] of panels) {
      panel.foot.draw(shown[side], performance.now());
    }
    if (strip) strip.draw(shown.utcMs);
    if (now.onDraw) now.onDraw(shown);
    socket.drawn(frame.number);
    now.lastDrawn = { number: frame.number, left: frame.left.atUtcMs, right: frame.right.atUtcMs, ms: performance.now() };
  };

  const soon = () => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(draw);
  };

  const onFrame = (next) => {
    frame = next;
    arrivedMs = performance.now();
    if (strip) strip.add(next);
    lately.add(next);
    if (now.onFrame) now.onFrame(next);
    soon();
  };

  const say = (text) => {
    const note = find("now-say");
    note.hidden = !text;
    now.setText(note.querySelector("span"), text);
  };

  const FIGURES = {
    cadence: ["cadence_per_min", 0],
    "stance-left": ["stance_left_pct", 1],
    "stance-right": ["stance_right_pct", 1],
    "left-share": ["left_load_pct", 0],
  };

  const bothArrive = () => {
    if (!frame) return true;
    const shown = current();
    return now.FEET.every((side) => ARRIVES.has(shown[side].state));
  };

  const showFigures = (news) => {
    for (const element of document.querySelectorAll("[data-figure]")) {
      const [name, digits] = FIGURES[element.dataset.figure];
      const value = news[name];
      const [, answer, how] = element.children;
      const known = value !== null && value !== undefined;
      answer.className = known ? "value" : "none";
      if (known) {
        const unit = document.createElement("span");
        unit.className = "unit";
        unit.textContent = element.dataset.unit;
        answer.replaceChildren(`${digits ? now.fine(value) : now.whole(value)} `, unit);
      } else {
        answer.replaceChildren(now.words("not-known"));
      }
      now.setText(how, known ? "" : bothArrive() ? how.dataset.steps : how.dataset.both);
    }
  };

  const onNews = (news) => {
    if (news.kind === "state") {
      if (state && state.zeroed !== news.zeroed && news.zeroed !== "none") say(now.words(`zero-${news.zeroed}`));
      state = news;
      turn();
    } else if (news.kind === "contact" && strip) {
      strip.contact(news.foot, news.at_utc_ms);
    } else if (news.kind === "figures") {
      showFigures(news);
    } else if (news.kind === "alert" && !news.cleared) {
      say(now.words("alert-new"));
    }
    if (now.onNews) now.onNews(news);
  };

  const socket = new now.Socket(root.dataset.socket, onFrame, onNews);

  // What the title says, and which insoles to bring closer.
  const standing = (shown) => {
    if (socket.closed) return ["title-closed", null];
    if (socket.lostMs !== null && performance.now() - socket.lostMs > now.STALE_MS) return ["title-server", null];
    const states = now.FEET.map((side) => (shown ? shown[side].state : "nothing"));
    if (states.includes("zeroing")) return ["title-zeroing", null];
    const here = now.FEET.filter((side, index) => ARRIVES.has(states[index]));
    if (here.length === 2) return [states.every((one) => one === "not-worn") ? "title-not-worn" : "title", null];
    if (here.length === 0 && performance.now() - begunMs < STARTING_MS) return ["title-starting", null];
    if (here.length === 1) {
      const other = here[0] === "left" ? "right" : "left";
      if (performance.now() - begunMs < STARTING_MS && shown[other].state === "nothing") return ["title-starting", null];
      return [`title-one-${here[0]}`, other];
    }
    return ["title-none", "both"];
  };

  const showRecording = (lost) => {
    const form = find("now-record");
    if (!form || !state) return;
    const label = form.querySelector("button span");
    const action = form.querySelector("[name=action]");
    action.value = state.recording ? "stop" : "start";
    if (state.recording) {
      const since = state.recording_since_utc_ms;
      const utcMs = frame ? current().utcMs : Date.now();
      now.setText(label, since ? now.words("stop", { time: now.duration(utcMs - since) }) : now.words("recording-starts"));
    } else {
      const one = { left: label.dataset.startRight, right: label.dataset.startLeft }[lost];
      now.setText(label, one || label.dataset.start);
    }
  };

  const turn = () => {
    const shown = frame ? current() : null;
    const [title, lost] = standing(shown);
    now.setText(find("now-title"), title === "title" && now.ownTitle ? now.ownTitle : now.words(title));
    const trouble = find("now-trouble");
    trouble.hidden = lost === null;
    if (lost) now.setText(find("now-trouble-title"), find("now-trouble-title").dataset[lost]);
    if (socket.closed) say(now.words("reload"));
    showRecording(lost);
    const wordsDue = performance.now() - saidMs >= WORDS_MS;
    if (shown) {
      const over = lately.over(shown);
      for (const [side, panel] of panels) {
        const text = caption(side, shown[side]) || now.footWords(side, over[side], map);
        if (wordsDue) panel.foot.canvas.setAttribute("aria-label", text);
      }
      if (now.onTurn) now.onTurn(shown);
      if (strip) {
        const gone = now.FEET.filter((side) => shown[side].state === "stale" && strip.lastOf(side));
        const gaps = gone.map((side) => now.words("force-gap", { foot: now.words(side), time: now.time(strip.lastOf(side)) }));
        now.setText(find("now-gap"), gaps.join(" "));
        if (wordsDue) {
          const words = now.words("force-words", { newtons: now.whole(strip.most) });
          stripCanvas.setAttribute("aria-label", [words, ...gaps].join(" "));
        }
      }
      if (wordsDue) {
        if (!now.ownWords) now.setText(find("now-words"), now.sentence(over, map));
        saidMs = performance.now();
        lately.clear();
      }
      if (performance.now() - arrivedMs > TURN_MS) soon();
    }
  };
  setInterval(turn, TURN_MS);
  now.onColours(soon);

  // Without loading the page again; what is not taken is sent once more as any form, and the page says why.
  const post = async (form, done) => {
    const answer = await fetch(form.getAttribute("action"), {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      redirect: "manual",
    });
    if (answer.type === "opaqueredirect" || answer.ok) done();
    else form.submit();
  };

  for (const [id, done] of [
    ["now-record", () => {}],
    ["now-mark", () => {
      find("now-done").hidden = false;
      now.setText(find("now-done"), now.words("marked", { time: now.time(Date.now()) }));
    }],
    ["now-zero", () => say("")],
  ]) {
    const form = find(id);
    if (form) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        post(form, done);
      });
    }
  }
})();
