// Fetching from all insoles at once: what is said meanwhile, and what came of it.
import { Trouble } from "./conversation.js";
import { explain } from "./explain.js";
import * as screen from "./screen.js";

const { words } = screen;
const KNOWN_ABSENT = ["off", "erased_on_command", "never_requested"];
const PACE_AFTER_S = 3; // a speed of less is chance

export const isLost = ([, , reason]) => !KNOWN_ABSENT.includes(reason);
export const holdsSlots = (file) => Object.values(file.insoles).some((one) => one.end > one.first);

export class Fetcher {
  #page;

  constructor(page) {
    this.#page = page;
  }

  async fetch() {
    const page = this.#page;
    screen.showTrouble("");
    screen.showNews("");
    const fetching = { stop: false, began: performance.now(), wasHidden: false };
    page.fetching = fetching;
    page.changed();
    await page.awake.keep();
    page.askToKeep();
    page.journal.retry();
    const all = [...page.insoles.values()].filter((one) => one.link !== "gone");
    for (const insole of all) insole.fetched = null;
    const results = await Promise.allSettled(all.map((one) => one.fetch(() => fetching.stop)));
    const problem = results.find(({ reason }) => reason)?.reason ?? null;
    await page.awake.release();
    await this.#closeJournal(all);
    if (problem && problem.word !== "fetch.stopped") screen.showTrouble(explain(problem));
    else if (fetching.stop) screen.showNews(words("phone.log.stopped"));
    else screen.showNews(this.#outcome(all, fetching));
    page.fetching = null;
    page.changed();
  }

  #outcome(insoles, fetching) {
    const said = [words(this.#page.here > 0 ? "phone.log.done" : "phone.log.empty")];
    const lost = insoles.flatMap((one) => one.fetched?.gaps ?? []).filter(isLost);
    if (lost.length) {
      const reasons = [...new Set(lost.map(([, , reason]) => reason.replaceAll("_", " ")))].join(", ");
      const slots = lost.reduce((sum, [from, to]) => sum + to - from, 0);
      said.push(words("phone.log.gaps", { minutes: screen.duration(slots), reasons }));
    }
    if (fetching.wasHidden) said.push(words("phone.log.hidden"));
    return said.join(" ");
  }

  async #closeJournal(insoles) {
    const { journal } = this.#page;
    try {
      if (journal.current && holdsSlots(journal.current)) await journal.close();
      for (const insole of insoles) if (insole.link === "connected") await insole.renumberIfRoom();
    } catch (error) {
      screen.showTrouble(explain(error));
    }
  }

  /** How fast it comes, how long it takes yet, and what the person should know meanwhile. */
  pace(done, wanted) {
    const { awake, fetching } = this.#page;
    const said = [words(awake.on ? "phone.log.screen-on" : "phone.log.screen-off")];
    if (fetching.wasHidden) said.push(words("phone.log.hidden"));
    const seconds = (performance.now() - fetching.began) / 1000;
    if (seconds < PACE_AFTER_S || !done) return said.join(" ");
    const rate = done / seconds;
    const left = screen.duration(((wanted - done) / rate) * 100);
    return [words("phone.log.speed", { speed: screen.duration(rate), left }), ...said].join(" ");
  }
}
