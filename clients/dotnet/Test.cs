// Run by tests/clients/test_admin_clients.py with the URL of a server
using System;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using Ledgersim;

public static class Test
{
    public static async Task RunAsync(string url)
    {
        var server = new LedgersimServer(url);
        await server.ReadyAsync(TimeSpan.FromSeconds(30));
        var space = await server.SpaceAsync("dotnet");
        await space.FreezeAsync(DateTimeOffset.Parse("2026-03-01T00:00:00Z"));
        Check((await space.AdvanceAsync("P1M")).Count > 0, "events");
        Check(await space.NowAsync() == DateTimeOffset.Parse("2026-04-01T00:00:00Z"), "now");

        await space.FaultAsync(new { kind = "status", status = 429, times = 1, match = new { operation = "aptic.debtors.list" } });
        Check(await ListAsync(space) == 429, "the fault hits");
        Check(await ListAsync(space) == 200, "the fault hits once");
        await space.ClearFaultsAsync();

        await space.VerifyAsync("aptic.debtors.list", 2);
        Check(await Failure<InvalidOperationException>(space.VerifyAsync("aptic.cases.create", 1)) != null, "verify must fail");
        Check((await space.RequestsAsync("status=429")).Count == 1, "requests");
        await space.FixturesAsync("aptic: {clients: [{referenceCode: MINE, fullName: Mitt Bolag AB}]}");
        var personas = (await space.AdminAsync(HttpMethod.Get, "/personas"))["personas"].AsArray();
        Check(personas.Any(one => one["name"].GetValue<string>() == "Ulla Unpaid"), "personas");
        await space.SnapshotAsync("one");
        await space.RestoreAsync("one");
        await space.ResetAsync();
        Check((await space.RequestsAsync()).Count == 0, "reset");
        Check((await server.CoverageAsync())["operations"] != null, "coverage");
        await space.DisposeAsync();
        Check((await Failure<AdminApiException>(server.SpaceAsync("no/name"))).Status == 400, "a bad name");
    }

    static async Task<int> ListAsync(Space space)
    {
        var client = new HttpClient { BaseAddress = space.Aptic };
        client.DefaultRequestHeaders.Add("Authorization", "Bearer any");
        return (int)(await client.GetAsync("v1/Debtors?$top=1")).StatusCode;
    }

    static async Task<T> Failure<T>(Task task) where T : Exception
    {
        try
        {
            await task;
            return null;
        }
        catch (T error)
        {
            return error;
        }
    }

    static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new Exception(what);
        }
    }
}
