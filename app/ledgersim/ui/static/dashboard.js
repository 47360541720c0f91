// What the pages of the dashboard do beyond HTML: live rows, copying, completion. They work without it.
"use strict";

// Live rows: one stream for the list that is shown, if any.
let stream = null;

function follow() {
  const live = document.querySelector("#live");
  const url = live ? live.dataset.stream.replace(/([?&])after=\d+/, "$1") : "";
  if (stream && stream.key === url) return;
  if (stream) stream.source.close();
  stream = null;
  if (!live) return;
  const source = new EventSource(live.dataset.stream);
  stream = { key: url, source, skipped: 0 };
  source.onopen = () => document.querySelector("#live")?.classList.remove("lost");
  source.onerror = () => source.readyState === EventSource.CLOSED && document.querySelector("#live")?.classList.add("lost");
  source.onmessage = (event) => add(JSON.parse(event.data));
}

function add({ html, skipped, recorded, evicted, without_space }) {
  if (without_space !== undefined) {
    const place = document.querySelector("#without-space");
    const isOpen = place?.querySelector("details")?.open ?? false;
    if (place) place.innerHTML = without_space;
    if (isOpen) place.querySelector("details").open = true;
    return;
  }
  const list = document.querySelector("#rows");
  const live = document.querySelector("#live");
  if (!list || !live) return;
  const part = document.createElement("template");
  part.innerHTML = `<table><tbody>${html}</tbody></table>`;
  for (const row of part.content.querySelectorAll("tr")) if (document.getElementById(row.id)) row.remove();
  const added = part.content.querySelector("tbody");
  htmx.process(added);
  list.prepend(...added.children);
  const extra = list.children.length - live.dataset.max;
  for (let number = 0; number < extra; number += 1) list.lastElementChild.remove();
  document.querySelector("#empty")?.remove();
  document.querySelector("#recorded").textContent = recorded;
  document.querySelector("#evicted").textContent = evicted;
  document.querySelector("#evicted").parentElement.hidden = !evicted;
  if (skipped) {
    stream.skipped += skipped;
    const note = document.querySelector("#skipped");
    note.hidden = false;
    note.textContent = `${stream.skipped.toLocaleString("en")} requests came too fast to be listed here. Load the page again, or filter, to see those that are still recorded.`;
  }
}

document.addEventListener("DOMContentLoaded", follow);
document.addEventListener("htmx:afterSettle", follow);
document.addEventListener("htmx:historyRestore", follow);

// Focus stays at what was used, goes to what that has opened, and leaves a search for its results.
let before = null;

function keyOf(control) {
  const { call } = control.form?.elements ?? {};
  return [control.tagName, control.id, control.name, control.href, control.textContent.trim(), control.form?.action, call?.value].join("\n");
}

function opened() {
  return document.querySelector("main [data-focus]");
}

document.addEventListener("htmx:beforeSwap", () => {
  const focused = document.activeElement;
  before = { key: focused === document.body ? "" : keyOf(focused), isSearch: focused.matches("[data-search]"), opened: opened()?.id };
});
document.addEventListener("htmx:afterSettle", () => {
  if (!before) return;
  const { key, isSearch, opened: closed } = before;
  before = null;
  let next = null;
  if (opened() && opened().id !== closed) next = opened();
  else if (!opened() && closed) next = document.querySelector(`#${closed.replace("detail-", "r")} a`);
  else if (!isSearch) next = [...document.querySelectorAll("a, button, input, select, summary")].find((one) => keyOf(one) === key);
  (next ?? document.querySelector(".done") ?? document.querySelector("#main"))?.focus({ preventScroll: true });
});

// A clock that ticks: `data-ticks` is how many characters of the time it shows.
const read = new WeakMap();

function tick() {
  for (const time of document.querySelectorAll("time[data-ticks]")) {
    if (read.get(time)?.at !== time.dateTime) read.set(time, { at: time.dateTime, since: performance.now() });
    const now = new Date(Date.parse(time.dateTime) + performance.now() - read.get(time).since);
    time.textContent = now.toISOString().slice(0, time.dataset.ticks).replace("T", " ");
  }
}
document.addEventListener("DOMContentLoaded", tick);
document.addEventListener("htmx:afterSettle", tick);
setInterval(tick, 1000);

// A menu closes by a click elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// Filters apply as soon as they are chosen.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form) form.requestSubmit();
});
document.addEventListener("formdata", (event) => {
  if (event.target.matches("form[method=get]")) {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  }
});

