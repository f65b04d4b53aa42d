// Sending to a clinic's server: joined by invitation, in pieces, gone on with after any break, received when it says so.
import { Trouble } from "./conversation.js";
import { Parcel, base64, newSender, piecesDigest, pinOf, typed, unbase64url } from "./parcel.js";
import { forget, keep, read } from "./store.js";

const SCHEMA = "plantigrade.clinic/1";
const KEPT = "clinic";
const TUS = "1.0.0";
const PATCH_BYTES = 1 << 20;
const TRIES = 5;
const FIRST_WAIT_MS = 1000;
const REQUEST_MS = 60000;
const BUSY = 423; // the connection that broke still has the upload there
const RECEIVED = ["filed", "opened"];

const encoder = new TextEncoder();
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const parcelName = (file) => `parcel:${file.name}:${file.begun}`; // names begin anew where storage was cleared

export class Clinic {
  #base;

  constructor(base) {
    this.#base = base;
    this.joined = null;
  }

  async open() {
    this.joined = (await read(KEPT)) ?? null;
  }

  /** Joins by what stands behind the # of an invitation: CODE.KEY. */
  async join(invitation, device) {
    const [code, pin] = invitation.split(".").map(typed);
    if (!code || !pin) throw new Trouble("clinic.code");
    const answer = await this.#ask("POST", "/clinic/join", {
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code, device }),
    });
    if (answer.status === 404 || answer.status === 429) throw new Trouble("clinic.code");
    if (answer.status !== 201) throw new Trouble("clinic.refused", String(answer.status));
    const given = await answer.json();
    const key = unbase64url(given.key ?? "");
    if (given.schema !== SCHEMA || (await pinOf(key)) !== pin) throw new Trouble("clinic.pin");
    this.joined = {
      name: String(given.clinic), key, person: given.person, credential: given.credential, most: given.most_parcel_bytes,
    };
    await keep(KEPT, this.joined);
  }

  /** Ends it; what was sent stays there. */
  async leave() {
    try {
      await this.#ask("POST", "/clinic/leave", {
        headers: { ...this.#credential, "Content-Type": "application/json" },
        body: JSON.stringify({ erase: false }),
      });
    } finally {
      this.joined = null;
      await forget(KEPT);
    }
  }

  get #credential() {
    return { Authorization: `Bearer ${this.joined.credential}` };
  }

  async #ask(method, path, options = {}) {
    try {
      const signal = AbortSignal.timeout(REQUEST_MS);
      return await fetch(new URL(path, this.#base), { method, credentials: "omit", cache: "no-store", signal, ...options });
    } catch (error) {
      throw new Trouble("clinic.unreachable", error.message);
    }
  }

  async #tus(method, path, headers = {}, body = undefined) {
    const answer = await this.#ask(method, path, {
      headers: { ...this.#credential, "Tus-Resumable": TUS, ...headers },
      body,
    });
    if (answer.status === 401 || answer.status === 403 || answer.status === 410) throw new Trouble("clinic.ended");
    if (answer.status === 507) throw new Trouble("clinic.full");
    return answer;
  }

  /** The parcel of a file: the same bytes whenever it is asked for, until the clinic has it. */
  async parcelOf(file, content) {
    let kept = await read(parcelName(file));
    if (!kept) {
      const { privateKey, publicKey } = await newSender();
      const digest = await piecesDigest(content);
      const header = encoder.encode(JSON.stringify({
        schema: "plantigrade.parcel/1",
        kind: "journal",
        name: file.name.replace(/\.journal$/, ""),
        person: this.joined.person,
        content_bytes: content.size,
        pieces_sha256: digest,
        made_utc: new Date().toISOString(),
        made_by: "plantigrade phone",
      }));
      kept = { privateKey, publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)), header, digest, key: this.joined.key };
      await keep(parcelName(file), kept);
    }
    const parcel = await Parcel.of(kept.key, kept.privateKey, kept.publicKey, kept.header, content);
    return { parcel, digest: kept.digest };
  }

  /** Sends a file; `onProgress` is told the share that lies at the clinic. */
  async send(file, content, onProgress, isStopped) {
    const { parcel } = await this.parcelOf(file, content);
    if (parcel.bytes > this.joined.most) throw new Trouble("clinic.refused", "413");
    let failures = 0;
    let at = null;
    let path = null;
    while (at === null || at < parcel.bytes) {
      if (isStopped()) throw new Trouble("fetch.stopped");
      try {
        path ??= await this.#begin(parcel);
        at ??= await this.#offset(path);
        if (at === null) {
          path = null; // it was removed after a month without a byte: from the beginning
          continue;
        }
        onProgress(at / parcel.bytes);
        if (at < parcel.bytes) at = await this.#patch(path, parcel, at);
        failures = 0;
      } catch (error) {
        if (!(error instanceof Trouble) || error.word !== "clinic.unreachable" || ++failures >= TRIES) throw error;
        at = null;
        await pause(FIRST_WAIT_MS * 2 ** (failures - 1));
      }
    }
    onProgress(1);
  }

  async #begin(parcel) {
    const answer = await this.#tus("POST", "/clinic/parcels", {
      "Upload-Length": String(parcel.bytes),
      "Upload-Metadata": `parcel ${btoa(parcel.id)}`,
    });
    if (answer.status !== 201) throw this.#problem(answer);
    return answer.headers.get("Location");
  }

  async #offset(path) {
    const answer = await this.#tus("HEAD", path);
    if (answer.status === 404) return null;
    if (!answer.ok) throw this.#problem(answer);
    return Number(answer.headers.get("Upload-Offset"));
  }

  async #patch(path, parcel, at) {
    const body = await parcel.slice(at, at + PATCH_BYTES);
    const answer = await this.#tus("PATCH", path, {
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": String(at),
      "Upload-Checksum": `sha256 ${base64(await sha256(body))}`,
    }, body);
    if (answer.status === 409 || answer.status === 460) return this.#offset(path);
    if (answer.status !== 204) throw this.#problem(answer);
    return Number(answer.headers.get("Upload-Offset"));
  }

  #problem(answer) {
    const later = answer.status === BUSY || answer.status === 429 || answer.status >= 500;
    return new Trouble(later ? "clinic.unreachable" : "clinic.refused", String(answer.status));
  }

  /** Whether the clinic has decrypted and filed what was sent: only then an insole may forget it. */
  async isReceived(file, content) {
    const { parcel, digest } = await this.parcelOf(file, content);
    const answer = await this.#ask("GET", `/clinic/receipts?parcel=${parcel.id}`, { headers: this.#credential });
    if (answer.status === 401) throw new Trouble("clinic.ended");
    if (!answer.ok) throw this.#problem(answer);
    const { receipts } = await answer.json();
    const receipt = receipts.find((one) => one.parcel === parcel.id);
    if (receipt?.state === "quarantined") throw new Trouble("clinic.quarantined", receipt.problem);
    const received = RECEIVED.includes(receipt?.state) && receipt.pieces_sha256 === digest;
    if (received) await this.forget(file);
    return received;
  }

  /** The next parcel of a file is another one: new keys, for the clinic of then. */
  forget(file) {
    return forget(parcelName(file));
  }
}
