// Run by tests/clients/test_admin_clients.py: java -cp CLASSES Test URL
import io.ledgersim.Ledgersim;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;

public class Test {
    public static void main(String[] arguments) throws Exception {
        Ledgersim server = new Ledgersim(arguments[0]);
        server.awaitReady(Duration.ofSeconds(30));
        try (Ledgersim.Space space = server.space("java")) {
            space.freeze(Instant.parse("2026-03-01T00:00:00Z"));
            check(space.advance(Period.ofMonths(1)).contains("\"events\":[{"), "events");
            check(space.now().equals(Instant.parse("2026-04-01T00:00:00Z")), "now");

            space.fault("{\"kind\": \"status\", \"status\": 429, \"times\": 1, \"match\": {\"operation\": \"aptic.debtors.list\"}}");
            check(list(space) == 429, "the fault hits");
            check(list(space) == 200, "the fault hits once");
            space.clearFaults();

            space.verify("aptic.debtors.list", 2);
            try {
                space.verify("aptic.cases.create", 1);
                throw new IllegalStateException("verify must fail");
            } catch (AssertionError expected) {
                check(!expected.getMessage().isEmpty(), "a reason");
            }
            check(space.requests("status=429").contains("aptic.debtors.list"), "requests");
            space.fixtures("aptic: {clients: [{referenceCode: MINE, fullName: Mitt Bolag AB}]}");
            check(space.admin("GET", "/personas", null).contains("Ulla Unpaid"), "personas");
            space.snapshot("one");
            space.restore("one");
            space.reset();
            check(space.requests("").contains("\"requests\":[]"), "reset");
            check(server.coverage().contains("operations"), "coverage");
        }
        try {
            server.space("no/name");
            throw new IllegalStateException("a bad name must be rejected");
        } catch (Ledgersim.AdminApiException expected) {
            check(expected.status == 400, "status");
        }
    }

    static int list(Ledgersim.Space space) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(space.aptic() + "/v1/Debtors?$top=1".replace("$", "%24")))
                .header("Authorization", "Bearer any").build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode();
    }

    static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }
}
