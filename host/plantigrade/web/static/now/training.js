"use strict";
// Target zones for training: by words, colour and, if wanted, by a tone. Off until something is entered.
(() => {
  const now = window.plantigradeNow;
  const root = document.getElementById("now-training");
  const TONE_S = 0.12;
  const LOW_HZ = 330;
  const HIGH_HZ = 660;
  const LOUD = 0.15;
  let audio = null;
  let figures = null;

  const number = (id) => {
    const text = document.getElementById(id).value.trim().replace(",", ".");
    const value = Number(text);
    return text && Number.isFinite(value) && value > 0 ? value : null;
  };

  const zones = () => [
    ["cadence", "cadence_per_min", number("t-cadence-low"), number("t-cadence-high"), ""],
    ["symmetry", "asymmetry_pct", null, number("t-symmetry"), "%"],
    ["load-left", "step_load_left_n", null, number("t-load-left"), "N"],
    ["load-right", "step_load_right_n", null, number("t-load-right"), "N"],
  ];

  // -1 below the range, 0 in it, 1 above it; null where nothing is wanted or known.
  const judged = (value, low, high) => {
    if ((low === null && high === null) || value === null || value === undefined) return null;
    if (low !== null && value < low) return -1;
    return high !== null && value > high ? 1 : 0;
  };

  const show = () => {
    for (const [name, key, low, high, unit] of zones()) {
      const element = root.querySelector(`[data-zone="${name}"]`);
      element.hidden = low === null && high === null;
      if (element.hidden) continue;
      const value = figures ? figures[key] : null;
      const verdict = judged(value, low, high);
      element.classList.toggle("in-zone", verdict === 0);
      element.classList.toggle("off-zone", verdict === -1 || verdict === 1);
      const [, answer, how] = element.children;
      answer.className = verdict === null ? "none" : "value";
      now.setText(answer, verdict === null ? now.words("not-known") : `${now.whole(value)} ${unit}`.trim());
      const words = { "-1": "▼ " + now.words("below"), 0: "● " + now.words("in-zone"), 1: "▲ " + now.words("above") };
      now.setText(how.firstElementChild, verdict === null ? "" : words[verdict]);
    }
  };

  const sound = (verdict) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = verdict < 0 ? LOW_HZ : HIGH_HZ;
    volume.gain.setValueAtTime(LOUD, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + TONE_S);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + TONE_S);
  };

  const step = () => {
    if (!audio || !document.getElementById("t-sound").checked || !figures) return;
    const verdicts = zones().map(([, key, low, high]) => judged(figures[key], low, high));
    const off = verdicts.find((verdict) => verdict === -1 || verdict === 1);
    if (off !== undefined) sound(off);
  };

  root.addEventListener("input", () => {
    // A browser lets a page sound only after somebody has touched it: this is that touch.
    if (document.getElementById("t-sound").checked && !audio) audio = new AudioContext();
    show();
  });

  now.onNews = (news) => {
    if (news.kind === "figures") {
      figures = news;
      show();
    } else if (news.kind === "contact") {
      step();
    }
  };
})();
