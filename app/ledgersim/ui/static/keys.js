// Keys, dialogs and copying of all pages but the API reference.
"use strict";

// The text of a response to show: JSON is indented, and characters that turn texts around are shown by their code.
function readable(text) {
  let shown = text || "(empty)";
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // not JSON
  }
  return shown.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// Menus that are wider than a phone show where one is.
function showCurrent() {
  for (const one of document.querySelectorAll("nav > [aria-current]")) {
    one.parentElement.scrollLeft = one.offsetLeft - (one.parentElement.clientWidth - one.offsetWidth) / 2;
  }
}
for (const name of ["DOMContentLoaded", "htmx:afterSettle"]) document.addEventListener(name, showCurrent);

// The keys that do something on this page.
function showKeys() {
  const dialog = document.querySelector("#keys");
  for (const one of dialog?.querySelectorAll("[data-needs]") ?? []) one.hidden = !document.querySelector(one.dataset.needs);
  dialog?.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches("[data-search]:not([aria-expanded=true])")) {
    event.preventDefault(); // which would clear it
    event.target.blur();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
  if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if (event.key === "?") {
    showKeys();
  } else if (event.key === "Escape") {
    document.querySelector(".detail .close")?.click();
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll("[data-list] a:first-of-type")].filter((one) => one === one.closest("tr, li").querySelector("a") && one.checkVisibility());
    const focused = links.indexOf(document.activeElement);
    const at = focused >= 0 ? focused : links.findIndex((one) => one.closest("[aria-selected=true]"));
    const next = links[event.key === "j" ? at + 1 : Math.max(at - 1, 0)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button && "keys" in button.dataset) showKeys();
  if (button && "close" in button.dataset) button.closest("dialog").close();
});

// Copying.
async function copy(button, text) {
  const label = button.dataset.label ?? button.textContent;
  button.dataset.label = label;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C";
    const shown = button.parentElement.querySelector("code");
    if (shown) getSelection().selectAllChildren(shown);
  }
  setTimeout(() => { button.textContent = label; }, 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button && "copy" in button.dataset) copy(button, button.parentElement.querySelector("code").textContent);
  if (button?.dataset.copyText) copy(button, button.dataset.copyText);
  const fold = event.target.closest(".copyable > summary");
  if (fold && !fold.parentElement.open) copy(fold, fold.parentElement.querySelector("code").textContent);
});
