// The page for phones: what is there, what can be done next, and doing it.
import { Awake, whyNot } from "./browser.js";
import { Bluetooth } from "./bluetooth.js";
import { Cable } from "./cable.js";
import { Trouble } from "./conversation.js";
import { chosenNone, explain } from "./explain.js";
import { Fetcher, holdsSlots, isLost } from "./fetcher.js";
import { Insole } from "./insole.js";
import { Journal } from "./journal.js";
import { KeysError, forgetKeys, keptKeys, takeKeys } from "./keys.js";
import { Outbox } from "./outbox.js";
import { unbase64url } from "./parcel.js";
import { startProtocol } from "./protocol.js";
import * as screen from "./screen.js";

const { words, element } = screen;
const WORKERS = ["journal_worker.js", "service_worker.js"];
const policy = window.trustedTypes?.createPolicy("plantigrade-worker", {
  createScriptURL: (name) => {
    if (!WORKERS.includes(name)) throw new TypeError(name);
    return new URL(name, document.baseURI).href;
  },
});
const script = (name) => (policy ? policy.createScriptURL(name) : name);
const SIDES = ["left", "right"];

class Page {
  insoles = new Map();
  keyring = null;
  fetching = null;
  outbox = new Outbox(this);
  awake = new Awake();
  fetcher = new Fetcher(this);
  dirty = true;

  async start() {
    const began = performance.now();
    const sources = await (await fetch("protocol.json")).json();
    this.protocol = await startProtocol(sources);
    await this.#openStorage();
    this.journal = await Journal.open(this.protocol, new Worker(script("journal_worker.js")));
    this.journal.onChange = () => this.changed();
    this.askToKeep();
    this.readyMs = performance.now() - began;
    await this.#takeLink();
    this.#listen();
    this.changed();
    const draw = () => {
      this.draw();
      requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);
  }

