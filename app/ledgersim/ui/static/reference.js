// Shows the OpenAPI document of the page in Scalar, with the provenance of each operation as a badge. Requests get
// credentials that the server accepts, unless the user has entered others; it asks for those that it must not know.
"use strict";

const CREDENTIALS = ["authorization", "x-api-key", "x-auth-key"];
const PLACEHOLDER = /^((Bearer|Basic)\b)?\s*(YOUR_\w+)?$/;  // what is sent if nothing has been entered

const page = document.querySelector("#reference");
const { url, headers, scheme } = page.dataset;
const credentials = JSON.parse(headers);

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

// The security schemes for which there are credentials that the server accepts, with these.
function accepted({ components }) {
  const found = {};
  const token = credentials.Authorization?.replace("Bearer ", "");
  for (const [name, { type, name: header }] of Object.entries(components.securitySchemes ?? {})) {
    if (type === "apiKey" && credentials[header]) found[name] = { value: credentials[header] };
    if (type === "http" && token) found[name] = { token };
    if (type === "oauth2" && token) found[name] = { flows: { clientCredentials: { token } } };
  }
  return found;
}

// The bar at the top stays, and Scalar leaves room for it.
function leaveRoom() {
  page.style.setProperty("--scalar-custom-header-height", `${document.querySelector(".top").offsetHeight}px`);
}

async function show() {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} returned ${response.status}`);
  const content = withBadges(await response.json());
  const securitySchemes = accepted(content);
  const [first] = Object.keys(securitySchemes);
  Scalar.createApiReference(page, {
    content,
    slug: url,  // what is entered for one API is not kept for the others
    agent: { disabled: true },
    authentication: scheme || first ? { preferredSecurityScheme: scheme ?? first, securitySchemes } : {},
    mcp: { disabled: true },
    hideClientButton: true,
    persistAuth: !first,
    proxyUrl: "",
    showDeveloperTools: "never",
    telemetry: false,
    withDefaultFonts: false,
    onBeforeRequest: ({ request }) => {
      if (CREDENTIALS.some((name) => !PLACEHOLDER.test(request.headers.get(name) ?? ""))) return;
      for (const name of CREDENTIALS) request.headers.delete(name);
      for (const [name, value] of Object.entries(credentials)) request.headers.set(name, value);
    },
  });
}

leaveRoom();
addEventListener("resize", leaveRoom);
show().catch((error) => { page.querySelector(".loading").textContent = `The reference cannot be loaded: ${error.message}`; });
