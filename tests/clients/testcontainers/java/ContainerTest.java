import io.ledgersim.Ledgersim;
import io.ledgersim.LedgersimContainer;
import java.time.LocalDate;
import java.util.Map;
import org.testcontainers.containers.wait.strategy.Wait;

public class ContainerTest {
    public static void main(String[] arguments) throws Exception {
        var container = new LedgersimContainer().withFixtures("mine.yaml").withClock(LocalDate.of(2026, 3, 1))
            .withSetting("max-spaces", "5").withSetting("admin-token", "secret");
        same(LedgersimContainer.IMAGE, container.image);
        same(8080, container.exposed);
        same(new Wait("/_sim/health/ready", 8080), container.strategy);
        same(Map.of("mine.yaml", "/fixtures.yaml"), container.files);
        same(Map.of("LEDGERSIM_FIXTURES", "/fixtures.yaml", "LEDGERSIM_AS_OF", "2026-03-01", "LEDGERSIM_MAX_SPACES", "5",
            "LEDGERSIM_ADMIN_TOKEN", "secret"), container.environment);
        same(System.getenv("SIMULATOR_URL") + "/APIGW", container.aptic());
        try (Ledgersim.Space space = container.space("java-container"); Ledgersim.Space other = container.space()) {
            same(container.aptic("java-container"), space.aptic());
            same(false, space.name.equals(other.name));
            other.reset();
        }
    }

    private static void same(Object expected, Object found) {
        if (!expected.equals(found)) throw new AssertionError(expected + " expected, found " + found);
    }
}
