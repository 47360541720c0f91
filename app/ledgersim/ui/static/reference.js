// Shows the OpenAPI document of the page in Swagger UI. Requests get credentials that the server accepts, unless the
// user has authorized with others.
"use strict";

const { url, headers } = document.querySelector("#reference").dataset;
const credentials = Object.entries(JSON.parse(headers));
const names = ["authorization", "x-api-key", "x-auth-key"];

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

SwaggerUIBundle({
  url,
  dom_id: "#reference",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  docExpansion: "list",
  filter: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    const sent = Object.keys(request.headers).map((name) => name.toLowerCase());
    if (!request.loadSpec && !sent.some((name) => names.includes(name))) {
      for (const [name, value] of credentials) request.headers[name] = value;
    }
    return request;
  },
});
