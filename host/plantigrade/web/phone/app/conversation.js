// One connection to one insole: questions and answers, proof, live records. What bytes mean is link.py's affair.
import { hex, unhex } from "./protocol.js";

const REPLY_MS = 4000;
const LOCKED = 2;
const LOWEST = 1;
const HIGHEST = 2;
const NOT_ALLOWED = 7;
const WRONG_VERSION = 3;

/** The insole refused: `result` is its code. */
/** What browsers call an error for want of room. */
export const NO_ROOM = "QuotaExceededError";

export class Refused extends Error {
  constructor(command, result, text) {
    super(text);
    this.command = command;
    this.result = result;
  }
}
/** Something that the person can do something about; `word` is the key of its text. */
export class Trouble extends Error {
  constructor(word, detail = "") {
    super(detail || word);
    this.word = word;
  }
}
export const isOldVersion = (error) => error instanceof Refused && error.result === WRONG_VERSION;
export const isNotAllowed = (error) => error instanceof Refused && error.result === NOT_ALLOWED;

export const nowNs = () => Math.round(performance.now() * 1e6);

export class Conversation {
  #protocol;
  #transport;
  #handle;
  #waiting = new Map();
  #opening = Promise.resolve();
  #insole = null;

  constructor(protocol, transport) {
    this.#protocol = protocol;
    this.#transport = transport;
    this.#handle = protocol.open();
    this.closed = false;
    this.refused = {}; // how much could not be used, by its error's name
    this.onLive = () => {};
    this.onLog = () => {};
    transport.onValue = (channel, bytes, arrivalNs) => {
      if (!this.closed) this.#take(protocol.value(this.#handle, channel, bytes, arrivalNs), arrivalNs);
    };
  }

  /** A command and its reply's fields, with the moments that frame it. */
  async ask(name, values = [], value = "", milliseconds = REPLY_MS) {
    if (this.closed) throw new Trouble("link.lost");
    const command = this.#protocol.command(this.#handle, name, values, value, this.#transport.size);
    let timer;
    const reply = new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Trouble("link.silent", name)), milliseconds);
      this.#waiting.set(command.tag, { resolve, reject });
    });
    reply.catch(() => {});
    try {
      const sentNs = nowNs();
      await this.#transport.send(command.values.map(unhex));
      const { event, arrivalNs } = await reply;
      if (event.result) throw new Refused(name, event.result, event.text);
      return { ...event.fields, sentNs, arrivalNs };
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(command.tag);
    }
  }

  /** Says hello; a locked insole and this phone prove to each other who they are first. */
  async hello(keyring) {
    let hello = await this.ask("HELLO", [LOWEST, HIGHEST]);
    if (hello.version > HIGHEST) throw new Trouble("version.phone-old");
    if (hello.version === LOCKED) {
      await this.#prove(keyring);
      hello = await this.ask("HELLO", [LOWEST, HIGHEST]);
      if (hello.serial.toUpperCase() !== this.#insole.serial) throw new Trouble("keys.not-ours");
    } else if (keyring?.insoles.some((one) => one.serial === hello.serial.toUpperCase())) {
      throw new Trouble("keys.asks-none");
    }
    return { ...hello, serial: hello.serial.toUpperCase() };
  }

  async #prove(keyring) {
    if (!keyring) throw new Trouble("keys.needed");
    const nonce = hex(crypto.getRandomValues(new Uint8Array(16)));
    const { answer } = await this.ask("AUTH_BEGIN", [BigIntText(keyring.phone)], nonce);
    const messages = this.#protocol.beginProof(this.#handle, nonce, answer);
    const ours = messages.refused ? null : await keyring.prove(messages);
    if (!ours) throw new Trouble("keys.not-ours");
    this.#protocol.vouch(this.#handle, ours.session);
    this.#insole = ours.insole;
    await this.ask("AUTH_PROVE", [], ours.proof);
  }

  number(number) {
    if (this.closed) throw new Trouble("link.lost");
    this.#protocol.number(this.#handle, number);
  }
  expect(first, end) {
    if (this.closed) throw new Trouble("link.lost");
    this.#protocol.expect(this.#handle, first, end);
  }

  /** The link has gone: nobody will answer any more. */
  fail() {
    if (this.closed) return;
    this.closed = true;
    this.#protocol.close(this.#handle);
    for (const { reject } of this.#waiting.values()) reject(new Trouble("link.lost"));
    this.#waiting.clear();
  }

  #take(events, arrivalNs) {
    for (const event of events) {
      if (event.k === "reply") this.#waiting.get(event.tag)?.resolve({ event, arrivalNs });
      else if (event.k === "live") this.#opening = this.#opening.then(() => this.onLive(event));
      else if (event.k === "sealed") this.#opening = this.#opening.then(() => this.#open(event));
      else if (event.k === "refused") this.#refuse(event.name);
      else this.onLog(event);
    }
  }

  async #open(event) {
    const one = this.#insole;
    if (!one || one.live.keyId !== event.key) {
      this.#refuse("no_key");
      this.onLive({ k: "closed", seq: event.seq, slots: event.slots });
      return;
    }
    const record = await one.opener.open(event, unhex(event.counter));
    if (record === null) {
      this.#refuse("tag");
      return;
    }
    if (this.closed) return;
    for (const live of this.#protocol.opened(this.#handle, record)) {
      if (live.k === "live") this.onLive(live);
      else this.#refuse(live.name);
    }
  }

  #refuse(name) {
    this.refused[name] = (this.refused[name] ?? 0) + 1;
  }
}

// 64 bits do not fit into a number: they travel as the digits that JSON has for any integer.
const BigIntText = (text) => JSON.rawJSON(BigInt(`0x${text}`).toString());
