// What the browser keeps beside the journals: keys that no script can read, and how things stand with the clinic.
const NAME = "plantigrade-phone";
const TABLE = "kept";

const opened = () =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const done = async (mode, work) => {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode, { durability: "strict" });
      const request = work(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
};

export const read = (name) => done("readonly", (table) => table.get(name));
export const keep = (name, value) => done("readwrite", (table) => table.put(value, name));
export const forget = (name) => done("readwrite", (table) => table.delete(name));
