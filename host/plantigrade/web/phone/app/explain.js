// Errors in words for the person.
import { NO_ROOM, Refused, Trouble, isOldVersion } from "./conversation.js";
import { words } from "./screen.js";

const BUSY = 6;

/** Why no insole was chosen: the key of its text. */
export const chosenNone = (error) => {
  if (error.name === "SecurityError" || error.name === "NotAllowedError") return "phone.choose.denied";
  if (error.name === "NotFoundError" && /adapter|disabled/i.test(error.message)) return "phone.choose.off";
  return "phone.choose.none";
};

/** What the person is told of an error. */
export function explain(error) {
  if (error instanceof Trouble) return words(`phone.${error.word}`, { text: error.message });
  if (isOldVersion(error)) return words("phone.version.other", { text: error.message });
  if (error instanceof Refused) {
    return error.result === BUSY ? words("phone.insole.busy") : words("phone.insole.refused", { text: error.message });
  }
  if (error.name === NO_ROOM) return words("phone.storage.full");
  return `${words("phone.link.lost")} (${error.name}: ${error.message})`;
}
