// Saves a form by itself, a few seconds after the last change, with the same command as its Save button.
// Without this script, or if saving fails, nothing changes: the buttons of the page still save.
const DELAY = 3000;
const FAILED = "We could not save just now. Select “Save and continue” before you leave.";

const form = document.querySelector("form[data-autosave]");
const status = document.querySelector("[data-autosave-status]");
let timer = 0;
let saving = false;
let again = false;
let current = null;
let stopped = false;

async function send() {
  const sent = new FormData(form);
  for (const name of [...sent.keys()]) if (name === "once_key" || sent.get(name) instanceof File) sent.delete(name);
  sent.set("section-save", "auto");
  try {
    const response = await fetch(form.action || location.href, { method: "POST", body: sent, redirect: "error" });
    const reply = response.ok ? await response.json() : { words: FAILED };
    for (const [name, value] of Object.entries(reply.hidden || {})) {
      const box = form.elements.namedItem(name);
      if (box) box.value = value;
    }
    stopped = stopped || Boolean(reply.stopped);
    if (reply.words) status.textContent = reply.words;
  } catch {
    status.textContent = FAILED;
  }
}

async function save() {
  if (stopped) return;
  again = saving;
  if (saving) return;
  saving = true;
  current = send();
  await current;
  saving = false;
  if (again) save();
}

function wait(event) {
  if (event.target.type === "file") return;
  clearTimeout(timer);
  timer = setTimeout(save, DELAY);
}

if (form && status) {
  form.addEventListener("input", wait);
  // a button waits for a save that is under way, so that the page never conflicts with itself
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    stopped = true;
    if (!saving) return;
    event.preventDefault();
    await current;
    form.requestSubmit(event.submitter);
  });
}
