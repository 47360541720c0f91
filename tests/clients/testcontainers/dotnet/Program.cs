using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using DotNet.Testcontainers.Builders;
using Ledgersim;

public static class Program
{
    public static void Main()
    {
        Test.RunAsync(Environment.GetEnvironmentVariable("SIMULATOR_URL")).GetAwaiter().GetResult();
        ContainerAsync().GetAwaiter().GetResult();
    }

    static async Task ContainerAsync()
    {
        var container = new LedgersimContainer().WithFixtures("mine.yaml").WithClock("2026-03-01")
            .WithSetting("max-spaces", "5").WithSetting("admin-token", "secret");
        await container.StartAsync();
        var built = ContainerBuilder.Last;
        Same(LedgersimContainer.Image, built.Image);
        Same("8080 True", $"{built.Port} {built.IsRandom}");
        Same("8080 /_sim/health/ready", $"{built.Ready.Port} {built.Ready.Path}");
        Same("mine.yaml=/fixtures.yaml", Text(built.Files));
        Same(
            "LEDGERSIM_ADMIN_TOKEN=secret LEDGERSIM_AS_OF=2026-03-01 LEDGERSIM_FIXTURES=/fixtures.yaml LEDGERSIM_MAX_SPACES=5",
            Text(built.Environment));

        Same(Environment.GetEnvironmentVariable("SIMULATOR_URL") + "/APIGW/", container.Aptic().ToString());
        var space = await container.SpaceAsync("dotnet-container");
        var other = await container.SpaceAsync();
        Same(space.Aptic.ToString(), container.Aptic("dotnet-container").ToString());
        Same("False", (space.Name == other.Name).ToString());
        await other.DisposeAsync();
        await space.DisposeAsync();
        await container.DisposeAsync();
    }

    static string Text(Dictionary<string, string> pairs) =>
        string.Join(" ", pairs.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}={one.Value}"));

    static void Same(string expected, string found)
    {
        if (expected != found)
        {
            throw new Exception($"{expected} expected, found {found}");
        }
    }
}
