"use strict";
// Counts a step of a visit down by the clock of the page that was loaded; the server knows when it is over.
(() => {
  const box = document.getElementById("countdown");
  const shown = document.getElementById("left");
  const bar = box.querySelector("progress");
  const END_MS = 1000 * Number(box.dataset.left) + performance.now();
  const tick = () => {
    const leftS = Math.max(0, (END_MS - performance.now()) / 1000);
    shown.textContent = String(Math.ceil(leftS));
    bar.value = bar.max - leftS;
    if (leftS > 0) return;
    clearInterval(timer);
    window.location.reload();
  };
  const timer = setInterval(tick, 200);
})();
