// Passkeys: asks the server what to sign, lets the browser sign it, and posts the answer with the form.
// A form says with data-passkey which action gives the options, and with data-passkey-new that one is made.
"use strict";

const bytesOf = (text) => {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(padded), (character) => character.charCodeAt(0));
};

const textOf = (buffer) => {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

const withBytes = (options) => {
  const keys = (list) => (list ?? []).map((key) => ({ ...key, id: bytesOf(key.id) }));
  const made = { ...options, challenge: bytesOf(options.challenge) };
  if (options.user) made.user = { ...options.user, id: bytesOf(options.user.id) };
  if (options.excludeCredentials) made.excludeCredentials = keys(options.excludeCredentials);
  if (options.allowCredentials) made.allowCredentials = keys(options.allowCredentials);
  return made;
};

const asJson = (credential) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = textOf(credential.response[name]);
  }
  const { id, type, authenticatorAttachment } = credential;
  return JSON.stringify({ id, rawId: id, type, authenticatorAttachment, clientExtensionResults: {}, response });
};

const answered = async (form) => {
  const fields = new URLSearchParams(new FormData(form));
  fields.set("action", form.dataset.passkey);
  fields.delete("credential");
  // Not form.action: that is the field of this name.
  const reply = await fetch(form.getAttribute("action"), { method: "POST", body: fields });
  const options = await reply.json();
  if (options.error) throw new Error(options.error);
  const publicKey = withBytes(options);
  const credentials = navigator.credentials;
  return "passkeyNew" in form.dataset ? credentials.create({ publicKey }) : credentials.get({ publicKey });
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    if (!window.PublicKeyCredential) return; // the server says that it does not work here
    event.preventDefault();
    const problem = form.querySelector("[data-passkey-problem]");
    if (problem) problem.hidden = true;
    try {
      form.elements.credential.value = asJson(await answered(form));
      form.submit();
    } catch {
      if (problem) problem.hidden = false;
    }
  });
}
