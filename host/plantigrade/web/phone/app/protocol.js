// The protocol runs in Python, in MicroPython's WebAssembly port: this file starts it and carries bytes in and out.
import { loadMicroPython } from "./vendor/micropython.mjs";

const HEAP_BYTES = 1 << 20;
const LIBRARY = "/lib/";

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** Starts the interpreter with the package that insoles and computers run, unchanged. */
export async function startProtocol(sources, module = "plantigrade.web.phone.link") {
  const interpreter = await loadMicroPython({
    url: new URL("./vendor/micropython.wasm", import.meta.url).href,
    heapsize: HEAP_BYTES,
    stdout: (line) => console.log(line),
  });
  for (const [path, text] of Object.entries(sources)) {
    const folder = LIBRARY + path.slice(0, path.lastIndexOf("/"));
    interpreter.FS.mkdirTree(folder);
    interpreter.FS.writeFile(LIBRARY + path, text);
  }
  interpreter.runPython(`import sys\nsys.path[:] = ["${LIBRARY.slice(0, -1)}", ".frozen"]\nimport ${module} as link`);
  return new Protocol(interpreter);
}

/** The functions of link.py. Bytes go through two files in the interpreter's memory. */
export class Protocol {
  #interpreter;
  #link;
  #handle = 0;
  #functions = new Map();

  constructor(interpreter) {
    this.#interpreter = interpreter;
    this.#link = interpreter.globals.get("link");
    this.milliseconds = 0;
  }

  #call(name, ...values) {
    if (!this.#functions.has(name)) this.#functions.set(name, this.#link[name]);
    const began = performance.now();
    const answer = this.#functions.get(name)(...values);
    this.milliseconds += performance.now() - began;
    return answer;
  }

  #events(text) {
    if (!text) return [];
    const events = JSON.parse(text);
    if (events.some((event) => event.bytes)) {
      const out = this.#interpreter.FS.readFile("/out");
      for (const event of events) {
        if (event.bytes) event.data = out.slice(event.at, event.at + event.bytes);
      }
    }
    return events;
  }

  #put(bytes) {
    this.#interpreter.FS.writeFile("/in", bytes);
    return bytes.length;
  }

  open() {
    this.#handle += 1;
    this.#call("open_link", this.#handle);
    return this.#handle;
  }
  close(handle) {
    this.#call("close_link", handle);
  }
  command(handle, name, values, value, size) {
    return JSON.parse(this.#call("command", handle, name, JSON.stringify(values), value, size));
  }
  beginProof(handle, nonce, answer) {
    return JSON.parse(this.#call("begin_proof", handle, nonce, answer));
  }
  vouch(handle, sessionKey) {
    this.#call("vouch", handle, sessionKey);
  }
  value(handle, channel, bytes, arrivalNs) {
    return this.#events(this.#call("value", handle, channel, this.#put(bytes), arrivalNs));
  }
  opened(handle, bytes) {
    return this.#events(this.#call("opened", handle, this.#put(bytes)));
  }
  expect(handle, first, end) {
    this.#call("expect", handle, first, end);
  }
  number(handle, number) {
    this.#call("number", handle, number);
  }
  textEntry(kind, insole, text) {
    return unhex(this.#call("text_entry", kind, insole, text));
  }
  roundTripEntry(insole, boot, ...stamps) {
    return unhex(this.#call("round_trip_entry", insole, boot, ...stamps));
  }
  /** Runs a piece of Python: for measurements and the golden vectors in tests. */
  run(text) {
    return this.#interpreter.runPython(text);
  }
  get files() {
    return this.#interpreter.FS;
  }
}
