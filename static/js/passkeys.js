// Passkeys: asks the device, puts its answer into the form and sends that. It stores nothing.
"use strict";

{
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const opened = (options) => {
    const asked = options.publicKey ?? options;
    asked.challenge = bytes(asked.challenge);
    if (asked.user) asked.user.id = bytes(asked.user.id);
    for (const list of [asked.allowCredentials, asked.excludeCredentials]) {
      for (const one of list ?? []) one.id = bytes(one.id);
    }
    return asked;
  };

  const told = (credential) => {
    const { response } = credential;
    const fields = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    const answer = {};
    for (const name of fields) if (response[name]) answer[name] = text(response[name]);
    if (response.getTransports) answer.transports = response.getTransports();
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: answer,
    };
  };

  const optionsOf = async ({ options, optionsUrl }) => {
    if (options) return JSON.parse(document.getElementById(options).textContent);
    const response = await fetch(optionsUrl, { headers: { Accept: "application/json" }, redirect: "error" });
    if (!response.ok) throw new Error(response.statusText);
    return response.json();
  };

  const ask = async (button) => {
    const data = await optionsOf(button.dataset);
    if (button.dataset.passkey === "get") {
      return navigator.credentials.get({ publicKey: opened(data.request_options) });
    }
    const publicKey = opened(data.creation_options);
    publicKey.authenticatorSelection = {
      ...publicKey.authenticatorSelection,
      residentKey: "required", requireResidentKey: true, userVerification: "required",
    };
    return navigator.credentials.create({ publicKey });
  };

  const form = document.querySelector("#passkey-form");
  if (form) {
    const says = form.querySelector("[data-passkey-says]");
    form.hidden = !window.PublicKeyCredential;
    form.addEventListener("submit", async (event) => {
      const button = event.submitter ?? form.querySelector("[data-passkey]");
      event.preventDefault();
      if (!form.reportValidity()) return;
      button.disabled = true;
      says.hidden = true;
      try {
        form.elements.credential.value = JSON.stringify(told(await ask(button)));
        form.submit();
      } catch (error) {
        says.textContent = error.name === "InvalidStateError"
          ? "This device has a passkey for your account already."
          : "The device gave no passkey. Try again, or use your password.";
        says.hidden = false;
        button.disabled = false;
      }
    });
  }
}
