/**
 * A client of the admin API of ledgersim: spaces, clock, faults, recorded requests.
 *
 * Needs Node.js 18 or later, and nothing else.
 */

/** The admin API rejected a call, with this `status` and `reason`. */
export class AdminApiError extends Error {
  constructor(status, reason) {
    super(`${status}: ${reason}`);
    this.status = status;
    this.reason = reason;
  }
}

/** A server that is running at `url`. With `--admin-token`, pass the token. */
export class Server {
  constructor(url = "http://127.0.0.1:8080", { token } = {}) {
    this.url = url.replace(/\/$/, "");
    this.call = caller(`${this.url}/_sim`, token);
    this.token = token;
  }

  /** Resolves when the server is ready; rejects after `seconds`. */
  async ready(seconds = 30) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      try {
        return await this.call("GET", "/health/ready");
      } catch (error) {
        if (Date.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** Creates a space: an isolated copy of the world, from the seed or from the state of another space. */
  async space(name, { from = "seed" } = {}) {
    return new Space(await this.call("POST", "/spaces", { name, from }), this.token);
  }

  /** The operations, statuses and problems that tests have met in all spaces, and those that they have not. */
  coverage() {
    return this.call("GET", "/coverage");
  }
}

/** An isolated copy of the world. `vendors` has the base addresses: `space.vendors.aptic`. */
export class Space {
  constructor(created, token) {
    this.name = created.name;
    this.vendors = created.vendors;
    this.call = caller(created.admin, token);
    this.clock = new Clock(this.call);
    this.faults = new Faults(this.call);
  }

  delete() {
    return this.call("DELETE", `/spaces/${this.name}`);
  }

  /** Resets to the start: `all`, or only `data`, `clock`, `faults` or `journal`. */
  reset(scope = "all") {
    return this.call("POST", "/reset", { scope });
  }

  /** Saves the state. Resolves to the name of the snapshot. */
  async snapshot(name) {
    return (await this.call("POST", "/snapshots", { name })).name;
  }

  restore(name) {
    return this.call("POST", `/snapshots/${encodeURIComponent(name)}/restore`);
  }

  /** Loads your own customers, debtors, cases and so on: an object, or YAML or JSON text. */
  fixtures(content) {
    return this.call("POST", "/fixtures", content, "application/yaml");
  }

  /** The personas of the world with their ids, by name. */
  async personas() {
    const { personas } = await this.call("GET", "/personas");
    return Object.fromEntries(personas.map((persona) => [persona.name, persona]));
  }

  /** The recorded requests, oldest first. Filters: operation, method, path, problem, status, diagnostics, since, limit. */
  async requests(filters = {}) {
    return (await this.call("GET", `/requests?${new URLSearchParams(filters)}`)).requests;
  }

  /** Throws an Error unless this many requests match (by default at least one). Resolves to their ids. */
  async verify(match, count = { at_least: 1 }) {
    const result = await this.call("POST", "/requests/verify", { match, count });
    if (!result.ok) throw new Error(`${result.reason} Criteria: ${JSON.stringify(match)}`);
    return result.matching;
  }
}

/** The clock of a space, which only moves forward. Times are Date objects or ISO 8601 text. */
class Clock {
  constructor(call) {
    this.call = call;
  }

  async now() {
    return new Date((await this.call("GET", "/clock")).now);
  }

  /** Freezes the clock at a time, by default the current one. */
  freeze(at) {
    return this.call("PUT", "/clock", { mode: "frozen", now: at });
  }

  /** Moves forward by an ISO 8601 duration such as P1M. Resolves to the events on the way. */
  async advance(by) {
    return (await this.call("POST", "/clock/advance", { by })).events;
  }
}

/** The faults of a space. */
class Faults {
  constructor(call) {
    this.call = call;
  }

  /** Adds a fault: `add("status", { status: 429, match: { operation: "aptic.debtors.list" }, times: 1 })`. */
  add(kind, members = {}) {
    return this.call("POST", "/faults", { kind, ...members });
  }

  clear() {
    return this.call("DELETE", "/faults");
  }
}

/** A function that calls one `/_sim` and resolves to the JSON of the response, or rejects with an AdminApiError. */
function caller(base, token) {
  return async (method, path, content, type = "application/json") => {
    const body = content === undefined || typeof content === "string" ? content : JSON.stringify(content);
    const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(body && { "content-type": type }) };
    const response = await fetch(base + path, { method, headers, body });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    const result = isJson && text ? JSON.parse(text) : text;
    if (!response.ok) throw new AdminApiError(response.status, result.detail ?? text);
    return result || undefined;
  };
}
