// Security keys: asks the browser for a key's answer and puts it into the form. It fetches nothing and keeps nothing.
// It runs on the pages alone that send "script-src 'self'"; each of them can be used without it.
"use strict";

(() => {
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  };
  const text = (buffer) => {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const descriptors = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const create = async (options) => {
    const asked = {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: descriptors(options.excludeCredentials),
    };
    const made = await navigator.credentials.create({ publicKey: asked });
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      response: {
        clientDataJSON: text(made.response.clientDataJSON),
        attestationObject: text(made.response.attestationObject),
      },
    };
  };

  const get = async (options) => {
    const asked = {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: descriptors(options.allowCredentials),
    };
    const signed = await navigator.credentials.get({ publicKey: asked });
    return {
      id: signed.id,
      rawId: text(signed.rawId),
      type: signed.type,
      response: {
        clientDataJSON: text(signed.response.clientDataJSON),
        authenticatorData: text(signed.response.authenticatorData),
        signature: text(signed.response.signature),
      },
    };
  };

  const prepare = (part) => {
    const button = part.querySelector("button");
    const status = part.querySelector("[role=status]");
    const ask = part.dataset.webauthn === "create" ? create : get;
    button.hidden = false;
    part.querySelector(".without-script").hidden = true;
    button.addEventListener("click", async () => {
      status.textContent = part.dataset.waiting;
      try {
        const answer = await ask(JSON.parse(part.dataset.options));
        part.querySelector("input").value = JSON.stringify(answer);
        part.closest("form").submit();
      } catch {
        status.textContent = part.dataset.failed;
      }
    });
  };

  if (window.PublicKeyCredential) {
    document.querySelectorAll("[data-webauthn]").forEach(prepare);
  }
})();
