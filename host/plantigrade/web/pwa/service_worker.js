// Shows one page when the computer behind the pages cannot be reached. It keeps that page and its styles, which
// are the same for everybody, and nothing else: no page, no data, no answer of any other address.
"use strict";
const CACHE = "offline-__VERSION__";
const OFFLINE = "__OFFLINE__";
const FILES = __FILES__;

self.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    // Without cookies: the page of somebody who is not signed in.
    await cache.add(new Request(OFFLINE, { credentials: "omit", cache: "reload" }));
    await cache.addAll(FILES);
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) {
      if (name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.mode === "navigate" && event.request.method === "GET") {
    event.respondWith(fetch(event.request).catch(() => caches.match(OFFLINE)));
  } else if (FILES.includes(path)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(path)));
  }
});
