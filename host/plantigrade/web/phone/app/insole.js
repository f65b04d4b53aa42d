// One insole as the page knows it: connected or not, what it shows, fetching its log, telling it what it may forget.
import { Conversation, NO_ROOM, Refused, Trouble, isNotAllowed, isOldVersion } from "./conversation.js";
import { Transfer } from "./transfer.js";

const SIDES = ["left", "right"];
const LIVE = 2;
const DAILY = 1;
const FIRST_TRIPS = 24;
const LATER_TRIPS = 4;
const PAIRING_MS = 30000;
const NO_ANSWER_MS = 4000;
const RETRY_MS = 1000;
const COME_BACK_MS = 300000;
const STATUS_MS = 5000;
const TRIP_MS = 10000;
const TRIES = 5;
const BUSY = 6;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Insole {
  #protocol;
  #journal;
  #keyring;
  #transfer = null;
  #stopped = false;
  #givenUp = false;

  constructor(protocol, journal, keyring, transport) {
    this.#protocol = protocol;
    this.#journal = journal;
    this.#keyring = keyring;
    this.transport = transport;
    this.link = "connecting"; // trying, pairing, connected, away, gone
    this.side = "";
    this.status = null;
    this.log = null;
    this.counts = null;
    this.live = { frames: 0, missing: 0, lost: [], next: -1, closed: false, began: 0 };
    this.fetched = null; // { from, to, at, records, slots, gaps }
    this.onChange = () => {};
    this.onTrouble = () => {};
  }

  get serial() {
    return this.hello?.serial ?? "";
  }

  /** Connects, and tries again while Android asks the person to pair. */
  async connect() {
    const until = performance.now() + PAIRING_MS;
    const slow = setTimeout(() => !this.transport.reached && this.#set("trying"), NO_ANSWER_MS);
    try {
      await this.#connectUntil(until);
    } finally {
      clearTimeout(slow);
    }
  }

  async #connectUntil(until) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#begin();
        return;
      } catch (error) {
        if (!this.#mayTryAgain(error) || performance.now() > until) {
          this.#set("gone");
          throw this.transport.reached ? error : new Trouble("link.unreached", error.message);
        }
        if (!this.transport.reached) this.#set("trying");
        else if (this.transport.pairs && (attempt > 1 || isNotAllowed(error))) this.#set("pairing");
        await pause(RETRY_MS);
      }
    }
  }

  #mayTryAgain(error) {
    if (this.#stopped) return false;
    if (isOldVersion(error)) return false;
    if (error instanceof Trouble) return error.word.startsWith("link.") && error.word !== "link.port";
    return true;
  }

  async #begin() {
    this.transport.onGone = () => this.#left();
    await this.transport.open();
    this.talk?.fail();
    const talk = new Conversation(this.#protocol, this.transport);
    this.talk = talk;
    talk.onLive = (event) => this.#show(event);
    talk.onLog = (event) => this.#transfer?.take(event);
    const hello = await talk.hello(this.#keyring());
    if (this.hello && this.hello.serial !== hello.serial) throw new Trouble("insole.other");
    this.hello = hello;
    this.side = SIDES[hello.side] ?? "unset";
    await this.renumberIfRoom();
    await this.#compareClocks(this.link === "away" ? LATER_TRIPS : FIRST_TRIPS);
    this.log = await talk.ask("LOG_INFO");
    await this.acknowledge();
    this.status = await talk.ask("STATUS");
    await talk.ask("SET_MODE", [LIVE]);
    const stream = await talk.ask("STREAM", [1]);
    this.#expectLive(stream.first_seq);
    this.#set("connected");
    this.#look(talk);
  }

  /** Its number in a journal that has been begun anew. */
  async renumber() {
    this.number = null; // until it stands in the journal nothing of this insole does
    this.number = await this.#journal.begin(this.hello, this.side);
    this.talk.number(this.number);
  }
  /** As `renumber`; a phone without room shows what is live all the same. */
  async renumberIfRoom() {
    try {
      await this.renumber();
    } catch (error) {
      if (error.name !== NO_ROOM) throw error;
    }
  }

  async #compareClocks(count) {
    for (let i = 0; i < count; i += 1) {
      const trip = await this.talk.ask("TIME", [0]);
      if (this.number !== null) {
        const entry = this.#protocol.roundTripEntry(
          this.number, trip.boot, trip.sentNs, trip.received_us, trip.sent_us, trip.arrivalNs,
        );
        this.#journal.append(entry);
      }
      await pause((i * 0.618 % 1) * 30);
    }
  }

  // While it is connected: its state, its clock.
  async #look(talk) {
    let compared = performance.now();
    while (!talk.closed) {
      await pause(STATUS_MS);
      if (talk.closed) return;
      if (this.#transfer) continue; // its reply would wait behind the log
      try {
        this.status = await talk.ask("STATUS");
        if (performance.now() - compared > TRIP_MS) {
          compared = performance.now();
          await this.#compareClocks(1);
        }
        this.onChange();
      } catch (error) {
        if (!talk.closed && error instanceof Trouble) this.transport.close();
      }
    }
  }

  // Live

  #expectLive(next) {
    const { live } = this;
    if (live.next >= 0 && next > live.next) this.#miss(live.next, next);
    live.next = next;
    live.began ||= performance.now();
  }
  #miss(from, to) {
    this.live.missing += to - from;
    this.live.lost.push([from, to]);
  }
  #show(event) {
    const { live } = this;
    if (event.seq > live.next && live.next >= 0) this.#miss(live.next, event.seq);
    live.next = event.seq + event.slots;
    live.closed = event.k === "closed";
    if (live.closed) return;
    live.frames += event.frames;
    live.at = performance.now();
    this.counts = event.counts;
    this.charging = Boolean(event.status & 4);
  }

  // Going away and coming back

  #left() {
    this.talk?.fail();
    this.#transfer?.fail(new Trouble("link.lost"));
    if (this.#stopped || this.link !== "connected") return;
    this.#set("away");
    this.#comeBack();
  }

  /** The page is in view again: is the insole still there? One that was given up is looked for anew. */
  async lookAgain() {
    if (this.#givenUp && !this.#stopped) {
      this.#givenUp = false;
      this.#set("away");
      await this.#comeBack();
    } else if (this.link === "connected" && !this.#transfer) {
      const { talk } = this;
      try {
        this.status = await talk.ask("STATUS");
        this.onChange();
      } catch (error) {
        if (!talk.closed && error instanceof Trouble) this.transport.close();
      }
    }
  }

  async #comeBack() {
    const until = performance.now() + COME_BACK_MS;
    while (!this.#stopped && performance.now() < until) {
      try {
        await this.#begin();
        return;
      } catch (error) {
        this.talk?.fail();
        if (error instanceof Trouble && !error.word.startsWith("link.")) {
          this.#set("gone");
          this.onTrouble(error);
          return;
        }
        await pause(RETRY_MS);
      }
    }
    this.#givenUp = true;
    this.#set("gone");
    this.onTrouble(new Trouble("link.not-back"));
  }

  /** Lets go of the insole; it goes on recording by itself. */
  async leave(stopLive = true) {
    this.#stopped = true;
    if (stopLive && this.talk && !this.talk.closed) {
      try {
        await this.talk.ask("STREAM", [0]);
        await this.talk.ask("SET_MODE", [DAILY]);
      } catch {
        // It has gone already, and records by itself.
      }
    }
    this.transport.close();
    this.talk?.fail();
    this.#set("gone");
  }

  #set(link) {
    this.link = link;
    this.onChange();
  }

  // The log

  /** Slots that this phone has not, of those that the insole holds. */
  get waiting() {
    if (!this.log) return 0;
    return Math.max(0, this.log.next_seq - this.#journal.heldTo(this.serial, this.log.acknowledged_seq));
  }

  /** Fetches all that is not here, over breaks of the link; a slot counts once it is flushed. */
  async fetch(isStopped) {
    this.log = await this.talk.ask("LOG_INFO");
    const from = this.#journal.heldTo(this.serial, this.log.acknowledged_seq);
    const to = this.log.next_seq;
    if (from > to) throw new Trouble("insole.numbers");
    this.fetched = { from, to, at: from, records: 0, slots: 0, gaps: [] };
    if (from === to) return;
    await this.renumber();
    try {
      await this.#fetchTo(to, isStopped);
    } finally {
      await this.#streamAgain();
    }
  }

  // Live again, whatever came of the log; an insole that does not answer is noticed by its state.
  async #streamAgain() {
    try {
      if (!this.talk.closed) await this.#stream();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
    }
  }

  async #fetchTo(to, isStopped) {
    const { from } = this.fetched;
    const first = this.#journal.current?.insoles[this.serial]?.first ?? from;
    this.#journal.append(new Uint8Array(0), { serial: this.serial, first, end: from });
    let problem = new Trouble("log.stuck");
    let compared = false;
    for (let tries = 0; this.fetched.at < to && tries < TRIES && !isStopped(); ) {
      const before = this.fetched.at;
      try {
        await this.#quiet();
        if (!compared) await this.#compareClocks(LATER_TRIPS);
        compared = true;
        await this.#read(before, to, isStopped);
      } catch (error) {
        if (error instanceof Refused && error.result !== BUSY) throw error;
        if (this.#journal.problem) throw new Trouble("storage.full", this.#journal.problem.message);
        if (isStopped()) break;
        if (error instanceof Refused) problem = error;
        await pause(RETRY_MS);
        await this.#back(isStopped);
      }
      tries = this.fetched.at > before ? 0 : tries + 1;
    }
    await this.#journal.flush();
    // Only what lies flushed is here: something may not have fitted after the last look.
    if (this.#journal.heldTo(this.serial, from) < this.fetched.at) throw new Trouble("storage.full");
    if (this.fetched.at < to && !isStopped()) throw problem;
    if (!this.talk.closed) await this.#compareClocks(LATER_TRIPS);
  }

  // A full record every 0.4 s, and none of them live: the link is for the log.
  async #quiet() {
    await this.talk.ask("SET_MODE", [DAILY]);
    await this.talk.ask("STREAM", [0]);
  }

  async #stream() {
    await this.talk.ask("SET_MODE", [LIVE]);
    this.live.next = -1;
    this.#expectLive((await this.talk.ask("STREAM", [1])).first_seq);
  }

  async #back(isStopped) {
    const until = performance.now() + COME_BACK_MS;
    while (this.link !== "connected") {
      if (isStopped()) return;
      if (this.link === "gone" || performance.now() > until) throw new Trouble("link.not-back");
      await pause(200);
    }
  }

  async #read(from, to, isStopped) {
    const transfer = new Transfer((event) => this.#keep(event), isStopped);
    this.#transfer = transfer;
    try {
      this.talk.expect(from, to);
      await this.talk.ask("LOG_READ", [from, to, 0]);
      await transfer.ended;
    } catch (error) {
      await this.#stopTransfer();
      throw error;
    } finally {
      this.#transfer = null;
    }
  }
  // Else the insole would go on sending what nobody takes, and refuse another transfer.
  async #stopTransfer() {
    if (this.talk.closed) return;
    try {
      await this.talk.ask("LOG_STOP");
    } catch {
      // It does not answer: what made the transfer fail is what counts.
    }
  }

  #keep(event) {
    if (this.#journal.problem) throw new Trouble("storage.full", this.#journal.problem.message);
    const { fetched } = this;
    const before = fetched.at;
    fetched.at = Math.max(fetched.at, event.covered);
    fetched.records += event.records ?? 0;
    fetched.slots += event.slots ?? 0;
    if (event.k === "gap") fetched.gaps.push([event.from, event.to, event.reason]);
    this.#journal.append(event.data, { serial: this.serial, from: before, end: fetched.at });
    this.onChange();
  }

  /** Tells the insole what it may forget: only what lies in a file elsewhere, or at the clinic. */
  async acknowledge() {
    const { acknowledged_seq: from, next_seq: next } = this.log;
    const to = this.#journal.safeTo(this.serial, from);
    if (to <= from || to > next) return; // beyond: the insole counts anew, and what it holds is other slots
    const reply = await this.talk.ask("LOG_ACK", [to]);
    this.log.acknowledged_seq = reply.acknowledged_seq;
    this.onChange();
  }
}
