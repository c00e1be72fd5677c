// Suggestions below the search words, as an editable combobox with a list (ARIA Authoring Practices). Without script,
// or if the request fails, the field is a plain input.

const WAIT = 150; // milliseconds after the last key
const source = document.querySelector("script[data-suggestions]");
const input = document.querySelector("#search input[name=words]");

function start() {
  const list = document.createElement("ul");
  const status = document.createElement("div");
  let active = -1;
  let waiting = 0;
  let asked = "";

  list.id = `${input.id}-suggestions`;
  list.className = "calloff-suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  status.className = "govuk-visually-hidden";
  status.setAttribute("role", "status");
  input.after(list, status);
  input.parentElement.classList.add("calloff-suggested");
  for (const [name, value] of Object.entries({
    role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": list.id,
  })) input.setAttribute(name, value);

  function options() {
    return [...list.children];
  }

  function close() {
    list.hidden = true;
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    move(-1);
  }

  function move(to) {
    active = to;
    options().forEach((option, place) => option.setAttribute("aria-selected", String(place === to)));
    if (to < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", options()[to].id);
      options()[to].scrollIntoView({ block: "nearest" });
    }
  }

  function choose(option) {
    input.value = option.dataset.text;
    asked = input.value;
    close();
    input.form.requestSubmit();
  }

  function show(found) {
    list.replaceChildren(...found.map(({ kind, text }, place) => {
      const option = document.createElement("li");
      const kindOf = document.createElement("span");
      option.id = `${list.id}-${place}`;
      option.className = "calloff-suggestions__option";
      option.setAttribute("role", "option");
      option.dataset.text = text;
      kindOf.className = "calloff-suggestions__kind";
      kindOf.textContent = kind;
      option.append(text, " ", kindOf);
      return option;
    }));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    move(-1);
    status.textContent = found.length === 1 ? "1 suggestion" : `${found.length} suggestions`;
  }

  async function ask() {
    const words = input.value.trim();
    if (words === asked) return;
    asked = words;
    if (words.length < 2) return close();
    try {
      const answer = await fetch(`${source.dataset.suggestions}?${new URLSearchParams({ words })}`);
      const found = answer.ok ? (await answer.json()).suggestions : [];
      if (words === input.value.trim() && document.activeElement === input) show(found);
    } catch {
      close();
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    const last = options().length - 1;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" && last >= 0) {
      event.preventDefault();
      move(active < last ? active + 1 : 0);
    } else if (event.key === "ArrowUp" && last >= 0) {
      event.preventDefault();
      move(active > 0 ? active - 1 : last);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(options()[active]);
    } else if (event.key === "Tab") close();
  });
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // so that the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
}

if (source && input) start();
