"use strict";
// The message of live frames: docs/reference/live-messages.md. Everything of this page hangs on `plantigradeNow`.
(() => {
  const now = (window.plantigradeNow = {});
  const VERSION = 1;
  const KIND_FRAME = 1;
  const KIND_DRAWN = 2;
  const HEAD_BYTES = 16;
  const FOOT_BYTES = 60;
  const SENSORS = 16;
  const NO_AGE = 0xffffffff;
  const STATES = ["nothing", "live", "stale", "not-worn", "zeroing"];

  now.FEET = ["left", "right"];
  now.STALE_MS = 5000;

  const footOf = (view, at) => {
    const age = view.getUint32(at + 4, true);
    const x = view.getFloat32(at + 20, true);
    const y = view.getFloat32(at + 24, true);
    const force = new Float32Array(SENSORS);
    for (let i = 0; i < SENSORS; i += 1) force[i] = view.getUint16(at + 28 + 2 * i, true) / 10;
    return {
      state: STATES[view.getUint8(at)] || "nothing",
      ageMs: age === NO_AGE ? null : age,
      atUtcMs: view.getFloat64(at + 8, true),
      total: view.getFloat32(at + 16, true),
      cop: Number.isNaN(x) || Number.isNaN(y) ? null : [x, y],
      force,
    };
  };

  // A frame, or null for what this script does not know.
  now.decode = (buffer) => {
    if (buffer.byteLength !== HEAD_BYTES + 2 * FOOT_BYTES) return null;
    const view = new DataView(buffer);
    if (view.getUint8(0) !== VERSION || view.getUint8(1) !== KIND_FRAME) return null;
    return {
      number: view.getUint32(4, true),
      utcMs: view.getFloat64(8, true),
      left: footOf(view, HEAD_BYTES),
      right: footOf(view, HEAD_BYTES + FOOT_BYTES),
    };
  };

  // Tells the server how far this page has drawn.
  now.drawn = (number) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setUint8(0, VERSION);
    view.setUint8(1, KIND_DRAWN);
    view.setUint32(4, number, true);
    return view.buffer;
  };
})();
