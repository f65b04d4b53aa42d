// Registers the service worker where the browser allows it: over TLS, and on the computer itself.
"use strict";
(() => {
  if (!window.isSecureContext || !("serviceWorker" in navigator)) return;
  const path = "/service-worker.js";
  const policy = window.trustedTypes?.createPolicy("plantigrade-worker", {
    createScriptURL: (url) => {
      if (url !== path) throw new TypeError(url);
      return url;
    },
  });
  navigator.serviceWorker.register(policy ? policy.createScriptURL(path) : path, { scope: "/" }).catch(() => {
    // A browser that keeps nothing (private windows) has no offline page; all else works.
  });
})();
