// An insole by cable, over Web Serial: opens the port, moves bytes. What frames are is link.py's affair.
import { Trouble, nowNs } from "./conversation.js";

const ESPRESSIF = 0x303a; // maker of the chip, whose USB the insole shows
const BAUD = 115200; // a USB port has none; a number must be named all the same
const BUFFER_BYTES = 65536;
const PIECE_BYTES = 16384; // the interpreter takes at most 64 kB at once
const CABLE = 0; // instead of a channel: the frames name it

export class Cable {
  #port;
  #reader = null;
  #writer = null;
  #wasOpen = false;

  constructor(port) {
    this.#port = port;
    this.size = 0; // values have no size: messages travel whole
    this.pairs = false;
    this.reached = true;
    this.cable = true;
    this.onValue = () => {};
    this.onGone = () => {};
  }

  static get there() {
    return Boolean(navigator.serial);
  }

  /** Asks the person which port is meant; needs a tap. */
  static async choose() {
    return new Cable(await navigator.serial.requestPort({ filters: [{ usbVendorId: ESPRESSIF }] }));
  }

  async open() {
    if (this.#reader) return;
    await this.#openPort();
    this.#reader = this.#port.readable.getReader();
    this.#writer = this.#port.writable.getWriter();
    this.#read();
  }

  // A cable that was pulled out and plugged in again is another port to the browser: any free one that the person
  // has allowed before is asked who it is.
  async #openPort() {
    const ports = this.#wasOpen ? [this.#port, ...(await navigator.serial.getPorts())] : [this.#port];
    let problem = "";
    for (const port of ports.filter((one) => !one.readable)) {
      try {
        await port.open({ baudRate: BAUD, bufferSize: BUFFER_BYTES });
        this.#port = port;
        this.#wasOpen = true;
        return;
      } catch (error) {
        problem = error.message;
      }
    }
    throw new Trouble("link.port", problem);
  }

  async #read() {
    try {
      for (;;) {
        const { value, done } = await this.#reader.read();
        if (done) break;
        const arrivalNs = nowNs();
        for (let at = 0; at < value.length; at += PIECE_BYTES) {
          this.onValue(CABLE, value.subarray(at, at + PIECE_BYTES), arrivalNs);
        }
      }
    } catch {
      // It was pulled out.
    }
    await this.#end();
    this.onGone();
  }

  async #end() {
    this.#reader?.releaseLock();
    this.#writer?.releaseLock();
    this.#reader = this.#writer = null;
    try {
      await this.#port.close();
    } catch {
      // It has gone already.
    }
  }

  async send(values) {
    if (!this.#writer) throw new Trouble("link.lost");
    try {
      for (const value of values) await this.#writer.write(value);
    } catch (error) {
      throw new Trouble("link.lost", error.message);
    }
  }

  close() {
    this.#reader?.cancel().catch(() => {});
  }
}
