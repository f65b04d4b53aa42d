// The keys that a computer has handed to this phone: plantigrade.phone-keys/1, docs/reference/insole-keys.md.
import { hex, unhex } from "./protocol.js";
import { RecordOpener } from "./records.js";
import { forget, keep, read } from "./store.js";

const SCHEMA = "plantigrade.phone-keys/1";
const MOST_INSOLES = 16;
const KEPT = "keys";

export class KeysError extends Error {}

const key = (text) => {
  if (typeof text !== "string" || !/^[0-9a-f]{64}$/.test(text)) throw new KeysError("keys.damaged");
  return unhex(text);
};
const imported = (bytes, algorithm, uses) => crypto.subtle.importKey("raw", bytes, algorithm, false, uses);

/** Reads a file of keys, or what stands behind the # of a link; keeps them so that no script can read them again. */
export async function takeKeys(text) {
  let given;
  try {
    given = JSON.parse(text);
  } catch {
    throw new KeysError("keys.damaged");
  }
  if (given?.schema !== SCHEMA) throw new KeysError("keys.other");
  const insoles = given.insoles;
  if (!/^[0-9a-f]{16}$/.test(given.phone) || !Array.isArray(insoles) || !insoles.length || insoles.length > MOST_INSOLES) {
    throw new KeysError("keys.damaged");
  }
  const kept = { phone: given.phone, insoles: [] };
  for (const one of insoles) {
    if (!/^[0-9A-F]{16}$/.test(one?.serial) || !Number.isInteger(one.live?.key_id)) throw new KeysError("keys.damaged");
    kept.insoles.push({
      serial: one.serial,
      host: await imported(key(one.host), { name: "HMAC", hash: "SHA-256" }, ["sign"]),
      live: {
        keyId: one.live.key_id,
        encrypting: await imported(key(one.live.encrypting), "AES-CTR", ["decrypt"]),
        authenticating: await imported(key(one.live.authenticating), "AES-CBC", ["encrypt"]),
      },
    });
  }
  await keep(KEPT, kept);
  return new Keyring(kept);
}

export async function keptKeys() {
  const kept = await read(KEPT);
  return kept ? new Keyring(kept) : null;
}

export const forgetKeys = () => forget(KEPT);

const signed = async (secret, message) => new Uint8Array(await crypto.subtle.sign("HMAC", secret, unhex(message)));

export class Keyring {
  constructor(kept) {
    this.phone = kept.phone;
    this.insoles = kept.insoles.map((one) => ({
      ...one,
      opener: new RecordOpener(one.live.encrypting, one.live.authenticating),
    }));
  }

  /** The insole whose key made the proof that was shown, with this phone's proof; null where it is none of ours. */
  async prove(messages) {
    for (const one of this.insoles) {
      const shown = hex((await signed(one.host, messages.insole)).subarray(0, messages.proof_bytes));
      if (shown !== messages.shown) continue;
      const proof = (await signed(one.host, messages.host)).subarray(0, messages.proof_bytes);
      return { insole: one, proof: hex(proof), session: hex(await signed(one.host, messages.session)) };
    }
    return null;
  }
}
