using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;

namespace Ledgersim;

/// <summary>The admin API rejected a call. The message is its reason.</summary>
public sealed class AdminApiException : Exception
{
    public AdminApiException(int status, string reason) : base($"{status}: {reason}") => Status = status;

    public int Status { get; }
}

/// <summary>A client of the admin API of a running server: spaces and coverage. Needs .NET 6 or later, and nothing else.</summary>
public sealed class LedgersimServer
{
    private readonly string _token;

    /// <param name="url">Such as http://127.0.0.1:8080.</param>
    /// <param name="token">The token of --admin-token, if the server has one.</param>
    public LedgersimServer(string url, string token = "")
    {
        Url = url.TrimEnd('/');
        _token = token;
    }

    public string Url { get; }

    /// <summary>Waits until the server is ready.</summary>
    public async Task ReadyAsync(TimeSpan limit)
    {
        var end = DateTime.UtcNow + limit;
        while (true)
        {
            try
            {
                await CallAsync(Url + "/_sim", HttpMethod.Get, "/health/ready");
                return;
            }
            catch (Exception error) when (error is HttpRequestException or AdminApiException && DateTime.UtcNow < end)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Creates a space: an isolated copy of the seeded world. Dispose it to delete it.</summary>
    public async Task<Space> SpaceAsync(string name)
    {
        var created = await CallAsync(Url + "/_sim", HttpMethod.Post, "/spaces", new { name });
        return new Space(this, created!);
    }

    /// <summary>What tests have met in all spaces.</summary>
    public async Task<JsonNode> CoverageAsync() => (await CallAsync(Url + "/_sim", HttpMethod.Get, "/coverage"))!;

    internal async Task<JsonNode?> CallAsync(string root, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, root + path);
        if (body is not null)
        {
            var content = body as string ?? JsonSerializer.Serialize(body);
            request.Content = new StringContent(content, Encoding.UTF8, "application/json");
        }
        if (_token != "")
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        }
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        var result = isJson && text != "" ? JsonNode.Parse(text) : null;
        if (!response.IsSuccessStatusCode)
        {
            throw new AdminApiException((int)response.StatusCode, result?["detail"]?.GetValue<string>() ?? text);
        }
        return result;
    }

    private static readonly HttpClient Http = new();
}

/// <summary>An isolated copy of the world. Vendors has the base addresses by name.</summary>
public sealed class Space : IAsyncDisposable
{
    private readonly LedgersimServer _server;
    private readonly string _admin;

    internal Space(LedgersimServer server, JsonNode created)
    {
        _server = server;
        _admin = created["admin"]!.GetValue<string>();
        Name = created["name"]!.GetValue<string>();
        Vendors = created["vendors"]!.AsObject().ToDictionary(one => one.Key, one => one.Value!.GetValue<string>());
    }

    public string Name { get; }

    public IReadOnlyDictionary<string, string> Vendors { get; }

    /// <summary>The base address of Aptic in this space; with a slash at its end, as HttpClient.BaseAddress needs it.</summary>
    public Uri Aptic => new(Vendors["aptic"] + "/");

    public Uri Payex => new(Vendors["payex"] + "/");

    public Uri Riverty => new(Vendors["riverty"] + "/");

    /// <summary>Any call to the admin API. A body that is a string is sent as it is, another one as JSON.</summary>
    public Task<JsonNode?> AdminAsync(HttpMethod method, string path, object? body = null) =>
        _server.CallAsync(_admin, method, path, body);

    public async ValueTask DisposeAsync() => await AdminAsync(HttpMethod.Delete, $"/spaces/{Name}");

    /// <summary>Resets everything to the start of the space.</summary>
    public Task ResetAsync() => AdminAsync(HttpMethod.Post, "/reset");

    public Task SnapshotAsync(string name) => AdminAsync(HttpMethod.Post, "/snapshots", new { name });

    public Task RestoreAsync(string name) =>
        AdminAsync(HttpMethod.Post, $"/snapshots/{Uri.EscapeDataString(name)}/restore");

    /// <summary>Loads your own customers, debtors, cases and so on, from YAML or JSON.</summary>
    public Task FixturesAsync(string yaml) => AdminAsync(HttpMethod.Post, "/fixtures", yaml);

    public async Task<DateTimeOffset> NowAsync() =>
        (await AdminAsync(HttpMethod.Get, "/clock"))!["now"]!.GetValue<DateTimeOffset>();

    /// <summary>Freezes the clock, which only moves forward.</summary>
    public Task FreezeAsync(DateTimeOffset at) => AdminAsync(HttpMethod.Put, "/clock", new { mode = "frozen", now = at });

    /// <summary>Moves the clock forward by an ISO 8601 duration such as P1M. Returns the events on the way.</summary>
    public async Task<JsonArray> AdvanceAsync(string by) =>
        (await AdminAsync(HttpMethod.Post, "/clock/advance", new { by }))!["events"]!.AsArray();

    /// <summary>Adds a fault: new { kind = "status", status = 429, match = new { operation = "aptic.debtors.list" } }.</summary>
    public Task FaultAsync(object members) => AdminAsync(HttpMethod.Post, "/faults", members);

    public Task ClearFaultsAsync() => AdminAsync(HttpMethod.Delete, "/faults");

    /// <summary>The recorded requests, oldest first; a query such as status=429 filters them.</summary>
    public async Task<JsonArray> RequestsAsync(string query = "") =>
        (await AdminAsync(HttpMethod.Get, $"/requests?{query}"))!["requests"]!.AsArray();

    /// <summary>Throws unless an operation was called this many times.</summary>
    public async Task VerifyAsync(string operation, int times)
    {
        var body = new { match = new { operation }, count = new { exactly = times } };
        var result = (await AdminAsync(HttpMethod.Post, "/requests/verify", body))!;
        if (!result["ok"]!.GetValue<bool>())
        {
            throw new InvalidOperationException(result["reason"]!.GetValue<string>());
        }
    }
}
