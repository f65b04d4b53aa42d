// The page's side of the journals: what is kept on this phone, and up to where an insole may forget.
import { NO_ROOM, Trouble, nowNs } from "./conversation.js";

const RUN = 1;
const INSOLE = 2;
const NONE = 0xffff;
const WHY_NOT = {
  NoModificationAllowedError: "storage.busy", // another tab or window has the files: they are open for one at a time
  [NO_ROOM]: "storage.full-at-start",
};
const SAFE = ["saved", "received"]; // states of journals that lie somewhere else as well

export class Journal {
  #worker;
  #protocol;
  #waiting = new Map();
  #id = 0;
  #numbers = new Map();
  #beginning = Promise.resolve();
  #hostBoot = `phone-${crypto.randomUUID()}`;

  constructor(protocol, worker) {
    this.#protocol = protocol;
    this.#worker = worker;
    this.ledger = { files: [] };
    this.problem = null;
    this.onChange = () => {};
    worker.onmessage = ({ data }) => this.#told(data);
  }

  static async open(protocol, worker) {
    const journal = new Journal(protocol, worker);
    try {
      await journal.#ask({ action: "open" });
    } catch (error) {
      throw new Trouble(WHY_NOT[error.name] ?? "storage.refused", error.message);
    }
    return journal;
  }

  #told({ id, problem, answer, ledger }) {
    this.ledger = ledger;
    if (problem) this.problem = problem;
    const one = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (problem) one?.reject(Object.assign(new Error(problem.message), { name: problem.name }));
    else one?.resolve(answer);
    this.onChange();
  }

  #ask(message, transfer = []) {
    this.#id += 1;
    const id = this.#id;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...message, id }, transfer);
    });
  }

  /** Room may have been made: what did not fit is tried again. */
  retry() {
    this.problem = null;
  }

  /** An insole's number in the journal that is being written; makes a journal where there is none. */
  begin(hello, side) {
    const number = this.#beginning.then(() => this.#begin(hello, side));
    this.#beginning = number.catch(() => {});
    return number;
  }
  async #begin(hello, side) {
    await this.#ask({ action: "begin" });
    const entry = this.current;
    if (this.#numbers.get("") !== entry.name) {
      const monotonic = nowNs();
      const utc = BigInt(Math.round((performance.timeOrigin + monotonic / 1e6) * 1000)) * 1000n;
      const run = `{"format":1,"host_boot":"${this.#hostBoot}","monotonic_ns":${monotonic},"utc_ns":${utc}}`;
      await this.#write(this.#protocol.textEntry(RUN, NONE, run));
      this.#numbers = new Map([["", entry.name]]);
    }
    if (!this.#numbers.has(hello.serial)) {
      const known = entry.insoles[hello.serial]?.number;
      const taken = [...Object.values(entry.insoles).map((one) => one.number), ...this.#numbers.values()].filter(Number.isInteger);
      const number = known ?? Math.max(-1, ...taken) + 1;
      if (known === undefined) {
        const identity = {
          firmware: hello.firmware, layout: hello.layout, period_us: hello.period_us, serial: hello.serial, side,
        };
        const mark = { serial: hello.serial, number, side };
        await this.#write(this.#protocol.textEntry(INSOLE, number, JSON.stringify(identity)), mark);
        await this.flush();
      }
      this.#numbers.set(hello.serial, number);
    }
    return this.#numbers.get(hello.serial);
  }

  // What the rest of a journal cannot do without: an error where it does not fit.
  #write(bytes, mark = null) {
    return this.#ask({ action: "append", bytes, mark });
  }
  append(bytes, mark = null) {
    this.#worker.postMessage({ action: "append", bytes, mark, id: 0 });
  }
  flush() {
    return this.#ask({ action: "flush" });
  }
  async close() {
    this.#numbers = new Map();
    return this.#ask({ action: "close" });
  }
  state(name, values) {
    return this.#ask({ action: "state", name, values });
  }
  remove(name) {
    return this.#ask({ action: "remove", name });
  }

  get current() {
    return this.ledger.files.find((file) => file.state === "open") ?? null;
  }
  get files() {
    return this.ledger.files;
  }

  /** The first slot that neither the insole may forget nor this phone has. */
  heldTo(serial, from) {
    return this.#reach(serial, from, () => true);
  }
  /** Up to where everything lies somewhere else as well. */
  safeTo(serial, from) {
    return this.#reach(serial, from, (file) => SAFE.includes(file.state));
  }
  #reach(serial, from, counts) {
    let reached = from;
    const pieces = this.files
      .filter((file) => file.state !== "damaged" && counts(file))
      .map((file) => file.insoles[serial])
      .filter((piece) => piece?.end !== undefined)
      .sort((one, other) => one.first - other.first);
    for (const piece of pieces) if (piece.first <= reached) reached = Math.max(reached, piece.end);
    return reached;
  }

  async file(name) {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle("journals");
    return (await folder.getFileHandle(name)).getFile();
  }
}
