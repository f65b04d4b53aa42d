// One transfer of a log: what comes is given on, and it ends somehow.
import { Trouble } from "./conversation.js";

const IDLE_MS = 6000;

/** Ends with its end, with the link, or when nothing comes any more. */
export class Transfer {
  #resolve;
  #reject;
  #timer;
  #keep;
  #isStopped;

  constructor(keep, isStopped) {
    this.#keep = keep;
    this.#isStopped = isStopped;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.ended.catch(() => {});
    this.#wind();
  }
  #wind() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.fail(new Trouble("link.silent")), IDLE_MS);
  }
  take(event) {
    this.#wind();
    try {
      if (event.k === "end") this.#done();
      else this.#keep(event);
      if (this.#isStopped()) this.fail(new Trouble("fetch.stopped"));
    } catch (error) {
      this.fail(error);
    }
  }
  #done() {
    clearTimeout(this.#timer);
    this.#resolve();
  }
  fail(error) {
    clearTimeout(this.#timer);
    this.#reject(error);
  }
}
