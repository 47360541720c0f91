import assert from "node:assert/strict";
import { IMAGE, LedgersimContainer } from "./container.mjs";

const container = new LedgersimContainer().withFixtures("mine.yaml").withClock("2026-03-01").withSetting("max-spaces", 5)
  .withSetting("admin-token", "secret");
assert.equal(container.image, IMAGE);
assert.deepEqual(container.ports, [8080]);
assert.deepEqual(container.strategy, { path: "/_sim/health/ready", port: 8080 });
assert.deepEqual(container.files, [{ source: "mine.yaml", target: "/fixtures.yaml" }]);
assert.deepEqual(container.environment, {
  LEDGERSIM_FIXTURES: "/fixtures.yaml",
  LEDGERSIM_AS_OF: "2026-03-01",
  LEDGERSIM_MAX_SPACES: "5",
  LEDGERSIM_ADMIN_TOKEN: "secret",
});

const started = await container.start();
assert.equal(started.aptic(), `${process.env.SIMULATOR_URL}/APIGW`);
assert.equal(started.server.token, "secret");
const space = await started.space("node-container");
assert.equal(started.aptic("node-container"), space.vendors.aptic);
const other = await started.space();
assert.notEqual(other.name, space.name);
await other.delete();
await space.delete();
await started.stop();
