// The load of a recording over time on a canvas: zoom by drag, by the buttons below, and by keys.
//
// Windows come from the server as bytes (web/charts/long_chart.py), more than the canvas has columns. The picture
// and the table that came with the page stay the twin: the table follows every zoom.

const HEAD_BYTES = 48;
const MAGIC = 0x31434750; // "PGC1"
const POINTS = 1500; // more than a screen has columns: a day by the minute
const HEIGHT = 210;
const SHORTEST_S = 10;
const TABLE_ROWS = 24;
const STEP = 0.5;
const TICKS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200];

/** The answer of the server as numbers. */
export function decode(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < HEAD_BYTES || view.getUint32(0, true) !== MAGIC) throw new Error("no chart");
  const count = view.getUint32(4, true);
  const begin = view.getFloat64(8, true);
  const level = view.getFloat64(16, true);
  const mask = view.getUint32(40, true);
  const time = Float64Array.from({ length: count }, (_, at) => begin + (at + 0.5) * level);
  const feet = [];
  let at = HEAD_BYTES;
  const next = () => {
    const values = new Float32Array(buffer.slice(at, at + 4 * count));
    at += 4 * count;
    return Array.from(values, (value) => (Number.isNaN(value) ? null : value));
  };
  ["left", "right"].forEach((side, bit) => {
    if (mask & (1 << bit)) feet.push({ side, least: next(), mean: next(), most: next() });
  });
  return { level, time, feet, first: view.getFloat64(24, true), last: view.getFloat64(32, true) };
}