// Completion of the names of fields in a filter.
function words(input) {
  const before = input.value.slice(0, input.selectionStart);
  return { before, word: /[A-Za-z][\w/]*$/.exec(before)?.[0] ?? "" };
}

function suggest(input) {
  const list = document.getElementById(input.getAttribute("aria-controls"));
  const { before, word } = words(input);
  const isText = before.split("'").length % 2 === 0;
  const fields = input.dataset.fields.split(" ");
  const found = word && !isText ? fields.filter((one) => one.toLowerCase().startsWith(word.toLowerCase()) && one !== word).slice(0, 12) : [];
  list.replaceChildren(...found.map((name, number) => {
    const option = document.createElement("li");
    option.id = `${list.id}-${number}`;
    option.role = "option";
    option.textContent = name;
    return option;
  }));
  choose(input, list, -1);
}

function choose(input, list, at) {
  const options = [...list.children];
  list.hidden = !options.length;
  input.setAttribute("aria-expanded", String(!list.hidden));
  options.forEach((one, number) => one.setAttribute("aria-selected", String(number === at)));
  if (options[at]) input.setAttribute("aria-activedescendant", options[at].id);
  else input.removeAttribute("aria-activedescendant");
  options[at]?.scrollIntoView({ block: "nearest" });
}

function complete(input, name) {
  const { before, word } = words(input);
  const start = before.length - word.length;
  input.setRangeText(name, start, before.length, "end");
  suggest(input);
}

document.addEventListener("input", (event) => {
  if (event.target.dataset.fields) suggest(event.target);
});
document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.dataset?.fields) return;
  const list = document.getElementById(input.getAttribute("aria-controls"));
  const options = [...list.children];
  const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "Escape") choose(input, list, list.replaceChildren() ?? -1);
  if (!options.length) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(input, list, (at + (event.key === "ArrowDown" ? 1 : options.length - 1 + (at < 0))) % options.length);
  } else if (event.key === "Tab" && !event.shiftKey) {
    event.preventDefault();
    complete(input, options[Math.max(at, 0)].textContent);
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    complete(input, options[at].textContent);
  }
});
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest?.(".complete [role=option]");
  if (option) {
    event.preventDefault();
    complete(option.closest(".complete").querySelector("input"), option.textContent);
  }
});

// The form of faults shows and requires the members of the chosen kind.
function showMembers() {
  for (const form of document.querySelectorAll("form[data-kinds]")) {
    const kind = form.querySelector("[name='body.kind']").value;
    form.classList.add("chosen");
    for (const label of form.querySelectorAll("[data-for]")) {
      const input = label.querySelector("input");
      label.hidden = input.disabled = !label.dataset.for.split(" ").includes(kind) && !input.matches("[aria-invalid]");
      input.required = label.dataset.required.split(" ").includes(kind);
    }
  }
}

// Forms show the body of the call that they will make.
function showBodies() {
  for (const shown of document.querySelectorAll("form [data-body]")) {
    const body = {};
    for (const [name, value] of new FormData(shown.closest("form"))) {
      if (!name.startsWith("body.") || !value.trim()) continue;
      const [path, kind] = name.slice(5).split(":");
      const parents = path.split(".");
      const last = parents.pop();
      const at = parents.reduce((parent, one) => (parent[one] ??= {}), body);
      at[last] = kind && !Number.isNaN(Number(value)) ? Number(value) : value.trim();
    }
    shown.textContent = Object.keys(body).length ? ` ${JSON.stringify(body)}` : "";
  }
}

function showForms() {
  showMembers();
  showBodies();
}
for (const name of ["DOMContentLoaded", "htmx:afterSettle", "change", "input"]) document.addEventListener(name, showForms);

// Requests of personas, with the credentials that a browser would not send by itself.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-try]");
  if (!button) return;
  const dialog = document.querySelector("#tried");
  const [title, shown, record] = [dialog.querySelector("h2"), dialog.querySelector("code"), dialog.querySelector("#tried-record")];
  title.textContent = `GET ${new URL(button.dataset.try).pathname}`;
  shown.textContent = "…";
  dialog.showModal();
  try {
    const response = await fetch(button.dataset.try, { headers: JSON.parse(button.dataset.headers) });
    const text = await response.text();
    title.textContent += ` → ${response.status}`;
    record.textContent = response.ok ? "See it in Requests" : "Why: see it in Requests";
    record.href = `${record.href.replace(/\/requests.*$/, "/requests")}/${response.headers.get("sim-request-id")}`;
    shown.textContent = readable(text);
  } catch (error) {
    shown.textContent = `No response: ${error.message}`;
  }
});
