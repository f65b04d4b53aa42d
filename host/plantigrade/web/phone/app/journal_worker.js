// Journals in the browser's private file system, written in a worker because only there writing is synchronous.
// What counts as kept is what lies in a journal and in the ledger, both flushed: the ledger is written second, in
// two copies by turns, so that wherever the page is killed one copy is whole and tells how much of a journal counts.
"use strict";

const FOLDER = "journals";
const LEDGERS = ["ledger-0.json", "ledger-1.json"];
const FLUSH_MS = 1000;
const FILE_MODE = { create: true };

let folder;
let ledger = { turn: 0, next: 1, files: [] };
let ledgerHandles = [];
let current = null; // { entry, handle, size, marks }
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
    const [sum, body] = decoder.decode(bytes).split("\n");
    return Number(sum) === checksum(body) ? JSON.parse(body) : null;
  } catch {
    return null;
  }
}

function writeLedger() {
  ledger.turn += 1;
  const body = JSON.stringify(ledger);
  const bytes = encoder.encode(`${checksum(body)}\n${body}\n`);
  const handle = ledgerHandles[ledger.turn % 2];
  writeAll(handle, bytes, 0);
  handle.truncate(bytes.length);
  handle.flush();
}

function writeAll(handle, bytes, at) {
  const written = handle.write(bytes, { at });
  if (written !== bytes.length) throw new DOMException("not all was written", "QuotaExceededError");
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
  const last = ledger.files.find((file) => file.state === "open");
  if (last) await resume(last);
}

// A journal of a page that was killed goes on where its last flushed entry ends.
async function resume(entry) {
  const file = await folder.getFileHandle(entry.name, FILE_MODE);
  const handle = await file.createSyncAccessHandle();
  if (handle.getSize() > entry.bytes) handle.truncate(entry.bytes);
  if (handle.getSize() < entry.bytes) {
    handle.close();
    entry.state = "damaged";
    writeLedger();
    return;
  }
  current = { entry, handle, size: entry.bytes, marks: {} };
}

async function begin() {
  if (current) return;
  const name = `walk-${String(ledger.next).padStart(6, "0")}.journal`;
  const file = await folder.getFileHandle(name, FILE_MODE);
  const handle = await file.createSyncAccessHandle();
  handle.truncate(0);
  const entry = { name, state: "open", bytes: 0, begun: new Date().toISOString(), insoles: {} };
  ledger.next += 1;
  ledger.files.push(entry);
  current = { entry, handle, size: 0, marks: {} };
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
  const { entry, marks } = current;
  const known = { ...entry.insoles[mark.serial], ...marks[mark.serial] };
  if (from === undefined || from <= known.end) marks[mark.serial] = { ...marks[mark.serial], ...mark };
}

function flush() {
  if (!current || (!waiting && !Object.keys(current.marks).length)) return;
  const { entry, handle } = current;
  handle.flush();
  entry.bytes = current.size;
  for (const [serial, mark] of Object.entries(current.marks)) {
    entry.insoles[serial] = { ...entry.insoles[serial], ...mark };
  }
  current.marks = {};
  writeLedger();
  waiting = 0;
}

function close() {
  if (!current) return null;
  flush();
  const { entry, handle } = current;
  handle.close();
  current = null;
  entry.state = "here";
  writeLedger();
  return entry;
}

async function remove(name) {
  ledger.files = ledger.files.filter((file) => file.name !== name);
  writeLedger();
  await folder.removeEntry(name);
}

function setState(name, values) {
  const entry = ledger.files.find((file) => file.name === name);
  if (entry) Object.assign(entry, values);
  writeLedger();
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
