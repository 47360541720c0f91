// A conversation with ledgersim through java.net.http: java Conversation.java http://127.0.0.1:8080/s/java

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

public class Conversation {
    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;
    private String token;

    public static void main(String[] arguments) throws Exception {
        var conversation = new Conversation(arguments[0]);
        conversation.send("POST", "/_sim/reset", null);
        conversation.collectADebt();
        conversation.readALedger();
        conversation.openAnAccount();
        System.out.println("ok");
    }

    Conversation(String base) {
        this.base = base;
    }

    /** Aptic: a case, a payment and a payment plan, which ends when nobody pays. */
    void collectADebt() throws Exception {
        send("PUT", "/_sim/clock", """
            {"mode": "frozen", "now": "2026-01-10T09:00:00Z"}""");
        logIn();

        var filter = URLEncoder.encode("startswith(fullName,'Ulla') and city eq 'Stockholm'", UTF_8);
        var debtors = send("GET", "/APIGW/v1/Debtors?$filter=" + filter + "&$top=5", null);
        expect(debtors, "total", "1");
        expect(debtors, "fullName", "Ulla Unpaid");

        // A case with its debtor and two debts.
        var created = send("PUT", "/APIGW/v1/Cases", """
            [{"currencyCode": "SEK",
              "debtors": [{"idNumber": "556000-0167", "juridicalType": 1, "companyname": "Åkeri Söder AB"}],
              "debts": [{"referenceNumber": "F-1", "originalPrincipal": 12000, "remainingPrincipal": 12000},
                        {"referenceNumber": "F-2", "originalPrincipal": 1000, "remainingPrincipal": 750.5}]}]""");
        var caseGuid = created.replaceFirst(".*\"caseGuids\":\\[\"([^\"]+).*", "$1");
        var casePath = "/APIGW/v1/Cases/" + caseGuid;
        var opened = send("GET", casePath, null);
        expect(opened, "originalSum", "13000.0");
        expect(opened, "paidSum", "249.5");
        expect(opened, "remainingSum", "12750.5");
        var debtor = send("GET", casePath + "/Debtors", null);
        expect(debtor, "fullName", "Åkeri Söder AB");

        // A change of the e-mail address changes nothing else: a company stays a company.
        var debtorPath = "/APIGW/v1/Debtors/" + members(debtor, "debtorGuid").get(0);
        send("PATCH", debtorPath, """
            {"email": "new@soder.example"}""");
        var changed = send("GET", debtorPath, null);
        expect(changed, "email", "new@soder.example");
        expect(changed, "juridicalType", "1");

        var payment = send("PUT", casePath + "/Payments", """
            {"paymentAmount": 750.5, "currencyCode": "SEK", "paymentDate": "2026-01-10"}""");
        expect(payment, "paymentAmount", "750.5");
        expect(send("GET", casePath, null), "remainingSum", "12000.0");

        // Twelve payments for the remainder (type 3 is linear), from now on (active 1).
        var plan = send("PUT", debtorPath + "/Paymentplans", """
            {"paymentPlanType": 3, "numberOfPayments": 12, "reminderFee": 60, "active": 1, "cases": ["%s"]}"""
            .formatted(caseGuid));
        expect(plan, "active", "1");
        expect(plan, "totalAmount", "12000.0");
        expect(plan, "dueDate", "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z");
        expect(plan, "unpaid", "11000.0", "10000.0");

        // A year later the token has expired, and two reminders have ended the plan.
        send("PUT", "/_sim/clock", """
            {"mode": "frozen", "now": "2027-01-10T09:00:00Z"}""");
        logIn();
        var ended = send("GET", debtorPath + "/Paymentplans/" + members(plan, "paymentPlanGuid").get(0), null);
        expect(ended, "active", "0");
        expect(ended, "totalFee", "120.0");
        expect(send("GET", casePath, null), "remainingSum", "12120.0");
    }

