// As much of the package testcontainers as clients/node uses, with a running server in place of the container.
export class GenericContainer {
  environment = {};
  files = [];

  constructor(image) {
    this.image = image;
  }

  withExposedPorts(...ports) {
    this.ports = ports;
    return this;
  }

  withWaitStrategy(strategy) {
    this.strategy = strategy;
    return this;
  }

  withEnvironment(environment) {
    Object.assign(this.environment, environment);
    return this;
  }

  withCopyFilesToContainer(files) {
    this.files.push(...files);
    return this;
  }

  async start() {
    const { hostname, port } = new URL(process.env.SIMULATOR_URL);
    return { getHost: () => hostname, getMappedPort: () => Number(port), stop: async () => {} };
  }
}

export const Wait = { forHttp: (path, port) => ({ path, port }) };
