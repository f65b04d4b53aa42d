"use strict";
// The WebSocket: opens again when it closes, tells what was drawn, rests while nobody sees the page.
(() => {
  const now = window.plantigradeNow;
  const ACKNOWLEDGE_EVERY = 5;
  const LONGEST_PAUSE_MS = 15000;
  const HIDDEN_MS = 30000;
  const REFUSED = 1008;

  now.Socket = class {
    constructor(path, onFrame, onNews) {
      this.path = path;
      this.onFrame = onFrame;
      this.onNews = onNews;
      this.closed = false; // for good: the session has ended, or this may not be seen any more
      this.openedMs = null;
      this.lostMs = performance.now();
      this.tries = 0;
      this.undrawn = 0;
      this.socket = null;
      this.hiding = 0;
      document.addEventListener("visibilitychange", () => this.#visibility());
      this.#open();
    }

    drawn(number) {
      this.undrawn += 1;
      if (this.undrawn < ACKNOWLEDGE_EVERY || !this.socket || this.socket.readyState !== WebSocket.OPEN) return;
      this.undrawn = 0;
      this.socket.send(now.drawn(number));
    }

    #open() {
      const scheme = location.protocol === "https:" ? "wss:" : "ws:";
      const socket = new WebSocket(`${scheme}//${location.host}${this.path}`);
      socket.binaryType = "arraybuffer";
      this.socket = socket;
      socket.addEventListener("open", () => {
        this.tries = 0;
        this.lostMs = null;
        this.undrawn = ACKNOWLEDGE_EVERY;
      });
      socket.addEventListener("message", (event) => {
        if (typeof event.data !== "string") {
          const frame = now.decode(event.data);
          if (frame) this.onFrame(frame);
          return;
        }
        const news = JSON.parse(event.data);
        if (news.v === 1) this.onNews(news);
      });
      socket.addEventListener("close", (event) => this.#lost(event.code));
    }

    #lost(code) {
      if (this.lostMs === null) this.lostMs = performance.now();
      this.socket = null;
      if (code === REFUSED) {
        this.closed = true;
        return;
      }
      if (document.hidden) return;
      const pause = Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(this.tries, 5));
      this.tries += 1;
      setTimeout(() => this.socket || this.closed || this.#open(), pause);
    }

    #visibility() {
      clearTimeout(this.hiding);
      if (document.hidden) {
        this.hiding = setTimeout(() => this.socket && this.socket.close(), HIDDEN_MS);
      } else if (!this.socket && !this.closed) {
        this.#open();
      }
    }
  };
})();
