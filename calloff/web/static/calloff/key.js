// A security key: which form, which button and which field stand on the page, in the words of the script that knows keys.
const place = document.getElementById("key-form");
if (place) {
  const { kind, button, credential } = place.dataset;
  const ids = { credential, data: "js_data", [kind]: button };
  window.allauth.webauthn.forms[`${kind}Form`]({ ids });
}
