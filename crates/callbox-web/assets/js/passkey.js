// Passkeys: makes one, and signs in with one. Without them, or without script, the password's form is there.
const decode = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function post(path, body = {}) {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error((await answer.json()).code);
  return answer.json();
}

async function register(form) {
  const asked = await post("/account/passkeys/options");
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: decode(asked.challenge),
      rp: { id: asked.name, name: "callbox" },
      user: { id: decode(asked.user), name: asked.login, displayName: asked.display },
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: asked.known.map((id) => ({ type: "public-key", id: decode(id) })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      attestation: "none",
    },
  });
  return post("/account/passkeys", {
    client_data: encode(made.response.clientDataJSON),
    attestation: encode(made.response.attestationObject),
    label: new FormData(form).get("label") ?? "",
  });
}

async function signIn(form) {
  const asked = await post("/sign-in/passkey/options");
  const given = await navigator.credentials.get({
    publicKey: { challenge: decode(asked.challenge), rpId: asked.name, userVerification: "required" },
  });
  return post("/sign-in/passkey", {
    credential: encode(given.rawId),
    client_data: encode(given.response.clientDataJSON),
    authenticator_data: encode(given.response.authenticatorData),
    signature: encode(given.response.signature),
    next: new FormData(form).get("next") ?? "",
  });
}

const acts = { register, "sign-in": signIn };
// Browsers tie a passkey to a name; at a bare address there can be none.
const isAddress = /^[\d.]+$|^\[/.test(location.hostname);
for (const words of document.querySelectorAll("[data-passkey-address]")) words.hidden = !isAddress;
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = isAddress || !globalThis.PublicKeyCredential;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = document.querySelector("[data-passkey-problem]");
    problem.hidden = true;
    try {
      location.assign((await acts[form.dataset.passkey](form)).next);
    } catch {
      // Called off, or refused; the log of the server says which.
      problem.hidden = false;
    }
  });
}
