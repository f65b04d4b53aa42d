"use strict";
// Force of both feet over the last six seconds, with a dot where a foot met the ground.
(() => {
  const now = window.plantigradeNow;
  const SPAN_MS = 6000;
  const TOP_N = 1300;
  const GAP_MS = 1000;

  now.Strip = class {
    constructor(canvas) {
      this.canvas = canvas;
      this.ink = canvas.getContext("2d");
      // As many points as the screen has, so that nothing is stretched.
      new ResizeObserver(() => {
        const fine = Math.min(2, window.devicePixelRatio || 1);
        canvas.width = Math.max(1, Math.round(canvas.clientWidth * fine));
        canvas.height = Math.max(1, Math.round(canvas.clientHeight * fine));
      }).observe(canvas);
      this.samples = { left: [], right: [] };
      this.contacts = [];
      this.most = 0;
    }

    add(frame) {
      for (const side of now.FEET) {
        const foot = frame[side];
        const samples = this.samples[side];
        const last = samples.length ? samples[samples.length - 1][0] : 0;
        if (foot.ageMs !== null && foot.ageMs < now.STALE_MS && foot.atUtcMs > last) {
          samples.push([foot.atUtcMs, foot.total]);
        }
        while (samples.length > 1 && samples[1][0] < frame.utcMs - SPAN_MS) samples.shift();
      }
    }

    contact(side, utcMs) {
      this.contacts.push([side, utcMs]);
    }

    draw(utcMs) {
      const { ink, canvas } = this;
      const { width, height } = canvas;
      const thick = Math.min(2, window.devicePixelRatio || 1);
      const begin = utcMs - SPAN_MS;
      const x = (at) => ((at - begin) / SPAN_MS) * width;
      const y = (force) => height - 3 - (Math.min(force, TOP_N) / TOP_N) * (height - 6);
      ink.clearRect(0, 0, width, height);
      this.most = 0;
      for (const side of now.FEET) this.#gap(side, utcMs, x);
      this.#line([[0, height / 2], [width, height / 2]], now.colours.line, 1, []);
      this.#line([[0, 1], [width, 1]], now.colours.line, 1, []);
      this.#line([[0, height - 1], [width, height - 1]], now.colours.control, 1, []);
      for (const side of now.FEET) {
        let piece = [];
        let before = 0;
        for (const [at, force] of this.samples[side]) {
          if (before && at - before > GAP_MS) {
            this.#line(piece, now.colours[side], 2.25 * thick, side === "right" ? [7 * thick, 4 * thick] : []);
            piece = [];
          }
          piece.push([x(at), y(force)]);
          this.most = Math.max(this.most, force);
          before = at;
        }
        this.#line(piece, now.colours[side], 2.25 * thick, side === "right" ? [7 * thick, 4 * thick] : []);
      }
      this.contacts = this.contacts.filter(([, at]) => at >= begin);
      for (const [side, at] of this.contacts) {
        ink.beginPath();
        ink.arc(x(at), height - 5 * thick, 3.5 * thick, 0, 2 * Math.PI);
        ink.fillStyle = now.colours[side];
        ink.fill();
      }
    }

    lastOf(side) {
      const samples = this.samples[side];
      return samples.length ? samples[samples.length - 1][0] : null;
    }

    #gap(side, utcMs, x) {
      const last = this.lastOf(side);
      if (last !== null && utcMs - last <= GAP_MS) return;
      const from = last === null ? 0 : Math.max(0, x(last));
      const { ink, canvas } = this;
      ink.save();
      ink.beginPath();
      ink.rect(from, 0, canvas.width - from, canvas.height);
      ink.clip();
      ink.fillStyle = now.colours.gap;
      ink.fillRect(from, 0, canvas.width - from, canvas.height);
      ink.globalAlpha = 0.35;
      now.hatch(ink, canvas.width, canvas.height, 18);
      ink.restore();
    }

    #line(points, colour, width, dash) {
      if (points.length < 2) return;
      const { ink } = this;
      ink.strokeStyle = colour;
      ink.lineWidth = width;
      ink.lineJoin = "round";
      ink.setLineDash(dash);
      ink.beginPath();
      points.forEach(([px, py], index) => (index ? ink.lineTo(px, py) : ink.moveTo(px, py)));
      ink.stroke();
      ink.setLineDash([]);
    }
  };
})();
