// AES for sealed live records, by WebCrypto and with keys that no script can read: PROTOCOL.md section 1.5.
const BLOCK = 16;
const COUNTER_BITS = 16;

const doubled = (block) => {
  const out = new Uint8Array(BLOCK);
  for (let i = 0; i < BLOCK; i += 1) out[i] = (block[i] << 1) | (i + 1 < BLOCK ? block[i + 1] >> 7 : 0);
  if (block[0] & 0x80) out[BLOCK - 1] ^= 0x87;
  return out;
};

const cbc = async (key, bytes) =>
  new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv: new Uint8Array(BLOCK) }, key, bytes));

/** AES-256-CMAC (NIST SP 800-38B). WebCrypto's CBC adds a block of padding, which is left out. */
async function cmac(key, subkeys, bytes) {
  const blocks = Math.max(1, Math.ceil(bytes.length / BLOCK));
  const padded = new Uint8Array(blocks * BLOCK);
  padded.set(bytes);
  const whole = bytes.length === padded.length;
  if (!whole) padded[bytes.length] = 0x80;
  const subkey = whole ? subkeys[0] : subkeys[1];
  for (let i = 0; i < BLOCK; i += 1) padded[padded.length - BLOCK + i] ^= subkey[i];
  return (await cbc(key, padded)).subarray(padded.length - BLOCK, padded.length);
}

/** K1 and K2 of section 6.1 there. */
async function subkeysOf(key) {
  const first = doubled((await cbc(key, new Uint8Array(BLOCK))).subarray(0, BLOCK));
  return [first, doubled(first)];
}

const same = (one, other) => {
  let difference = one.length ^ other.length;
  for (let i = 0; i < one.length; i += 1) difference |= one[i] ^ other[i];
  return difference === 0;
};

/** Opens records of one key. `encrypting` is a key for AES-CTR, `authenticating` one for AES-CBC. */
export class RecordOpener {
  constructor(encrypting, authenticating) {
    this.encrypting = encrypting;
    this.authenticating = authenticating;
    this.subkeys = subkeysOf(authenticating);
  }

  /** The record with its sealed part decrypted in place; null where the tag does not match. */
  async open(event, counter) {
    const record = event.data;
    const tag = await cmac(this.authenticating, await this.subkeys, record.subarray(0, event.tag_at));
    const shown = record.subarray(event.tag_at, event.tag_at + event.tag_bytes);
    if (!same(tag.subarray(0, event.tag_bytes), shown)) return null;
    const sealed = record.subarray(event.from, event.to);
    const how = { name: "AES-CTR", counter, length: COUNTER_BITS };
    record.set(new Uint8Array(await crypto.subtle.decrypt(how, this.encrypting, sealed)), event.from);
    return record;
  }
}
