// Journals in the browser's private file system, written in a worker because only there writing is synchronous.
// What counts as kept is what lies in a journal and in the ledger, both flushed: the ledger is written second, in
// two copies by turns, so that wherever the page is killed one copy is whole and tells how much of a journal counts.
// Their room is taken when the page starts: a phone that is full can still write down what it has, and make room.
"use strict";

const FOLDER = "journals";
const LEDGERS = ["ledger-0.json", "ledger-1.json"];
const LEDGER_BYTES = 65536; // some hundred journals; a longer one grows as far as there is room
const FLUSH_MS = 1000;
const FILE_MODE = { create: true };

let folder;
let ledger = { turn: 0, next: 1, files: [] };
let ledgerHandles = [];
let flushed = JSON.stringify(ledger); // as the files have it
let current = null; // { name, handle, size, marks }
let waiting = 0;

const checksum = (text) => {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return sum;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function readLedger(handle) {
  const bytes = new Uint8Array(handle.getSize());
  handle.read(bytes, { at: 0 });
  try {
    const [sum, body] = decoder.decode(bytes).split("\n", 2);
    return Number(sum) === checksum(body) ? JSON.parse(body) : null;
  } catch {
    return null;
  }
}

/** Changes the ledger and flushes it; where that fails nothing has changed, for the page neither. */
function change(how) {
  try {
    how(ledger);
    ledger.turn += 1;
    const body = JSON.stringify(ledger);
    const handle = ledgerHandles[ledger.turn % 2];
    writeAll(handle, encoder.encode(`${checksum(body)}\n${body}\n`), 0);
    handle.flush();
    flushed = body;
  } catch (error) {
    ledger = JSON.parse(flushed);
    throw error;
  }
}

const entryOf = (name) => ledger.files.find((file) => file.name === name);

function writeAll(handle, bytes, at) {
  const written = handle.write(bytes, { at });
  if (written !== bytes.length) throw new DOMException("not all was written", "QuotaExceededError");
}

function reserve(handle) {
  const size = handle.getSize();
  if (size < LEDGER_BYTES) writeAll(handle, new Uint8Array(LEDGER_BYTES - size), size);
}

async function open() {
  const root = await navigator.storage.getDirectory();
  folder = await root.getDirectoryHandle(FOLDER, FILE_MODE);
  for (const name of LEDGERS) {
    const file = await folder.getFileHandle(name, FILE_MODE);
    ledgerHandles.push(await file.createSyncAccessHandle());
  }
  const found = ledgerHandles.map(readLedger).filter((one) => one !== null);
  found.sort((one, other) => other.turn - one.turn);
  if (found.length) ledger = found[0];
  flushed = JSON.stringify(ledger);
  await sweep();
  try {
    ledgerHandles.forEach(reserve);
  } catch (error) {
    if (!ledger.files.length) throw error; // else there is something here to send, to save and to delete
  }
  const last = ledger.files.find((file) => file.state === "open");
  if (last) await resume(last);
}

// Files that no ledger names take room for nothing: the page was killed while one was begun or deleted.
async function sweep() {
  const named = new Set([...LEDGERS, ...ledger.files.map((file) => file.name)]);
  const others = [];
  for await (const name of folder.keys()) if (!named.has(name)) others.push(name);
  for (const name of others) await folder.removeEntry(name);
}

// A journal of a page that was killed goes on where its last flushed entry ends.
async function resume(entry) {
  const file = await folder.getFileHandle(entry.name, FILE_MODE);
  const handle = await file.createSyncAccessHandle();
  if (handle.getSize() > entry.bytes) handle.truncate(entry.bytes);
  if (handle.getSize() < entry.bytes) {
    handle.close();
    change(() => { entry.state = "damaged"; });
    return;
  }
  current = { name: entry.name, handle, size: entry.bytes, marks: {} };
}

async function begin() {
  if (current) return;
  const name = `walk-${String(ledger.next).padStart(6, "0")}.journal`;
  const file = await folder.getFileHandle(name, FILE_MODE);
  const handle = await file.createSyncAccessHandle();
  try {
    handle.truncate(0);
    change(() => {
      ledger.next += 1;
      ledger.files.push({ name, state: "open", bytes: 0, begun: new Date().toISOString(), insoles: {} });
    });
  } catch (error) {
    handle.close();
    throw error;
  }
  current = { name, handle, size: 0, marks: {} };
}

function append(bytes, mark) {
  if (!current) {
    if (mark) throw new DOMException("no journal is open", "InvalidStateError");
    return; // a comparison of clocks between two journals is nobody's
  }
  writeAll(current.handle, bytes, current.size);
  current.size += bytes.length;
  if (mark) take(mark);
  waiting += bytes.length;
}

// An end counts where it goes on from the last one: what came before it may not have fitted.
function take({ from, ...mark }) {
  const { name, marks } = current;
  const known = { ...entryOf(name).insoles[mark.serial], ...marks[mark.serial] };
  if (from === undefined || from <= known.end) marks[mark.serial] = { ...marks[mark.serial], ...mark };
}

function flush() {
  if (!current || (!waiting && !Object.keys(current.marks).length)) return;
  const { name, handle, marks, size } = current;
  handle.flush();
  change(() => {
    const entry = entryOf(name);
    entry.bytes = size;
    for (const [serial, mark] of Object.entries(marks)) {
      entry.insoles[serial] = { ...entry.insoles[serial], ...mark };
    }
  });
  current.marks = {};
  waiting = 0;
}

function close() {
  if (!current) return null;
  flush();
  const { name, handle, size } = current;
  handle.truncate(size); // an entry that did not fit may have left its beginning
  change(() => { entryOf(name).state = "here"; });
  handle.close();
  current = null;
  return entryOf(name);
}

async function remove(name) {
  change(() => { ledger.files = ledger.files.filter((file) => file.name !== name); });
  await folder.removeEntry(name);
}

function setState(name, values) {
  change(() => {
    const entry = entryOf(name);
    if (entry) Object.assign(entry, values);
  });
}

const actions = {
  open,
  begin,
  flush,
  close,
  append: ({ bytes, mark }) => append(bytes, mark),
  state: ({ name, values }) => setState(name, values),
  remove: ({ name }) => remove(name),
};

const tell = (id, problem, answer) => postMessage({ id, problem, answer, ledger });

let queue = Promise.resolve();
onmessage = ({ data }) => {
  queue = queue.then(async () => {
    try {
      const answer = await actions[data.action](data);
      if (data.id) tell(data.id, null, answer ?? null);
    } catch (error) {
      tell(data.id, { name: error.name, message: error.message }, null);
    }
  });
};

setInterval(() => {
  queue = queue.then(() => {
    if (!waiting) return;
    try {
      flush();
      tell(0, null, null);
    } catch (error) {
      tell(0, { name: error.name, message: error.message }, null);
    }
  });
}, FLUSH_MS);
