// Shows the OpenAPI document of the page in Scalar, with the provenance of each operation as a badge. Requests get
// credentials that the server accepts, unless the user has entered others; it asks for those that it must not know.
"use strict";

const CREDENTIALS = ["authorization", "x-api-key", "x-auth-key"];
const PLACEHOLDER = /^((Bearer|Basic)\b)?\s*(YOUR_\w+)?$/;  // what is sent if nothing has been entered

const page = document.querySelector("#reference");
const { url, headers, scheme } = page.dataset;

function badges({ method, path }) {
  const names = method === path ? [`provenance: ${method}`] : [`method: ${method}`, `path: ${path}`];
  return names.map((name) => ({ name }));
}

function withBadges(content) {
  for (const operations of Object.values(content.paths)) {
    for (const operation of Object.values(operations)) {
      const known = operation["x-provenance"];
      if (known) operation["x-badges"] = badges(known);
    }
  }
  return content;
}

// The bar at the top stays, and Scalar leaves room for it.
function leaveRoom() {
  page.style.setProperty("--scalar-custom-header-height", `${document.querySelector(".top").offsetHeight}px`);
}

async function show() {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} returned ${response.status}`);
  Scalar.createApiReference(page, {
    content: withBadges(await response.json()),
    agent: { disabled: true },
    authentication: scheme ? { preferredSecurityScheme: scheme } : {},
    mcp: { disabled: true },
    hideClientButton: true,
    persistAuth: true,
    proxyUrl: "",
    showDeveloperTools: "never",
    telemetry: false,
    withDefaultFonts: false,
    onBeforeRequest: ({ request }) => {
      if (CREDENTIALS.some((name) => !PLACEHOLDER.test(request.headers.get(name) ?? ""))) return;
      for (const name of CREDENTIALS) request.headers.delete(name);
      for (const [name, value] of Object.entries(JSON.parse(headers))) request.headers.set(name, value);
    },
  });
}

leaveRoom();
addEventListener("resize", leaveRoom);
show().catch((error) => { page.querySelector(".loading").textContent = `The reference cannot be loaded: ${error.message}`; });