    /** PayEx: a customer, her addresses, the consent of another customer, and a surplus that is paid out. */
    void readALedger() throws Exception {
        token = "payex-46001-token";
        var customers = "/ledger/customer/v1/46001/customers";
        var customer = send("GET", customers + "/1000002", null);
        expect(customer, "name", "Petra Paymentplan");
        expect(customer, "legalEntity", "consumer");
        expect(send("GET", customers + "/1000002/legal-address", null), "city", "Göteborg");
        var billing = send("GET", customers + "/1000002/billing-address", null);
        expect(billing, "streetAddress", "Avbetalningsvägen 12");
        var surpluses = send("GET", customers + "/1000019/surpluses", null);
        expect(surpluses, "balance", "10.0", "20.0");
        expect(surpluses, "status", "open", "open");

        // Links in answers are relative to the host.
        var consent = send("GET", customers + "/1000004/consent", null);
        var link = URI.create(base).resolve(members(consent, "recurringCard").get(0));
        var card = send(HttpRequest.newBuilder(link).header("Authorization", "Bearer " + token));
        expect(card, "instrumentDisplayName", "551000******1232");

        // The first surplus is paid out some days after the order.
        var surplus = customers + "/1000019/surpluses/" + members(surpluses, "surplusId").get(0);
        send("POST", surplus + "/active-disbursement-orders", """
            {"swedishBankAccount": {"clearingNo": "8327", "accountNo": "9048175", "accountType": "BKSE"}}""");
        expect(send("GET", surplus + "/active-disbursement-orders", null), "accountNo", "8327-9048175");
        expect(send("GET", surplus, null), "status", "pending-disbursement");
        send("PUT", "/_sim/clock", "{\"mode\": \"frozen\", \"now\": \"2027-02-10T09:00:00Z\"}");
        expect(send("GET", customers + "/1000019/surpluses", null), "balance", "20.0");
    }

    /** Riverty: an application for an account, and what is left of its limit. */
    void openAnAccount() throws Exception {
        var decision = send("POST", "/api/v3/customer-account", """
            {"accountLimit": 5000,
             "customer": {"firstName": "Åsa", "lastName": "Ek", "category": "Person", "currency": "SEK"},
             "countryCode": "SE",
             "conversationLanguage": "SV"}""");
        expect(decision, "outcome", "Accepted");
        expect(decision, "accountStatus", "Ok");
        var accountNumber = members(decision, "accountNumber").get(0);
        var limit = send("GET", "/api/v3/customer-account/" + accountNumber + "/credit-limit", null);
        expect(limit, "remainingCreditLimit", "5000.0");
        expect(limit, "isOpenForNewTransactions", "true");
    }

    /** Gets a token, which is valid for an hour of the simulated clock. */
    void logIn() throws IOException, InterruptedException {
        var form = "grant_type=client_credentials&client_id=ledgersim&client_secret=ledgersim-secret";
        var answer = send(HttpRequest.newBuilder(URI.create(base + "/APIGW/login/oauth/access_token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form)));
        token = members(answer, "access_token").get(0);
    }

    /** Sends JSON and returns JSON. */
    String send(String method, String path, String json) throws IOException, InterruptedException {
        var body = json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json);
        var request = HttpRequest.newBuilder(URI.create(base + path)).method(method, body);
        if (json != null) {
            request.header("Content-Type", "application/json");
        }
        if (path.startsWith("/api/v3/")) {
            request.header("X-Auth-Key", "ledgersim-key");
        } else if (!path.startsWith("/_sim/")) {
            request.header("Authorization", "Bearer " + token);
        }
        return send(request);
    }

    /** Throws when the API answers with a problem. */
    String send(HttpRequest.Builder builder) throws IOException, InterruptedException {
        var request = builder.build();
        var response = http.send(request, BodyHandlers.ofString(UTF_8));
        if (response.statusCode() >= 400) {
            throw new IOException("%s: %d %s".formatted(request, response.statusCode(), response.body()));
        }
        return response.body();
    }

    /** All values of the members with this name. The JDK has no JSON parser: a real program uses a library. */
    static List<String> members(String json, String name) {
        return Pattern.compile("\"" + name + "\":\"?([^\",}\\]]+)").matcher(json).results()
            .map(match -> match.group(1)).toList();
    }

    /** Throws unless the first members with this name have these values. */
    static void expect(String json, String name, String... values) {
        var found = members(json, name);
        if (found.size() < values.length || !found.subList(0, values.length).equals(List.of(values))) {
            throw new AssertionError("%s: expected %s, got %s".formatted(name, List.of(values), found));
        }
    }
}
