// The count of open alerts in the title of the page, and a word when the computer behind it does not answer.
"use strict";
(() => {
  const strip = document.getElementById("strip");
  const gone = document.getElementById("strip-gone");
  if (!strip || !gone) return;
  const title = document.title.replace(/^\(\d+\) /, "");
  const isAbout = (event) => event.target === strip || event.detail?.ctx?.sourceElement === strip;

  document.addEventListener("htmx:after:swap", () => {
    const open = Number(strip.querySelector("[data-open]")?.dataset.open ?? 0);
    document.title = open > 0 ? `(${open}) ${title}` : title;
  });
  document.addEventListener("htmx:after:request", (event) => {
    if (isAbout(event)) gone.hidden = true;
  });
  for (const name of ["htmx:error", "htmx:response:error"]) {
    document.addEventListener(name, (event) => {
      if (isAbout(event)) gone.hidden = false;
    });
  }
})();
