// What the TypeScript programs have in common.
import { deepStrictEqual } from "node:assert/strict";

export const base = process.argv[2] ?? "http://127.0.0.1:8080/s/typescript";

export const credentials = {
  grant_type: "client_credentials",
  client_id: "ledgersim",
  client_secret: "ledgersim-secret",
};

// Sets the clock of the space.
export async function freeze(now: string): Promise<void> {
  const body = JSON.stringify({ mode: "frozen", now });
  const response = await fetch(`${base}/_sim/clock`, { method: "PUT", body });
  deepStrictEqual(response.status, 200);
}

// The body of a successful answer.
export async function data<T>(call: Promise<{ data?: T; error?: unknown; response?: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (response === undefined || !response.ok) throw new Error(`${response?.status} ${JSON.stringify(error)}`);
  return data as T;
}

// Throws if a member has another value.
export function expect<T extends object>(body: T | undefined, members: Partial<T>): void {
  for (const name in members) deepStrictEqual(body?.[name], members[name], name);
}
