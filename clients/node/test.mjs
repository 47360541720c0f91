// Run by tests/clients/test_admin_clients.py: node test.mjs URL
import assert from "node:assert/strict";
import { AdminApiError, Server } from "./ledgersim.mjs";

const server = new Server(process.argv[2]);
await server.ready();
const space = await server.space("node");
const list = () => fetch(`${space.vendors.aptic}/v1/Debtors?$top=1`, { headers: { authorization: "Bearer any" } });

await space.clock.freeze("2026-03-01");
assert.equal((await space.clock.now()).toISOString(), "2026-03-01T00:00:00.000Z");
const events = await space.clock.advance("P1M");
assert.ok(events.length > 0);
assert.equal((await space.clock.now()).toISOString(), "2026-04-01T00:00:00.000Z");

await space.faults.add("status", { status: 429, match: { operation: "aptic.debtors.list" }, times: 1 });
assert.equal((await list()).status, 429);
assert.equal((await list()).status, 200);
await space.faults.clear();

assert.equal((await space.verify({ operation: "aptic.debtors.list" }, { exactly: 2 })).length, 2);
await assert.rejects(space.verify({ operation: "aptic.cases.create" }), /aptic\.cases\.create/);
assert.equal((await space.requests({ status: 429 })).length, 1);

await space.fixtures("aptic: {clients: [{referenceCode: MINE, fullName: Mitt Bolag AB}]}");
assert.ok((await space.personas())["Ulla Unpaid"].aptic);
const name = await space.snapshot();
await space.restore(name);
await space.reset();
assert.equal((await space.requests()).length, 0);
assert.ok((await server.coverage()).operations);

await space.delete();

await assert.rejects(server.call("GET", "/spaces/node"), (error) => error instanceof AdminApiError && error.status === 404);
