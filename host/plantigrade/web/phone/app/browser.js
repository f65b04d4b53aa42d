// Whether this browser can do it, and if not, why not.
export function whyNot() {
  if (!window.isSecureContext) return "insecure";
  if (typeof JSON.rawJSON !== "function" || !navigator.storage?.getDirectory || !crypto.subtle) return "old";
  if (navigator.bluetooth) return "";
  const agent = navigator.userAgent;
  const touchMac = /Macintosh/.test(agent) && navigator.maxTouchPoints > 1;
  if (/iPhone|iPad|iPod/.test(agent) || touchMac) return "ios";
  if (/; wv\)/.test(agent)) return "webview";
  if (/Firefox/.test(agent)) return "firefox";
  if (/Linux x86_64/.test(agent) && /Chrome/.test(agent)) return "linux";
  return "other";
}

/** Keeps the screen on, where the browser can. */
export class Awake {
  #lock = null;
  #wanted = false;

  /** Whether the screen is kept on now: browsers let go of it while the page is out of view. */
  get on() {
    return this.#lock !== null && !this.#lock.released;
  }
  async keep() {
    this.#wanted = true;
    try {
      this.#lock = await navigator.wakeLock.request("screen");
    } catch {
      this.#lock = null; // no such thing here, or the battery is low
    }
  }
  /** The page is in view again. */
  async keepAgain() {
    if (this.#wanted && !this.on) await this.keep();
  }
  async release() {
    this.#wanted = false;
    await this.#lock?.release();
    this.#lock = null;
  }
}
