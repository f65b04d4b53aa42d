// A second implementation of parcels, from docs/reference/parcels.md alone, on WebCrypto as browsers have it.
// Usage: node webcrypto.mjs open SECRET_HEX PUBLIC_HEX < parcel > content   (the header goes to stderr)
//        node webcrypto.mjs seal PUBLIC_HEX NAME PERSON < content > parcel
import { webcrypto } from "node:crypto";
import { readFileSync, writeSync } from "node:fs";

const { subtle } = webcrypto;
const CHUNK = 65536, TAG = 16, PREAMBLE = 82;
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (data) => Buffer.from(data).toString("hex");
const joined = (...parts) => new Uint8Array(Buffer.concat(parts));
const sha256 = async (data) => new Uint8Array(await subtle.digest("SHA-256", data));
const base64url = (data) => Buffer.from(data).toString("base64url");

async function aesKey(secretKey, publicRaw, preamble, clinicRaw) {
  const other = await subtle.importKey("raw", publicRaw, CURVE, false, []);
  const shared = await subtle.deriveBits({ name: "ECDH", public: other }, secretKey, 256);
  const input = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const salt = await sha256(joined(preamble, clinicRaw));
  const info = new TextEncoder().encode("plantigrade parcel 1");
  return subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt, info }, input, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function nonce(number, last) {
  const iv = new Uint8Array(12);
  new DataView(iv.buffer).setUint32(7, number);
  iv[11] = last ? 1 : 0;
  return iv;
}

async function piecesDigest(content) {
  const digests = [];
  for (let at = 0; at < content.length; at += CHUNK) digests.push(await sha256(content.subarray(at, at + CHUNK)));
  return hex(await sha256(joined(...digests)));
}

async function open(parcel, secretHex, publicHex) {
  const clinicRaw = bytes(publicHex), preamble = parcel.subarray(0, PREAMBLE);
  const jwk = { kty: "EC", crv: "P-256", d: base64url(bytes(secretHex)),
    x: base64url(clinicRaw.subarray(1, 33)), y: base64url(clinicRaw.subarray(33)) };
  const secret = await subtle.importKey("jwk", jwk, CURVE, false, ["deriveBits"]);
  const key = await aesKey(secret, preamble.subarray(17), preamble, clinicRaw);
  const pieces = [];
  for (let at = PREAMBLE, number = 0; at < parcel.length; at += CHUNK + TAG, number++) {
    const last = at + CHUNK + TAG >= parcel.length;
    const sealed = parcel.subarray(at, at + CHUNK + TAG);
    pieces.push(new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv: nonce(number, last) }, key, sealed)));
  }
  const plain = joined(...pieces);
  const length = new DataView(plain.buffer, plain.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(plain.subarray(4, 4 + length)));
  const content = plain.subarray(4 + length);
  if (header.pieces_sha256 !== await piecesDigest(content)) throw new Error("digest");
  return { header, content };
}

async function seal(content, publicHex, name, person) {
  const clinicRaw = bytes(publicHex);
  const sender = await subtle.generateKey(CURVE, true, ["deriveBits"]);
  const senderRaw = new Uint8Array(await subtle.exportKey("raw", sender.publicKey));
  const keyId = (await sha256(clinicRaw)).subarray(0, 8);
  const preamble = joined(new TextEncoder().encode("PGPARCEL"), new Uint8Array([1]), keyId, senderRaw);
  const key = await aesKey(sender.privateKey, clinicRaw, preamble, clinicRaw);
  const header = new TextEncoder().encode(JSON.stringify({
    schema: "plantigrade.parcel/1", kind: "journal", name, person,
    content_bytes: content.length, pieces_sha256: await piecesDigest(content), made_utc: "", made_by: "phone", extra: 1 }));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, header.length, true);
  const plain = joined(length, header, content), pieces = [preamble];
  for (let at = 0, number = 0; at < plain.length; at += CHUNK, number++) {
    const iv = nonce(number, at + CHUNK >= plain.length);
    pieces.push(new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv }, key, plain.subarray(at, at + CHUNK))));
  }
  return joined(...pieces);
}

function write(data) {
  for (let at = 0; at < data.length;) at += writeSync(1, data, at);
}

const [verb, ...rest] = process.argv.slice(2), input = new Uint8Array(readFileSync(0));
if (verb === "open") {
  const { header, content } = await open(input, ...rest);
  process.stderr.write(JSON.stringify(header));
  write(content);
} else write(await seal(input, ...rest));
