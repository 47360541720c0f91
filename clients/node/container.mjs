/** The simulator in a container, for `testcontainers`. */
import { GenericContainer, Wait } from "testcontainers";
import { Server } from "./ledgersim.mjs";

/** The image of the same version as this module. */
export const IMAGE = "ghcr.io/ledgersim/ledgersim:0.1.0";

const PORT = 8080;

/** `await new LedgersimContainer().withFixtures("debtors.yaml").start()` resolves to a started container. */
export class LedgersimContainer extends GenericContainer {
  constructor(image = IMAGE) {
    super(image);
    this.withExposedPorts(PORT).withWaitStrategy(Wait.forHttp("/_sim/health/ready", PORT));
  }

  /** A setting of `ledgersim serve`: `withSetting("auth", "strict")`. */
  withSetting(name, value) {
    if (name === "admin-token") this.token = value;
    return this.withEnvironment({ [`LEDGERSIM_${name.toUpperCase().replaceAll("-", "_")}`]: String(value) });
  }

  /** A file with your own data, which every space has. */
  withFixtures(file) {
    const target = "/fixtures.yaml";
    return this.withCopyFilesToContainer([{ source: file, target }]).withSetting("fixtures", target);
  }

  /** The date at which the clocks of all spaces start, such as 2026-03-01. */
  withClock(date) {
    return this.withSetting("as-of", date);
  }

  async start() {
    return new StartedLedgersimContainer(await super.start(), this.token);
  }
}

/** A running container. `server` is the client of its admin API. */
export class StartedLedgersimContainer {
  constructor(container, token) {
    this.container = container;
    this.url = `http://${container.getHost()}:${container.getMappedPort(PORT)}`;
    this.server = new Server(this.url, { token });
  }

  /** A world of its own, for one test; by default with a generated name. */
  space(name) {
    return this.server.space(name);
  }

  /** The base address of Aptic, in the default space or another one. */
  aptic(space) {
    return `${this.url}${space ? `/s/${space}` : ""}/APIGW`;
  }

  stop() {
    return this.container.stop();
  }
}
