"use strict";
// One foot on a canvas: pressure between the sensors, outline, centre of pressure with its trail.
(() => {
  const now = window.plantigradeNow;
  const WIDTH = 156;
  const HEIGHT = 412;
  const MARGIN = 6;
  const CELL = 2;
  const TRAIL_MS = 1500;
  const LEVELS = 8;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  // Colours are the page's tokens; they are read anew when the scheme changes.
  const NAMES = ["surface", "control", "ink-3", "left", "right", "gap", "line", "accent", "accent-soft", "ink-2"];
  const readColours = () => {
    const style = getComputedStyle(document.documentElement);
    const found = { levels: [] };
    for (const name of NAMES) found[name] = style.getPropertyValue(`--${name}`).trim();
    const probe = document.createElement("canvas");
    probe.width = probe.height = 1;
    const ink = probe.getContext("2d", { willReadFrequently: true });
    for (let level = 0; level < LEVELS; level += 1) {
      ink.fillStyle = style.getPropertyValue(`--p${level}`).trim();
      ink.fillRect(0, 0, 1, 1);
      const [red, green, blue] = ink.getImageData(0, 0, 1, 1).data;
      found.levels.push([red, green, blue]);
    }
    return found;
  };
  now.colours = readColours();
  const listeners = [];
  now.onColours = (listener) => listeners.push(listener);
  const renew = () => {
    now.colours = readColours();
    for (const listener of listeners) listener();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", renew);
  new MutationObserver(renew).observe(document.documentElement, { attributeFilter: ["data-theme"] });

  now.hatch = (ink, width, height, step) => {
    ink.strokeStyle = now.colours.control;
    ink.lineWidth = 1;
    ink.beginPath();
    for (let x = -height; x < width; x += step) {
      ink.moveTo(x, height);
      ink.lineTo(x + height, 0);
    }
    ink.stroke();
  };

  now.outlineOf = (map, side, scale, left, top) => {
    const path = new Path2D();
    map.outline.forEach(([x, y], index) => {
      const px = left + scale * (side === "left" ? map.width - x : x);
      const py = top + scale * y;
      if (index) path.lineTo(px, py);
      else path.moveTo(px, py);
    });
    path.closePath();
    return path;
  };

  now.Foot = class {
    constructor(canvas, side, map) {
      this.canvas = canvas;
      this.ink = canvas.getContext("2d");
      this.side = side;
      this.map = map;
      this.scale = (HEIGHT - 2 * MARGIN) / map.length;
      this.outline = now.outlineOf(map, side, this.scale, MARGIN, MARGIN);
      this.trail = [];
      this.sheet = document.createElement("canvas");
      this.sheet.width = WIDTH / CELL;
      this.sheet.height = HEIGHT / CELL;
      this.sheetInk = this.sheet.getContext("2d");
      this.pixels = this.sheetInk.createImageData(this.sheet.width, this.sheet.height);
      this.#prepare();
    }

    // For each cell inside the outline: distances' kernel to the sensors, once.
    #prepare() {
      const { map, sheet } = this;
      const cells = [];
      const basis = [];
      const wide = new Path2D(this.outline);
      this.ink.lineWidth = 4 * CELL;
      for (let row = 0; row < sheet.height; row += 1) {
        for (let column = 0; column < sheet.width; column += 1) {
          const px = (column + 0.5) * CELL;
          const py = (row + 0.5) * CELL;
          if (!this.ink.isPointInPath(wide, px, py) && !this.ink.isPointInStroke(wide, px, py)) continue;
          const drawn = (px - MARGIN) / this.scale;
          const x = (this.side === "left" ? map.width - drawn : drawn) / map.length;
          const y = (py - MARGIN) / this.scale / map.length;
          cells.push(row * sheet.width + column);
          for (const [sx, sy] of map.sensors) {
            const squared = (x - sx / map.length) ** 2 + (y - sy / map.length) ** 2;
            basis.push(squared > 0 ? squared * Math.log(squared) : 0);
          }
          basis.push(1, x, y);
        }
      }
      this.cells = Uint32Array.from(cells);
      this.basis = Float32Array.from(basis);
      this.row = map.sensors.length + 3;
    }

    // Fills the sheet with the steps of the map; the plate goes through the square roots of the pressures.
    #fill(foot) {
      const { map, cells, basis, row, pixels } = this;
      const roots = now.kpa(foot, map).map(Math.sqrt);
      const most = Math.max(...roots); // beyond the sensors nothing is higher than what they say
      const weights = map.spline.map((line) => line.reduce((sum, one, index) => sum + one * roots[index], 0));
      const levels = now.colours.levels;
      const { data } = pixels;
      const step = map.top_kpa / (LEVELS - 1);
      for (let cell = 0, at = 0; cell < cells.length; cell += 1, at += row) {
        let root = 0;
        for (let i = 0; i < row; i += 1) root += weights[i] * basis[at + i];
        const kpa = root > 0 ? Math.min(root, most) ** 2 : 0;
        const level = kpa < map.contact_kpa ? 0 : Math.min(LEVELS - 1, 1 + Math.floor(kpa / step));
        const colour = levels[level];
        const pixel = 4 * cells[cell];
        data[pixel] = colour[0];
        data[pixel + 1] = colour[1];
        data[pixel + 2] = colour[2];
        data[pixel + 3] = 255;
      }
      this.sheetInk.putImageData(pixels, 0, 0);
    }

    draw(foot, nowMs) {
      const { ink, canvas } = this;
      const known = foot.state === "live" || foot.state === "zeroing";
      ink.setTransform(canvas.width / WIDTH, 0, 0, canvas.height / HEIGHT, 0, 0);
      ink.clearRect(0, 0, WIDTH, HEIGHT);
      ink.save();
      ink.clip(this.outline);
      if (known) {
        this.#fill(foot);
        ink.imageSmoothingQuality = "high";
        ink.drawImage(this.sheet, 0, 0, WIDTH, HEIGHT);
      } else {
        now.hatch(ink, WIDTH, HEIGHT, 9);
      }
      ink.restore();
      ink.strokeStyle = now.colours.control;
      ink.lineWidth = 1.5;
      ink.setLineDash(known ? [] : [5, 5]);
      ink.stroke(this.outline);
      ink.setLineDash([]);
      if (known) this.#drawSensors();
      this.#drawTrail(known ? foot.cop : null, nowMs, known);
    }

    #place([x, y]) {
      const across = this.scale * this.map.width * x;
      const px = this.side === "left" ? WIDTH - MARGIN - across : MARGIN + across;
      return [px, MARGIN + this.scale * this.map.length * (1 - y)];
    }

    #drawSensors() {
      const { ink, map } = this;
      ink.fillStyle = now.colours["ink-3"];
      ink.globalAlpha = 0.55;
      ink.beginPath();
      for (const [x, y] of map.sensors) {
        const [px, py] = this.#place([x / map.width, 1 - y / map.length]);
        ink.moveTo(px + 2.2, py);
        ink.arc(px, py, 2.2, 0, 2 * Math.PI);
      }
      ink.fill();
      ink.globalAlpha = 1;
    }

    #drawTrail(cop, nowMs, known) {
      const { ink } = this;
      if (known && cop) this.trail.push([nowMs, ...this.#place(cop)]);
      else this.trail.length = 0;
      while (this.trail.length && this.trail[0][0] < nowMs - TRAIL_MS) this.trail.shift();
      const trail = this.trail;
      if (!trail.length) return;
      ink.lineJoin = "round";
      const line = (width, colour, dash, fade) => {
        ink.lineWidth = width;
        ink.strokeStyle = colour;
        ink.setLineDash(dash);
        ink.lineCap = dash.length ? "butt" : "round";
        for (let i = 1; i < trail.length; i += 1) {
          ink.globalAlpha = fade ? 0.25 + (0.75 * i) / trail.length : 1;
          ink.beginPath();
          ink.moveTo(trail[i - 1][1], trail[i - 1][2]);
          ink.lineTo(trail[i][1], trail[i][2]);
          ink.stroke();
        }
        ink.globalAlpha = 1;
        ink.setLineDash([]);
      };
      const fade = !calm.matches;
      line(7, now.colours.surface, [], false);
      line(3, now.colours[this.side], this.side === "right" ? [8, 4] : [], fade);
      const [, x, y] = trail[trail.length - 1];
      ink.beginPath();
      ink.arc(x, y, 8, 0, 2 * Math.PI);
      ink.fillStyle = now.colours[this.side];
      ink.fill();
      ink.lineWidth = 2.5;
      ink.strokeStyle = now.colours.surface;
      ink.stroke();
    }
  };
})();
