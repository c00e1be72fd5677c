// Security keys: pass the form, button and field of this page to allauth's script, under the names that it expects.
const place = document.getElementById("key-form");
if (place) {
  const { kind, button, credential } = place.dataset;
  const ids = { credential, data: "js_data", [kind]: button };
  window.allauth.webauthn.forms[`${kind}Form`]({ ids });
}
