"use strict";
// Words of this page from its own attribute, numbers and times in its language, and the frame as a sentence.
(() => {
  const now = window.plantigradeNow;
  const root = document.getElementById("now");
  const texts = JSON.parse(root.dataset.words);
  const language = root.dataset.language;
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const fine = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const clock = new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZone: root.dataset.zone || undefined,
  });
  const REGIONS = [
    ...Array(4).fill("heel"), ...Array(4).fill("midfoot"), ...Array(5).fill("forefoot"), ...Array(3).fill("toes"),
  ];

  now.words = (key, values = {}) =>
    (texts[key] ?? key).replace(/\{([a-z]+)\}/g, (all, name) => values[name] ?? all);
  now.whole = (value) => whole.format(value);
  now.fine = (value) => fine.format(value);
  now.time = (utcMs) => clock.format(new Date(utcMs));
  now.age = (ms) => {
    const seconds = Math.floor(ms / 1000);
    return seconds < 120
      ? now.words("seconds", { number: whole.format(seconds) })
      : now.words("minutes", { number: whole.format(Math.floor(seconds / 60)) });
  };
  now.duration = (ms) => {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    const two = (value) => String(value).padStart(2, "0");
    return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  };
  now.setText = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };

  now.kpa = (foot, map) => foot.force.map((newtons, index) => (10 * newtons) / map.area_cm2[index]);

  // The most of each sensor and the mean of the foot since words were last said: a moment of walking tells little.
  now.Lately = class {
    constructor() {
      this.clear();
    }

    clear() {
      this.feet = Object.fromEntries(now.FEET.map((side) => [side, { most: null, sum: 0, count: 0 }]));
    }

    add(frame) {
      for (const side of now.FEET) {
        const foot = frame[side];
        if (foot.state !== "live") continue;
        const lately = this.feet[side];
        lately.sum += foot.total;
        lately.count += 1;
        lately.most = lately.most ? lately.most.map((one, index) => Math.max(one, foot.force[index])) : foot.force.slice();
      }
    }

    // A frame as it was over that time, in the states of now.
    over(shown) {
      const found = { ...shown };
      for (const side of now.FEET) {
        const { most, sum, count } = this.feet[side];
        if (count) found[side] = { ...shown[side], force: most, total: sum / count };
      }
      return found;
    }
  };

  now.footWords = (side, foot, map) => {
    const name = now.words(side);
    if (foot.state === "not-worn") return now.words("is-not-worn", { foot: name });
    if (foot.state !== "live") return now.words("unknown", { foot: name });
    const values = now.kpa(foot, map);
    let most = 0;
    for (let i = 1; i < values.length; i += 1) if (values[i] > values[most]) most = i;
    if (values[most] < map.contact_kpa) return now.words("unloaded", { foot: name });
    const region = now.words(`region-${REGIONS[most]}`);
    return now.words("carries", { foot: name, region, kpa: whole.format(values[most]) });
  };

  now.sentence = (frame, map) => {
    const parts = now.FEET.map((side) => now.footWords(side, frame[side], map));
    const total = frame.left.total + frame.right.total;
    if (frame.left.state !== "live" || frame.right.state !== "live") parts.push(now.words("share-unknown"));
    else if (total > 50) parts.push(now.words("share", { percent: whole.format((100 * frame.left.total) / total) }));
    return parts.join(" ");
  };
})();
