// Opens links to the vendors' APIs with the credentials that a browser would not send by itself.
"use strict";

const dialog = document.querySelector("#response");
const title = dialog.querySelector("h2");
const body = dialog.querySelector("pre");

async function show(link) {
  title.textContent = `GET ${new URL(link.href).pathname}`;
  body.textContent = "…";
  dialog.showModal();
  try {
    const response = await fetch(link.href, { headers: JSON.parse(link.dataset.headers) });
    title.textContent += ` → ${response.status}`;
    body.textContent = readable(await response.text());
  } catch (error) {
    body.textContent = `No response: ${error.message}`;
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-headers]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    show(link);
  }
});
