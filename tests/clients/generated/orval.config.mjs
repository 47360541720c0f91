// A fetch client that checks every answer with zod.
const mounts = { aptic: "APIGW", payex: "ledger", riverty: "api/v3" };

export default Object.fromEntries(
  Object.entries(mounts).map(([api, mount]) => [
    api,
    {
      input: `openapi/${api}.json`,
      output: {
        client: "fetch",
        target: `${api}.ts`,
        schemas: { path: `${api}-schemas`, type: "zod" },
        baseUrl: { runtime: "`${base}/" + mount + "`", imports: [{ name: "base", importPath: "./sim" }] },
        override: { fetch: { runtimeValidation: true, forceSuccessResponse: true } },
      },
    },
  ]),
);
