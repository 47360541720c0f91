using System;
using System.Threading.Tasks;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;

namespace Ledgersim;

/// <summary>The simulator in a container of Testcontainers for .NET.</summary>
public sealed class LedgersimContainer : IAsyncDisposable
{
    /// <summary>The image of the same version as this class.</summary>
    public const string Image = "ghcr.io/ledgersim/ledgersim:0.1.0";

    private const int Port = 8080;
    private const string Fixtures = "/fixtures.yaml";

    private ContainerBuilder _builder;
    private IContainer? _container;

    public LedgersimContainer(string image = Image)
    {
        var ready = Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(
            request => request.ForPort(Port).ForPath("/_sim/health/ready"));
        _builder = new ContainerBuilder().WithImage(image).WithPortBinding(Port, true).WithWaitStrategy(ready);
    }

    /// <summary>A setting of `ledgersim serve`, such as WithSetting("auth", "strict").</summary>
    public LedgersimContainer WithSetting(string name, string value)
    {
        _builder = _builder.WithEnvironment("LEDGERSIM_" + name.ToUpperInvariant().Replace('-', '_'), value);
        return this;
    }

    /// <summary>A file with your own data, which every space has.</summary>
    public LedgersimContainer WithFixtures(string file)
    {
        _builder = _builder.WithBindMount(System.IO.Path.GetFullPath(file), Fixtures, AccessMode.ReadOnly);
        return WithSetting("fixtures", Fixtures);
    }

    /// <summary>The date at which the clocks of all spaces start, such as 2026-03-01.</summary>
    public LedgersimContainer WithClock(string date) => WithSetting("as-of", date);

    public async Task StartAsync()
    {
        _container = _builder.Build();
        await _container.StartAsync();
    }

    public string Url => $"http://{Started.Hostname}:{Started.GetMappedPublicPort(Port)}";

    /// <summary>The base address of Aptic in the default space or another one.</summary>
    public Uri Aptic(string? space = null) => new(space is null ? $"{Url}/APIGW/" : $"{Url}/s/{space}/APIGW/");

    /// <summary>A world of its own, for one test. Dispose it to delete it.</summary>
    public Task<Space> SpaceAsync(string name) => new LedgersimServer(Url).SpaceAsync(name);

    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }
    }

    private IContainer Started => _container ?? throw new InvalidOperationException("Call StartAsync first.");
}
