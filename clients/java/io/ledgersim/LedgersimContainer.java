package io.ledgersim;

import java.time.LocalDate;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** The simulator in a container of Testcontainers. */
public class LedgersimContainer extends GenericContainer<LedgersimContainer> {
    /** The image of the same version as this class. */
    public static final String IMAGE = "ghcr.io/ledgersim/ledgersim:0.1.0";

    private static final int PORT = 8080;
    private static final String FIXTURES = "/fixtures.yaml";

    public LedgersimContainer() {
        this(IMAGE);
    }

    public LedgersimContainer(String image) {
        super(DockerImageName.parse(image));
        withExposedPorts(PORT);
        waitingFor(Wait.forHttp("/_sim/health/ready").forPort(PORT));
    }

    /** A setting of {@code ledgersim serve}, such as {@code withSetting("auth", "strict")}. */
    public LedgersimContainer withSetting(String name, String value) {
        return withEnv("LEDGERSIM_" + name.toUpperCase().replace('-', '_'), value);
    }

    /** A file with your own data, which every space has. */
    public LedgersimContainer withFixtures(String file) {
        return withCopyFileToContainer(MountableFile.forHostPath(file), FIXTURES).withSetting("fixtures", FIXTURES);
    }

    /** The date at which the clocks of all spaces start. */
    public LedgersimContainer withClock(LocalDate date) {
        return withSetting("as-of", date.toString());
    }

    /** The address of the default space. */
    public String url() {
        return "http://" + getHost() + ":" + getMappedPort(PORT);
    }

    /** The base address of Aptic in the default space. */
    public String aptic() {
        return url() + "/APIGW";
    }

    /** The base address of Aptic in a space. */
    public String aptic(String space) {
        return url() + "/s/" + space + "/APIGW";
    }

    /** The client of its admin API. */
    public Ledgersim server() {
        return new Ledgersim(url(), getEnvMap().get("LEDGERSIM_ADMIN_TOKEN"));
    }

    /** A world of its own, for one test, with a generated name. Close it to delete it. */
    public Ledgersim.Space space() {
        return server().space();
    }

    /** A world of its own, for one test. Close it to delete it. */
    public Ledgersim.Space space(String name) {
        return server().space(name);
    }
}
