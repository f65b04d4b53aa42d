// A parcel: a journal encrypted for one clinic before it leaves the phone. docs/reference/parcels.md.
import { hex } from "./protocol.js";

const PIECE = 65536;
const TAG = 16;
const PREAMBLE = 82;
const VERSION = 1;
const MAGIC = "PGPARCEL";
const INFO = "plantigrade parcel 1";
const PIN_CHARACTERS = 26;
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const encoder = new TextEncoder();
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const joined = (...parts) => {
  const out = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

export const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
export const unbase64url = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));

/** What of a clinic's public key stands in its invitation. */
export async function pinOf(key) {
  const bits = Array.from(await sha256(key), (byte) => byte.toString(2).padStart(8, "0")).join("");
  const digits = Array.from({ length: PIN_CHARACTERS }, (_, i) => parseInt(bits.slice(5 * i, 5 * i + 5), 2));
  return digits.map((digit) => BASE32[digit]).join("");
}

/** Text that somebody typed, in the characters of Crockford's base 32. */
export const typed = (text) => text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");

export const newSender = () => crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);

/** SHA-256 over the SHA-256 of each 64 KiB: never more than that in memory. */
export async function piecesDigest(file) {
  const sums = [];
  for (let at = 0; at < file.size; at += PIECE) {
    sums.push(await sha256(await file.slice(at, at + PIECE).arrayBuffer()));
  }
  return hex(await sha256(joined(...sums)));
}

/** Makes any bytes of one parcel, the same each time. */
export class Parcel {
  /** `sender` has the private key, `publicKey` its 65 bytes; `header` the bytes of the header's JSON. */
  static async of(clinicKey, sender, publicKey, header, file) {
    const keyId = (await sha256(clinicKey)).subarray(0, 8);
    const preamble = joined(encoder.encode(MAGIC), Uint8Array.of(VERSION), keyId, publicKey);
    const clinic = await crypto.subtle.importKey("raw", clinicKey, CURVE, false, []);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: clinic }, sender, 256);
    const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const salt = await sha256(joined(preamble, clinicKey));
    const how = { name: "HKDF", hash: "SHA-256", salt, info: encoder.encode(INFO) };
    const key = await crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
    return new Parcel(preamble, key, header, file, hex(await sha256(preamble)));
  }

  constructor(preamble, key, header, file, id) {
    this.preamble = preamble;
    this.key = key;
    this.id = id;
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, header.length, true);
    this.head = joined(length, header);
    this.file = file;
    this.plainBytes = this.head.length + file.size;
    this.pieces = Math.ceil(this.plainBytes / PIECE);
    this.bytes = PREAMBLE + this.plainBytes + TAG * this.pieces;
  }

  async #plain(from, to) {
    const inHead = this.head.subarray(Math.min(from, this.head.length), Math.min(to, this.head.length));
    const start = Math.max(0, from - this.head.length);
    const rest = await this.file.slice(start, Math.max(start, to - this.head.length)).arrayBuffer();
    return joined(inHead, new Uint8Array(rest));
  }

  async #piece(index) {
    const nonce = new Uint8Array(12);
    const view = new DataView(nonce.buffer);
    view.setUint32(7, index); // the count of pieces stays below 2**20
    nonce[11] = index === this.pieces - 1 ? 1 : 0;
    const plain = await this.#plain(index * PIECE, Math.min((index + 1) * PIECE, this.plainBytes));
    return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, this.key, plain));
  }

  /** The parcel's bytes from `from` to before `to`. */
  async slice(from, to) {
    const end = Math.min(to, this.bytes);
    const parts = [this.preamble.subarray(Math.min(from, PREAMBLE), Math.min(end, PREAMBLE))];
    const first = Math.floor(Math.max(0, from - PREAMBLE) / (PIECE + TAG));
    for (let index = first; index < this.pieces; index += 1) {
      const at = PREAMBLE + index * (PIECE + TAG);
      if (at >= end) break;
      const piece = await this.#piece(index);
      parts.push(piece.subarray(Math.max(0, from - at), Math.min(piece.length, end - at)));
    }
    return joined(...parts);
  }
}
