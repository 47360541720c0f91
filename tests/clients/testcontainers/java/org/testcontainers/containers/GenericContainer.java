package org.testcontainers.containers;

import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** As much of Testcontainers as clients/java uses, with a running server in place of the container. */
@SuppressWarnings("unchecked")
public class GenericContainer<SELF extends GenericContainer<SELF>> {
    private static final URI SERVER = URI.create(System.getenv("SIMULATOR_URL"));

    public final String image;
    public final Map<String, String> environment = new TreeMap<>();
    public final Map<String, String> files = new TreeMap<>();
    public int exposed;
    public Wait strategy;

    public GenericContainer(DockerImageName image) {
        this.image = image.name();
    }

    public SELF withExposedPorts(Integer... ports) {
        exposed = ports[0];
        return (SELF) this;
    }

    public SELF waitingFor(Wait strategy) {
        this.strategy = strategy;
        return (SELF) this;
    }

    public SELF withEnv(String name, String value) {
        environment.put(name, value);
        return (SELF) this;
    }

    public Map<String, String> getEnvMap() {
        return environment;
    }

    public SELF withCopyFileToContainer(MountableFile file, String path) {
        files.put(file.path(), path);
        return (SELF) this;
    }

    public String getHost() {
        return SERVER.getHost();
    }

    public Integer getMappedPort(int port) {
        return SERVER.getPort();
    }
}
