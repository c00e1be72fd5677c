// Apply the filters of a directory as someone changes them: fetch the page of the new search, and replace the results.
// Without this script, or on a phone, the button of the filters does the same.

const wide = window.matchMedia("(min-width: 62.5rem)");
let latest = 0;

function openGroups() {
  return [...document.querySelectorAll("#filters details[open]")].map((group) => group.id);
}

// The bar stays, so that whatever else is bound to its fields still works. It gets the address, choices and values of
// the new page.
function updateBar(bar, fresh) {
  bar.setAttribute("action", fresh.getAttribute("action"));
  const fixed = 'input[type="hidden"]:not([name="csrfmiddlewaretoken"])';
  for (const field of bar.querySelectorAll(fixed)) field.remove();
  bar.prepend(...fresh.querySelectorAll(fixed));
  for (const field of fresh.querySelectorAll("select, input[type=text]")) {
    const shown = document.getElementById(field.id);
    if (field.tagName === "SELECT") shown.innerHTML = field.innerHTML;
    shown.value = field.value;
  }
}

async function show(address, remember) {
  const turn = ++latest;
  const results = document.getElementById("results");
  results.setAttribute("aria-busy", "true");
  let page;
  try {
    const answer = await fetch(address);
    if (!answer.ok || answer.redirected) throw new Error("not a page of results");
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("results")) throw new Error("not a page of results");
  } catch {
    window.location.assign(address);
    return;
  }
  if (turn !== latest) return;
  const open = openGroups();
  const focused = document.activeElement?.id;
  results.replaceWith(page.getElementById("results"));
  updateBar(document.querySelector("#search form"), page.querySelector("#search form"));
  if (remember) window.history.pushState(null, "", address);
  for (const group of open) document.getElementById(group)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  countSelected();
  document.getElementById("results-status").textContent = document.querySelector("#results h1").textContent;
}

// The buttons that compare services say how many are selected.
function countSelected() {
  const number = document.querySelectorAll(".calloff-compare__box:checked").length;
  for (const count of document.querySelectorAll(".calloff-compare-count")) count.textContent = number ? ` (${number})` : "";
}

document.addEventListener("change", (event) => {
  if (event.target.classList.contains("calloff-compare__box")) countSelected();
  const form = event.target.form;
  if (form?.id !== "filters" || event.target.type === "text" || !wide.matches) return;
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) asked.append(name, value);
  const query = asked.toString();
  show(form.getAttribute("action") + (query ? `?${query}` : ""), true);
});

window.addEventListener("popstate", () => {
  if (document.getElementById("results") && !window.location.hash) show(window.location.href, false);
});

window.addEventListener("pageshow", countSelected); // browsers restore the boxes when people come back
