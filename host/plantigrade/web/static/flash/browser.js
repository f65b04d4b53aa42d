// Offers to install an image from this browser where it has Web Serial, and says why not where it has not.
"use strict";
(() => {
  const place = document.getElementById("browser-install");
  if (!place) return;
  const able = window.isSecureContext && "serial" in navigator;
  const shown = place.querySelector(able ? "[data-able]" : "[data-unable]");
  if (!able) {
    shown.hidden = false;
    return;
  }
  import(place.dataset.installer).then(
    () => {
      shown.hidden = false;
    },
    () => {
      place.querySelector("[data-unable]").hidden = false;
    },
  );
})();
