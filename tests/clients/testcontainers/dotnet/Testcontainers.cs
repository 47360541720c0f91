// As much of Testcontainers for .NET as clients/dotnet uses, with a running server in place of the container.
using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;

namespace DotNet.Testcontainers.Configurations
{
    public class HttpWaitStrategy
    {
        public ushort Port;
        public string Path;

        public HttpWaitStrategy ForPort(ushort port)
        {
            Port = port;
            return this;
        }

        public HttpWaitStrategy ForPath(string path)
        {
            Path = path;
            return this;
        }
    }
}

namespace DotNet.Testcontainers.Containers
{
    public interface IContainer : IAsyncDisposable
    {
        string Hostname { get; }

        ushort GetMappedPublicPort(int containerPort);

        Task StartAsync(CancellationToken ct = default(CancellationToken));
    }
}

namespace DotNet.Testcontainers.Builders
{
    public interface IWaitForContainerOS
    {
        IWaitForContainerOS UntilHttpRequestIsSucceeded(Func<HttpWaitStrategy, HttpWaitStrategy> request);
    }

    public static class Wait
    {
        public static IWaitForContainerOS ForUnixContainer() => new WaitForContainer();
    }

    public class WaitForContainer : IWaitForContainerOS
    {
        public HttpWaitStrategy Http;

        public IWaitForContainerOS UntilHttpRequestIsSucceeded(Func<HttpWaitStrategy, HttpWaitStrategy> request)
        {
            Http = request(new HttpWaitStrategy());
            return this;
        }
    }

    /// <summary>Builders change nothing but return others, as those of Testcontainers do. Last is the last one built.</summary>
    public class ContainerBuilder
    {
        public static ContainerBuilder Last;

        public string Image;
        public int Port;
        public bool IsRandom;
        public HttpWaitStrategy Ready;
        public Dictionary<string, string> Environment = new Dictionary<string, string>();
        public Dictionary<string, string> Files = new Dictionary<string, string>();

        public ContainerBuilder(string image) => Image = image;

        public ContainerBuilder WithPortBinding(int port, bool assignRandomHostPort = false)
        {
            var other = Copy();
            other.Port = port;
            other.IsRandom = assignRandomHostPort;
            return other;
        }

        public ContainerBuilder WithWaitStrategy(IWaitForContainerOS strategy)
        {
            var other = Copy();
            other.Ready = ((WaitForContainer)strategy).Http;
            return other;
        }

        public ContainerBuilder WithEnvironment(string name, string value)
        {
            var other = Copy();
            other.Environment[name] = value;
            return other;
        }

        public ContainerBuilder WithResourceMapping(FileInfo source, FileInfo target, uint uid = 0, uint gid = 0)
        {
            var other = Copy();
            other.Files[source.ToString()] = target.ToString();
            return other;
        }

        public IContainer Build()
        {
            Last = this;
            return new RunningServer();
        }

        private ContainerBuilder Copy()
        {
            var other = (ContainerBuilder)MemberwiseClone();
            other.Environment = new Dictionary<string, string>(Environment);
            other.Files = new Dictionary<string, string>(Files);
            return other;
        }
    }

    public class RunningServer : IContainer
    {
        private static readonly Uri Server = new Uri(System.Environment.GetEnvironmentVariable("SIMULATOR_URL"));

        public string Hostname => Server.Host;

        public ushort GetMappedPublicPort(int containerPort) => (ushort)Server.Port;

        public Task StartAsync(CancellationToken ct = default(CancellationToken)) => Task.CompletedTask;

        public ValueTask DisposeAsync() => default(ValueTask);
    }
}