  async #openStorage() {
    try {
      await navigator.storage.getDirectory();
      this.keyring = await keptKeys();
      await this.outbox.open();
    } catch (error) {
      throw new Trouble("storage.refused", error.message);
    }
  }

  // Browsers say yes once a page is used often or on the home screen: it is asked at each start and each fetch.
  async askToKeep() {
    this.mayGo = !(await navigator.storage.persist?.().catch(() => false));
    this.changed();
  }

  #listen() {
    element("keys-file").onchange = (event) => this.#takeFile(event.target.files[0]);
    element("forget-keys").onclick = async () => {
      await forgetKeys();
      this.keyring = null;
      this.changed();
    };
    this.outbox.listen();
    screen.showCable(Cable.there);
    element("cable-connect").onclick = () => this.connect(() => Cable.choose(), () => "phone.cable.none");
    for (const side of SIDES) {
      element(`insole-${side}`).querySelector(".let-go").onclick = () => this.#letGo(side);
    }
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#inView();
      else if (this.fetching) this.fetching.wasHidden = true;
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.fetching) event.preventDefault();
    });
  }

  async #inView() {
    await this.awake.keepAgain();
    this.changed();
    for (const insole of this.insoles.values()) insole.lookAgain();
  }

  // A QR code opens this page with keys behind the #, which browsers send to nobody.
  async #takeLink() {
    const hash = location.hash.slice(1);
    const behind = new URLSearchParams(hash);
    if (!hash) return;
    history.replaceState(null, "", location.pathname);
    if (behind.has("keys")) {
      await this.#takeText(textOf(behind.get("keys")));
    } else if (INVITATION.test(hash)) {
      await this.outbox.join(hash);
    }
  }
  async #takeFile(file) {
    if (file) await this.#takeText(await file.slice(0, 65536).text());
  }
  async #takeText(text) {
    try {
      this.keyring = await takeKeys(text);
      screen.showTrouble("");
      screen.showNews(words("phone.keys.taken"));
    } catch (error) {
      if (!(error instanceof KeysError)) throw error;
      screen.showTrouble(words(`phone.${error.message}`));
    }
    this.changed();
  }

  // Connecting

  async connect(choose = Bluetooth.choose, none = chosenNone) {
    screen.showTrouble("");
    let transport;
    try {
      transport = await choose();
    } catch (error) {
      screen.showTrouble(words(none(error)));
      return;
    }
    const insole = new Insole(this.protocol, this.journal, () => this.keyring, transport);
    this.coming = insole;
    this.changed();
    insole.onChange = () => this.#insoleChanged(insole);
    insole.onTrouble = (error) => screen.showTrouble(explain(error));
    try {
      await insole.connect();
      this.coming = null;
      await this.#place(insole);
    } catch (error) {
      this.coming = null;
      await insole.leave();
      screen.showNews("");
      screen.showTrouble(explain(error));
    }
    this.changed();
  }

  #insoleChanged(insole) {
    if (insole === this.coming) {
      const said = { pairing: "phone.pairing.look", trying: "phone.link.trying-how" }[insole.link];
      screen.showNews(said ? words(said) : "");
    }
    this.changed();
  }

  async #place(insole) {
    const side = insole.side === "unset" ? SIDES.find((one) => !this.insoles.has(one)) ?? "left" : insole.side;
    const there = this.insoles.get(side);
    if (there && there.serial === insole.serial && insole.transport.cable && !this.fetching) {
      await there.leave(false); // the cable stays
    } else if (there && there.link !== "gone") {
      insole.leave(there.serial !== insole.serial);
      throw new Trouble(there.serial === insole.serial ? "insole.already" : "insole.both-same");
    }
    this.insoles.set(side, insole);
  }

  async #letGo(side) {
    await this.insoles.get(side)?.leave();
    this.insoles.delete(side);
    this.changed();
  }

  get connected() {
    return [...this.insoles.values()].filter((one) => one.link === "connected");
  }

  fetch() {
    return this.fetcher.fetch();
  }
  stop() {
    if (this.fetching) this.fetching.stop = true;
    this.changed();
  }

  // Out

  async save(file) {
    const content = await this.journal.file(file.name);
    const named = new File([content], fileName(file), { type: "application/octet-stream" });
    if (/Android/.test(navigator.userAgent) && navigator.canShare?.({ files: [named] })) {
      try {
        await navigator.share({ files: [named] });
      } catch (error) {
        if (error.name === "AbortError") return;
        throw error;
      }
    } else {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(named);
      link.download = named.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    }
    this.asked = file.name;
    screen.showNews(words("phone.files.ask", { name: named.name }));
    this.changed();
  }

  /** The person has looked: it lies somewhere else as well. From now on the insoles may forget it. */
  async saved(file) {
    await this.journal.state(file.name, { state: "saved" });
    this.asked = null;
    screen.showNews(words("phone.files.told"));
    await this.acknowledge();
  }
  async acknowledge() {
    for (const insole of this.connected) {
      try {
        await insole.acknowledge();
      } catch (error) {
        screen.showTrouble(explain(error));
      }
    }
    this.changed();
  }
  async remove(file) {
    const safe = file.state === "saved" || file.state === "received";
    if (!safe && !window.confirm(words("phone.files.delete-here"))) return;
    await this.journal.remove(file.name);
    await this.outbox.clinic.forget(file);
    this.changed();
  }

  // What is shown

  get here() {
    return this.#slots((file) => file.state === "here" || file.state === "open");
  }
  get safe() {
    return this.#slots((file) => file.state === "saved" || file.state === "received");
  }
  #slots(counts) {
    let slots = 0;
    for (const file of this.journal.files.filter(counts)) {
      for (const one of Object.values(file.insoles)) slots += (one.end ?? 0) - (one.first ?? 0);
    }
    return slots;
  }

  changed() {
    this.dirty = true;
  }

  draw() {
    for (const side of SIDES) screen.drawFoot(side, this.insoles.get(side));
    if (!this.dirty) return;
    this.dirty = false;
    for (const side of SIDES) screen.showInsole(side, this.insoles.get(side));
    screen.showFeet(this.insoles.size > 0);
    screen.showKeys(this.keyring);
    screen.showClinic(this.outbox.clinic.joined?.name ?? "");
    this.#drawLog();
    this.#drawButtons();
    screen.showMayGo(this.mayGo && this.here > 0);
    screen.showFiles(this.journal.files.filter(holdsSlots).toReversed(), (file) => this.#actions(file));
  }

  #drawLog() {
    const all = [...this.insoles.values()];
    if (!all.length && !this.journal.files.length) {
      screen.showLog(null);
      return;
    }
    const lost = all.flatMap((one) => one.fetched?.gaps ?? []).filter(isLost);
    screen.showLog({
      "on-insole": all.reduce((sum, one) => sum + one.waiting, 0),
      here: this.here,
      safe: this.safe,
      missing: lost.reduce((sum, [from, to]) => sum + to - from, 0),
    });
    const fetched = this.fetching ? all.map((one) => one.fetched).filter(Boolean) : [];
    const done = fetched.reduce((sum, one) => sum + one.at - one.from, 0);
    const wanted = fetched.reduce((sum, one) => sum + one.to - one.from, 0);
    screen.showProgress(done, wanted, this.fetching ? this.fetcher.pace(done, wanted) : "");
  }

  #drawButtons() {
    screen.showButton("second", "", null);
    element("cable-connect").disabled = Boolean(this.fetching || this.coming);
    if (this.fetching) {
      screen.showButton("big", words("phone.button.stop"), this.fetching.stop ? null : () => this.stop());
    } else if (this.coming) {
      screen.showButton("big", words(`phone.link.${this.coming.link}`), null);
    } else if (this.outbox.sending) {
      const { sending } = this.outbox;
      screen.showButton("big", words("phone.button.send-stop"), sending.stop ? null : () => this.outbox.stop());
    } else if (this.outbox.canSend) {
      screen.showButton("big", words("phone.button.send"), () => this.outbox.send());
      if (this.connected.length) screen.showButton("second", words("phone.button.again"), () => this.fetch());
      else screen.showButton("second", words("phone.button.connect"), () => this.connect());
    } else if (!this.connected.length) {
      screen.showButton("big", words("phone.button.connect"), () => this.connect());
    } else {
      const unsaved = this.journal.files.find((one) => one.state === "here");
      const waiting = this.connected.some((one) => one.waiting > 0);
      if (unsaved) screen.showButton("big", words("phone.button.save"), () => this.save(unsaved));
      else screen.showButton("big", words(waiting ? "phone.button.fetch" : "phone.button.again"), () => this.fetch());
      if (this.connected.length < SIDES.length) {
        screen.showButton("second", words("phone.button.connect-other"), () => this.connect());
      } else if (unsaved) {
        screen.showButton("second", words("phone.button.again"), () => this.fetch());
      }
    }
  }

  #actions(file) {
    if (file.state === "open") return [];
    const found = [];
    if (file.state === "here" && this.asked === file.name) {
      found.push([words("phone.button.saved"), (one) => this.saved(one)]);
    }
    if (file.state !== "damaged") found.push([words("phone.button.save"), (one) => this.save(one)]);
    found.push([words("phone.button.delete"), (one) => this.remove(one)]);
    return found;
  }
}

const INVITATION = /^[0-9A-Za-z-]+\.[0-9A-Za-z-]+$/;
const fileName = (file) => `plantigrade-${file.begun.slice(0, 19).replace(/[-:]/g, "").replace("T", "-")}.journal`;

/** What a link's base64url says; "" where it says nothing, as of a link that was cut short. */
function textOf(base64url) {
  try {
    return new TextDecoder().decode(unbase64url(base64url));
  } catch {
    return "";
  }
}

async function begin() {
  const why = whyNot();
  if (why) {
    screen.showWrongBrowser(why);
    return;
  }
  screen.showApp();
  const page = new Page();
  try {
    await page.start();
    window.plantigradePhone = page;
    document.documentElement.dataset.ready = "yes";
  } catch (error) {
    screen.showTrouble(explain(error));
    screen.showButton("big", words("phone.button.reload"), () => location.reload());
  }
  navigator.serviceWorker?.register(script("service_worker.js")).catch(() => {
    // A browser that keeps nothing has no offline start; all else works.
  });
}
begin();
