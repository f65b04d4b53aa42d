// What is shown. Everything that is read comes from the page's table of words; nothing is made of markup.
const element = (id) => document.getElementById(id);
const table = JSON.parse(element("words").textContent);
const ofPage = document.documentElement.lang;
/** For dates and numbers: the person's own kind of the page's language, such as en-GB. */
export const language = navigator.languages.find((one) => one.split("-")[0] === ofPage) ?? ofPage;

/** A text with its values filled in. */
export const words = (key, values = {}) =>
  (table[key] ?? key).replace(/\{([a-z-]+)\}/g, (whole, name) => values[name] ?? whole);

const SLOTS_A_MINUTE = 6000;
const LEVELS = 8;
const FULL_COUNT = 2600;
const LEAST_COUNT = 360; // what an unloaded sensor says lies below

/** Slots as minutes or hours of recording. */
export function duration(slots) {
  if (slots <= 0) return words("phone.log.nothing");
  if (slots < SLOTS_A_MINUTE) return words("phone.log.seconds", { seconds: Math.ceil((60 * slots) / SLOTS_A_MINUTE) });
  const minutes = Math.round(slots / SLOTS_A_MINUTE);
  if (minutes < 60) return words("phone.log.minutes", { minutes });
  return words("phone.log.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

export const bytesText = (bytes) => {
  const unit = bytes >= 1e6 ? "megabyte" : "kilobyte";
  const value = bytes / (bytes >= 1e6 ? 1e6 : 1e3);
  return value.toLocaleString(language, { style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 });
};

const setText = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

function note(id, text) {
  const node = element(id);
  node.hidden = !text;
  if (text) setText(node.querySelector("span"), text);
}
export const showTrouble = (text) => note("trouble", text);
export const showNews = (text) => note("news", text);

export function showInsole(side, insole) {
  const row = element(`insole-${side}`);
  setText(row.querySelector(".state"), words(`phone.link.${insole?.link ?? "none"}`));
  const facts = insole?.transport.cable && insole.link === "connected" ? [words("phone.cable.by")] : [];
  if (insole?.status && insole.link === "connected") {
    const { battery_pct: percent, steps } = insole.status;
    if (percent !== 255) facts.push(words("phone.battery", { percent }));
    if (insole.charging) facts.push(words("phone.charging"));
    facts.push(words("phone.steps", { number: steps.toLocaleString(language) }));
  }
  if (insole?.live.closed && insole.link === "connected") facts.push(words("phone.version.insole-old"));
  setText(row.querySelector(".facts-line"), facts.join(" · "));
  row.querySelector(".let-go").hidden = !insole || insole.link === "gone";
}

const level = (count) => {
  const share = (count - LEAST_COUNT) / (FULL_COUNT - LEAST_COUNT);
  return share <= 0 ? 0 : Math.min(LEVELS - 1, 1 + Math.floor(Math.sqrt(share) * (LEVELS - 1)));
};

export function drawFoot(side, insole) {
  const figure = element(`foot-${side}`);
  const counts = insole?.link === "connected" ? insole.counts : null;
  figure.classList.toggle("lost", !counts);
  const cells = figure.querySelectorAll("circle");
  let loaded = false;
  cells.forEach((cell, index) => {
    const step = counts ? level(counts[index]) : 0;
    loaded ||= step > 1;
    const name = `p${step}`;
    if (cell.getAttribute("class") !== name) cell.setAttribute("class", name);
  });
  const load = words(`phone.load.${!counts ? "unknown" : loaded ? "some" : "none"}`);
  const label = words(`phone.foot-${side}`, { load });
  const svg = figure.querySelector("svg");
  if (svg.getAttribute("aria-label") !== label) svg.setAttribute("aria-label", label);
}

export function showFeet(shown) {
  element("feet").hidden = element("feet-how").hidden = !shown;
}

export function showLog(facts) {
  element("log").hidden = !facts;
  if (!facts) return;
  for (const [id, slots] of Object.entries(facts)) setText(element(id), duration(slots));
}

export function showProgress(done, all, how) {
  element("progress").hidden = all <= 0;
  if (all <= 0) return;
  const bar = element("progress").querySelector("progress");
  bar.value = done / all;
  setText(element("progress-text"), words("phone.log.fetching", { done: duration(done), all: duration(all) }));
  setText(element("progress-how"), how);
}

export function showButton(id, text, action) {
  const button = element(id);
  button.hidden = !text;
  button.disabled = !action;
  if (text) setText(button, text);
  button.onclick = action;
}

/** Whether the browser may throw away what lies here alone. */
export function showMayGo(shown) {
  element("may-go").hidden = !shown;
}

/** The journals on this phone, each with what can be done with it. */
export function showFiles(files, actions) {
  element("files-card").hidden = !files.length;
  const list = element("files");
  const drawn = JSON.stringify(files.map((file) => [file, actions(file).map(([text]) => text)]));
  if (list.dataset.drawn === drawn) return;
  list.dataset.drawn = drawn;
  list.replaceChildren(...files.map((file) => fileRow(file, actions)));
}

function stateOf(file) {
  if (file.state !== "here") return file.state;
  if (file.waiting) return file.unreadable ? "unreadable" : "waiting";
  return file.sent > 0 ? "sending" : "here";
}

function fileRow(file, actions) {
  const row = document.createElement("li");
  row.dataset.name = file.name;
  const about = document.createElement("div");
  const when = document.createElement("strong");
  when.textContent = new Date(file.begun).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  const size = document.createElement("span");
  size.className = "small soft";
  const sides = Object.values(file.insoles).map((one) => words(`phone.${one.side}`)).join(", ");
  size.textContent = words("phone.files.size", { size: bytesText(file.bytes), insoles: sides });
  about.append(when, document.createElement("br"), size);
  const state = document.createElement("span");
  const safe = file.state === "saved" || file.state === "received";
  state.className = `tag ${safe ? "ok" : file.state === "damaged" ? "critical" : "attention"}`;
  state.textContent = words(`phone.files.${stateOf(file)}`, { percent: Math.floor(100 * file.sent) });
  row.append(about, state);
  const buttons = document.createElement("div");
  buttons.className = "row";
  for (const [text, action] of actions(file)) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn small";
    button.textContent = text;
    button.setAttribute("aria-label", `${text}: ${when.textContent}`);
    button.onclick = () => action(file);
    buttons.append(button);
  }
  if (buttons.children.length) row.append(buttons);
  return row;
}

export function showKeys(keyring) {
  const text = keyring
    ? words("phone.keys.have", { number: keyring.insoles.length, phone: keyring.phone })
    : words("phone.keys.none");
  setText(element("keys-state"), text);
  element("forget-keys").hidden = !keyring;
}

export function showClinic(name) {
  setText(element("clinic-state"), name ? words("phone.clinic.joined", { name }) : words("phone.clinic.join"));
  element("leave-clinic").hidden = !name;
  element("clinic-join").hidden = Boolean(name);
}

export function showCable(there) {
  element("cable-connect").hidden = !there;
  setText(element("cable-state"), words(there ? "phone.cable.how" : "phone.cable.none-here"));
}

export function showApp() {
  element("app").hidden = false;
}
export function showWrongBrowser(word) {
  const section = element("wrong-browser");
  section.hidden = false;
  setText(section.querySelector("p"), words(`phone.browser.${word}`));
}
export { element };