/** A span of the length that is asked for, inside of what there is. */
export function fitted(middle, length, first, last) {
  const long = Math.min(Math.max(length, SHORTEST_S), last - first);
  const from = Math.min(Math.max(middle - long / 2, first), last - long);
  return [from, from + long];
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Stripes of a colour, as the right foot has them everywhere. */
function stripes(colour) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6 * devicePixelRatio;
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour;
  pen.globalAlpha = 0.45;
  pen.lineWidth = devicePixelRatio;
  for (const shift of [-1, 0, 1]) {
    pen.moveTo(shift * tile.width, tile.width);
    pen.lineTo((shift + 1) * tile.width, 0);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat");
}

class LongChart {
  constructor(root) {
    this.root = root;
    this.section = root.closest("section");
    this.canvas = root.querySelector(".canvas");
    this.first = Number(root.dataset.first);
    this.last = Number(root.dataset.last);
    this.span = [Number(root.dataset.from), Number(root.dataset.to)];
    this.start = root.dataset.start === "" ? null : Number(root.dataset.start);
    this.language = root.dataset.language;
    this.asked = 0;
    this.listen();
    this.show(...this.span);
  }

  listen() {
    for (const button of this.section.querySelectorAll(".chart-buttons a")) {
      button.addEventListener("click", (event) => {
        event.preventDefault();
        const { zoom, move } = button.dataset;
        if (zoom) this.zoom(Number(zoom));
        else if (move) this.move(Number(move));
        else this.show(this.first, this.last);
      });
    }
    this.canvas.addEventListener("keydown", (event) => {
      const act = {
        "+": () => this.zoom(STEP),
        "=": () => this.zoom(STEP),
        "-": () => this.zoom(1 / STEP),
        ArrowLeft: () => this.move(-STEP / 2),
        ArrowRight: () => this.move(STEP / 2),
        0: () => this.show(this.first, this.last),
        Home: () => this.show(this.first, this.last),
      }[event.key];
      if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    });
    new ResizeObserver(() => {
      if (this.plot) this.plot.setSize({ width: this.root.clientWidth, height: HEIGHT });
    }).observe(this.root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  zoom(factor) {
    const [from, to] = this.span;
    this.show(...fitted((from + to) / 2, (to - from) * factor, this.first, this.last));
  }

  move(share) {
    const [from, to] = this.span;
    this.show(...fitted((from + to) / 2 + share * (to - from), to - from, this.first, this.last));
  }

  async show(from, to) {
    const asked = (this.asked += 1);
    this.span = [from, to];
    const url = new URL(this.root.dataset.source, location.href);
    url.searchParams.set("from", from.toFixed(1));
    url.searchParams.set("to", to.toFixed(1));
    url.searchParams.set("points", String(POINTS));
    const begun = performance.now();
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok || asked !== this.asked) return;
    const buffer = await answer.arrayBuffer();
    if (asked !== this.asked) return;
    this.found = decode(buffer);
    this.draw();
    this.fill();
    this.tell();
    this.root.dataset.ms = (performance.now() - begun).toFixed(1);
    this.root.dataset.bytes = String(buffer.byteLength);
  }

  data() {
    return [this.found.time, ...this.found.feet.flatMap((foot) => [foot.most, foot.least, foot.mean])];
  }

  draw() {
    if (!this.found) return;
    if (this.plot) this.plot.destroy();
    this.root.querySelector(".plot").hidden = true;
    this.canvas.hidden = false;
    this.plot = new uPlot(this.options(), this.data(), this.canvas);
  }

  options() {
    const colours = { left: token("--left"), right: token("--right") };
    const series = [{}];
    const bands = [];
    this.found.feet.forEach(({ side }, number) => {
      const line = { stroke: colours[side], width: 0, points: { show: false }, show: true };
      series.push({ ...line }, { ...line }, { ...line, width: 2, dash: side === "right" ? [7, 4] : [] });
      const fill = side === "right" ? stripes(colours.right) : `${colours.left}29`;
      bands.push({ series: [3 * number + 1, 3 * number + 2], fill: () => fill });
    });
    const axis = { stroke: token("--ink-3"), grid: { stroke: token("--line"), width: 1 }, ticks: { show: false } };
    return {
      width: this.root.clientWidth,
      height: HEIGHT,
      series,
      bands,
      legend: { show: false },
      cursor: { drag: { x: true, y: false, setScale: false } },
      scales: { x: { time: false, range: () => this.span }, y: { range: (_plot, _least, most) => [0, (most || 1) * 1.05] } },
      axes: [
        {
          ...axis,
          incrs: TICKS_S,
          splits: (_plot, _axis, from, to, every) => this.ticks(from, to, every),
          values: (_plot, places) => places.map((at) => this.clock(at)),
          space: 90,
        },
        { ...axis, values: (_plot, places) => places.map((value) => value.toLocaleString(this.language)), size: 56 },
      ],
      hooks: { setSelect: [(plot) => this.selected(plot)], setCursor: [(plot) => this.read(plot)], drawClear: [(plot) => this.shade(plot)] },
    };
  }

  selected(plot) {
    const { left, width } = plot.select;
    if (width < 4) return;
    const from = plot.posToVal(left, "x");
    const to = plot.posToVal(left + width, "x");
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.show(...fitted((from + to) / 2, to - from, this.first, this.last));
  }

  /** The figures under the pointer; those who use no pointer have the table. */
  read(plot) {
    const at = plot.cursor.idx;
    const line = this.root.querySelector(".readout");
    line.hidden = at === null || at === undefined;
    if (line.hidden) return;
    const figures = this.found.feet.map((foot) => `${this.root.dataset[foot.side]}: ${this.cell(foot, at, at + 1)}`);
    line.textContent = [this.clock(this.found.time[at]), ...figures].join(" · ");
  }

  /** Stretches in which no foot recorded anything: never empty, which would look like no load. */
  shade(plot) {
    const { time, feet, level } = this.found;
    const pen = plot.ctx;
    pen.save();
    pen.fillStyle = token("--gap");
    for (let at = 0; at < time.length; at += 1) {
      if (feet.some((foot) => foot.mean[at] !== null)) continue;
      const from = Math.max(plot.valToPos(time[at] - level / 2, "x", true), plot.bbox.left);
      const to = Math.min(plot.valToPos(time[at] + level / 2, "x", true), plot.bbox.left + plot.bbox.width);
      pen.fillRect(Math.floor(from), plot.bbox.top, Math.ceil(to) - Math.floor(from), plot.bbox.height);
    }
    pen.restore();
  }

  /** Ticks at round times of the clock on the wall, where the recording has one. */
  ticks(from, to, every) {
    const parts = this.start === null ? ["0", "0", "0"] : this.wall().format(this.start).split(":");
    const begun = 3600 * Number(parts[0]) + 60 * Number(parts[1]) + Number(parts[2]);
    const places = [];
    for (let at = Math.ceil((from + begun) / every) * every - begun; at <= to; at += every) places.push(at);
    return places;
  }

  wall() {
    const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
    try {
      return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: this.root.dataset.zone });
    } catch {
      return new Intl.DateTimeFormat("en-GB", options);
    }
  }

  clock(at) {
    if (this.start === null) return `${Math.round(at).toLocaleString(this.language)} s`;
    const fine = this.span[1] - this.span[0] < 600 ? { second: "2-digit" } : {};
    const zone = this.root.dataset.zone;
    const options = { hour: "numeric", minute: "2-digit", hourCycle: "h23", ...fine };
    try {
      return new Intl.DateTimeFormat(this.language, { ...options, timeZone: zone }).format(this.start + at * 1000);
    } catch {
      return new Intl.DateTimeFormat(this.language, options).format(this.start + at * 1000);
    }
  }

  /** The table beside the canvas: the same windows, put together until there are few. */
  fill() {
    const body = this.section.querySelector(".chart-table tbody");
    const { time, feet, level } = this.found;
    const every = Math.max(1, Math.ceil(time.length / TABLE_ROWS));
    const rows = [];
    for (let at = 0; at < time.length; at += every) {
      const row = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = this.clock(Math.max(time[at] - level / 2, this.first));
      row.append(head);
      for (const side of ["left", "right"]) {
        const cell = document.createElement("td");
        cell.className = "num";
        cell.textContent = this.cell(feet.find((foot) => foot.side === side), at, at + every);
        row.append(cell);
      }
      rows.push(row);
    }
    body.replaceChildren(...rows);
  }

  /** What a window is now, and which buttons lead anywhere. */
  tell() {
    const { level } = this.found;
    const how = this.section.querySelector(".chart-how");
    how.textContent = how.dataset.how.replace("{level}", level < 60 ? `${level} s` : `${level / 60} min`);
    const isAll = this.span[0] <= this.first && this.span[1] >= this.last;
    for (const button of this.section.querySelectorAll("[data-move], [data-zoom='4']")) {
      if (isAll) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  }

  cell(foot, from, to) {
    const known = (values) => values.slice(from, to).filter((value) => value !== null);
    const means = foot ? known(foot.mean) : [];
    if (means.length === 0) return this.root.dataset.notKnown;
    const show = (value) => Math.round(value).toLocaleString(this.language);
    const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
    return this.root.dataset.cell
      .replace("{mean}", show(mean))
      .replace("{least}", show(Math.min(...known(foot.least))))
      .replace("{most}", show(Math.max(...known(foot.most))));
  }
}

if (typeof document !== "undefined") for (const root of document.querySelectorAll(".long-chart")) new LongChart(root);
