package io.ledgersim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.temporal.TemporalAmount;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client of the admin API of ledgersim: spaces, clock, faults, recorded requests.
 *
 * <p>Needs Java 17 or later and nothing else. Bodies and answers are JSON as text: read them with the library that your
 * tests have. Calls throw {@link AdminApiException} if the server rejects them.
 */
public final class Ledgersim {
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final String url;
    private final String token;

    /** A server that is running at an address such as {@code http://127.0.0.1:8080}, without an admin token. */
    public Ledgersim(String url) {
        this(url, null);
    }

    /** A server that runs with {@code --admin-token}. */
    public Ledgersim(String url, String token) {
        this.url = url.replaceAll("/$", "");
        this.token = token;
    }

    /** The admin API rejected a call. The message is its reason. */
    public static final class AdminApiException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public final int status;

        AdminApiException(int status, String body) {
            super(status + ": " + text(body, "detail", body));
            this.status = status;
        }
    }

    /** Wait until the server is ready. */
    public void awaitReady(Duration limit) throws InterruptedException {
        Instant end = Instant.now().plus(limit);
        while (true) {
            try {
                call(url, "GET", "/health/ready", null);
                return;
            } catch (UncheckedIOException | AdminApiException error) {
                if (Instant.now().isAfter(end)) {
                    throw error;
                }
                Thread.sleep(100);
            }
        }
    }

    /** Create a space with a generated name: an isolated copy of the seeded world. Close it to delete it. */
    public Space space() {
        return new Space(text(call(url, "POST", "/spaces", "{}"), "name", ""));
    }

    /** Create a space: an isolated copy of the seeded world. Close it to delete it. */
    public Space space(String name) {
        call(url, "POST", "/spaces", "{\"name\": " + quote(name) + "}");
        return new Space(name);
    }

    /** What tests have met in all spaces, as JSON. */
    public String coverage() {
        return call(url, "GET", "/coverage", null);
    }

    /** An isolated copy of the world. */
    public final class Space implements AutoCloseable {
        public final String name;
        /** The base address of the space, without a slash at its end. */
        public final String url;

        Space(String name) {
            this.name = name;
            this.url = Ledgersim.this.url + "/s/" + name;
        }

        /** The base address of Aptic in this space. */
        public String aptic() {
            return url + "/APIGW";
        }

        /** The base address of PayEx in this space. */
        public String payex() {
            return url + "/ledger";
        }

        /** The base address of Riverty in this space. */
        public String riverty() {
            return url + "/api/v3";
        }

        /** Any call to the admin API: {@code admin("GET", "/personas", null)}. Returns JSON. */
        public String admin(String method, String path, String json) {
            return call(url, method, path, json);
        }

        @Override
        public void close() {
            call(Ledgersim.this.url, "DELETE", "/spaces/" + name, null);
        }

        /** Reset everything to the start of the space. */
        public void reset() {
            admin("POST", "/reset", null);
        }

        /** Save the state under a name. */
        public void snapshot(String snapshot) {
            admin("POST", "/snapshots", "{\"name\": " + quote(snapshot) + "}");
        }

        /** Restore a saved state. */
        public void restore(String snapshot) {
            admin("POST", "/snapshots/" + encode(snapshot) + "/restore", null);
        }

        /** Load your own customers, debtors, cases and so on, from YAML or JSON. */
        public void fixtures(String yaml) {
            admin("POST", "/fixtures", yaml);
        }

        /** The time of the space's clock. */
        public Instant now() {
            return Instant.parse(text(admin("GET", "/clock", null), "now", ""));
        }

        /** Freeze the clock. It only moves forward. */
        public void freeze(Instant at) {
            admin("PUT", "/clock", "{\"mode\": \"frozen\", \"now\": " + quote(at.toString()) + "}");
        }

        /** Move the clock forward by a {@link Period} or {@link Duration}. Returns the events on the way, as JSON. */
        public String advance(TemporalAmount by) {
            return admin("POST", "/clock/advance", "{\"by\": " + quote(by.toString()) + "}");
        }

        /** Add a fault: {@code {"kind": "status", "status": 429, "match": {"operation": "aptic.debtors.list"}}}. */
        public void fault(String json) {
            admin("POST", "/faults", json);
        }

        /** Remove all faults. */
        public void clearFaults() {
            admin("DELETE", "/faults", null);
        }

        /** The recorded requests, as JSON; a query such as {@code status=429} filters them. */
        public String requests(String query) {
            return admin("GET", "/requests?" + query, null);
        }

        /** Throw an AssertionError unless an operation was called this many times. */
        public void verify(String operation, int times) {
            String result = admin("POST", "/requests/verify",
                    "{\"match\": {\"operation\": " + quote(operation) + "}, \"count\": {\"exactly\": " + times + "}}");
            if (!result.contains("\"ok\":true")) {
                throw new AssertionError(text(result, "reason", result));
            }
        }
    }

    private String call(String base, String method, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + "/_sim" + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Content-Type", "application/json");
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            var response = HTTP.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() >= 400) {
                throw new AdminApiException(response.statusCode(), response.body());
            }
            return response.body();
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(error);
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** A member of a flat JSON object that is text. */
    private static String text(String json, String member, String otherwise) {
        Matcher found = Pattern.compile('"' + member + "\":\\s*\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(json);
        return found.find() ? found.group(1).replace("\\\"", "\"") : otherwise;
    }
}
