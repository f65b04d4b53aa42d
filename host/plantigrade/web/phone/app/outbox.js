// From this phone to the clinic: what is sent, and what the clinic says that it has.
import { Clinic } from "./clinic.js";
import { explain } from "./explain.js";
import * as screen from "./screen.js";

const { words, element } = screen;
const LOOK_FOR_RECEIPT_MS = 15000;
const DEVICE = /Android/.test(navigator.userAgent) ? "Android" : "Browser";
const settings = JSON.parse(element("settings").textContent);

export class Outbox {
  #page;
  #looking = false;
  sending = null;
  clinic = new Clinic(settings.clinic || location.origin);

  constructor(page) {
    this.#page = page;
  }
  open() {
    return this.clinic.open();
  }
  listen() {
    element("join").onclick = () => this.join(element("clinic-link").value.split("#").at(-1));
    element("leave-clinic").onclick = () => this.#leaveClinic();
    setInterval(() => this.#lookForReceipts(), LOOK_FOR_RECEIPT_MS);
  }
  stop() {
    this.sending.stop = true;
    this.#page.changed();
  }
  get canSend() {
    return Boolean(this.clinic.joined) && this.unsent.length > 0;
  }

  async join(invitation) {
    screen.showNews(words("phone.clinic.joining"));
    try {
      await this.clinic.join(invitation, DEVICE);
      screen.showTrouble("");
      screen.showNews(words("phone.clinic.joined-now"));
    } catch (error) {
      screen.showNews("");
      screen.showTrouble(explain(error));
    }
    this.#page.changed();
  }
  async #leaveClinic() {
    try {
      await this.clinic.leave();
      screen.showNews(words("phone.clinic.left"));
    } catch (error) {
      screen.showTrouble(explain(error));
    }
    await this.#unsend();
    this.#page.changed();
  }
  // What the clinic has not confirmed is as if it had not been sent: it may go to another one.
  async #unsend() {
    for (const file of this.#page.journal.files.filter((one) => one.state === "here")) {
      await this.clinic.forget(file);
      await this.#page.journal.state(file.name, { waiting: false, unreadable: false, sent: 0 });
    }
  }

  get unsent() {
    return this.#page.journal.files.filter((one) => one.state === "here" && !one.waiting);
  }

  async send() {
    screen.showTrouble("");
    this.sending = { stop: false };
    this.#page.changed();
    try {
      for (const file of this.unsent) {
        const content = await this.#page.journal.file(file.name);
        const told = (sent) => this.#page.journal.state(file.name, { sent });
        await this.clinic.send(file, content, told, () => this.sending.stop);
        await this.#page.journal.state(file.name, { waiting: true });
      }
      screen.showNews(words("phone.clinic.sent"));
    } catch (error) {
      if (error.word !== "fetch.stopped") screen.showTrouble(explain(error));
    }
    this.sending = null;
    this.#page.changed();
    await this.#lookForReceipts();
  }

  // The clinic has it when it says that it has decrypted just this; before that no insole may forget it.
  async #lookForReceipts() {
    const waiting = this.#page.journal.files.filter((one) => one.state === "here" && one.waiting);
    if (!this.clinic.joined || !waiting.length || this.#looking) return;
    this.#looking = true;
    try {
      for (const file of waiting) await this.#lookForReceipt(file);
    } catch (error) {
      screen.showTrouble(explain(error));
    } finally {
      this.#looking = false;
    }
  }
  async #lookForReceipt(file) {
    try {
      if (!(await this.clinic.isReceived(file, await this.#page.journal.file(file.name)))) return;
    } catch (error) {
      if (error.word !== "clinic.quarantined") throw error;
      if (!file.unreadable) screen.showTrouble(explain(error)); // once; the clinic may open it yet
      await this.#page.journal.state(file.name, { unreadable: true });
      return;
    }
    await this.#page.journal.state(file.name, { state: "received" });
    screen.showNews(words("phone.log.all-safe"));
    await this.#page.acknowledge();
  }
}
