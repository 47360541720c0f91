// A conversation with ledgersim through HttpClient (.NET 10): dotnet run conversation.cs -- http://127.0.0.1:8080/s/csharp

using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

var host = new Uri(args[0] + "/"); // with a slash at the end, so that relative addresses are resolved below it
using var sim = new HttpClient { BaseAddress = new Uri(host, "_sim/") };
using var aptic = new HttpClient { BaseAddress = new Uri(host, "APIGW/") };
using var payex = new HttpClient { BaseAddress = new Uri(host, "ledger/customer/v1/46001/customers/") };
using var riverty = new HttpClient { BaseAddress = new Uri(host, "api/v3/") };
payex.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "payex-46001-token");
riverty.DefaultRequestHeaders.Add("X-Auth-Key", "ledgersim-key");

await Send(sim, HttpMethod.Post, "reset");
await Send(sim, HttpMethod.Put, "clock", """{"mode": "frozen", "now": "2026-01-10T09:00:00Z"}""");
await LogIn();

// Aptic: a filtered list.
var filter = Uri.EscapeDataString("startswith(fullName,'Ulla') and city eq 'Stockholm'");
var debtors = await Get(aptic, $"v1/Debtors?$filter={filter}&$top=5");
Expect(debtors, "total", 1);
Expect(debtors["value"]![0]!, "fullName", "Ulla Unpaid");

// A case with its debtor and two debts.
var created = await Send(aptic, HttpMethod.Put, "v1/Cases", """
    [{"currencyCode": "SEK",
      "debtors": [{"idNumber": "556000-0167", "juridicalType": 1, "companyname": "Åkeri Söder AB"}],
      "debts": [{"referenceNumber": "F-1", "originalPrincipal": 12000, "remainingPrincipal": 12000},
                {"referenceNumber": "F-2", "originalPrincipal": 1000, "remainingPrincipal": 750.5}]}]
    """);
var caseGuid = created!["caseGuids"]![0]!.GetValue<string>();
var casePath = $"v1/Cases/{caseGuid}";
var opened = await Get(aptic, casePath);
Expect(opened, "originalSum", 13000);
Expect(opened, "paidSum", 249.5m);
Expect(opened, "remainingSum", 12750.5m);
var ofCase = (await Get(aptic, $"{casePath}/Debtors"))[0]!;
Expect(ofCase, "fullName", "Åkeri Söder AB");

// A change of the e-mail address changes nothing else: a company stays a company.
var debtorPath = $"v1/Debtors/{ofCase["debtorGuid"]!.GetValue<string>()}";
await Send(aptic, HttpMethod.Patch, debtorPath, """{"email": "new@soder.example"}""");
var changed = await Get(aptic, debtorPath);
Expect(changed, "email", "new@soder.example");
Expect(changed, "juridicalType", 1);

// A payment.
await Send(aptic, HttpMethod.Put, $"{casePath}/Payments",
    """{"paymentAmount": 750.5, "currencyCode": "SEK", "paymentDate": "2026-01-10"}""");
Expect(await Get(aptic, casePath), "remainingSum", 12000);

// A plan of twelve payments for the remainder (type 3 is linear), from now on (active 1).
var plan = await Send(aptic, HttpMethod.Put, $"{debtorPath}/Paymentplans",
    $$"""{"paymentPlanType": 3, "numberOfPayments": 12, "reminderFee": 60, "active": 1, "cases": ["{{caseGuid}}"]}""");
Expect(plan!, "active", 1);
Expect(plan!, "totalAmount", 12000);
Expect(plan!["payments"]![0]!, "dueDate", "2026-02-28T00:00:00Z");
Expect(plan!["payments"]![0]!, "unpaid", 11000);

// A year later the token has expired, and two reminders have ended the plan.
await Send(sim, HttpMethod.Put, "clock", """{"mode": "frozen", "now": "2027-01-10T09:00:00Z"}""");
await LogIn();
var ended = await Get(aptic, $"{debtorPath}/Paymentplans/{plan!["paymentPlanGuid"]!.GetValue<string>()}");
Expect(ended, "active", 0);
Expect(ended, "totalFee", 120);
Expect(await Get(aptic, casePath), "remainingSum", 12120);

// PayEx: a customer, her addresses and surpluses.
var customer = await Get(payex, "1000002");
Expect(customer, "name", "Petra Paymentplan");
Expect(customer, "legalEntity", "consumer");
Expect(await Get(payex, "1000002/legal-address"), "city", "Göteborg");
Expect(await Get(payex, "1000002/billing-address"), "streetAddress", "Avbetalningsvägen 12");
var surpluses = (await Get(payex, "1000019/surpluses"))["items"]!;
Expect(surpluses[0]!, "balance", 10);
Expect(surpluses[1]!, "balance", 20);

// The consent of another customer. Links in answers are relative to the host.
var consent = await Get(payex, "1000004/consent");
var link = new Uri(host, consent["recurringCard"]!.GetValue<string>());
Expect(await Get(payex, link.AbsoluteUri), "instrumentDisplayName", "551000******1232");

// The first surplus is paid out some days after the order.
var surplus = $"1000019/surpluses/{surpluses[0]!["surplusId"]!.GetValue<string>()}";
await Send(payex, HttpMethod.Post, $"{surplus}/active-disbursement-orders", """
    {"swedishBankAccount": {"clearingNo": "8327", "accountNo": "9048175", "accountType": "BKSE"}}
    """);
var orders = (await Get(payex, $"{surplus}/active-disbursement-orders"))["items"]!;
Expect(orders[0]!["swedishBankAccount"]!, "accountNo", "8327-9048175");
Expect(await Get(payex, surplus), "status", "pending-disbursement");
await Send(sim, HttpMethod.Put, "clock", """{"mode": "frozen", "now": "2027-02-10T09:00:00Z"}""");
Expect((await Get(payex, "1000019/surpluses"))["items"]![0]!, "balance", 20);

// Riverty: an application for an account, and what is left of its limit.
var decision = await Send(riverty, HttpMethod.Post, "customer-account", """
    {"accountLimit": 5000,
     "customer": {"firstName": "Åsa", "lastName": "Ek", "category": "Person", "currency": "SEK"},
     "countryCode": "SE",
     "conversationLanguage": "SV"}
    """);
Expect(decision!, "outcome", "Accepted");
var account = decision!["account"]!;
Expect(account, "accountStatus", "Ok");
var limit = await Get(riverty, $"customer-account/{account["accountNumber"]!.GetValue<string>()}/credit-limit");
Expect(limit, "remainingCreditLimit", 5000);
Expect(limit, "isOpenForNewTransactions", true);

Console.WriteLine("ok");

// Gets a token, which is valid for an hour of the simulated clock.
async Task LogIn()
{
    using var form = new FormUrlEncodedContent(new Dictionary<string, string>
    {
        ["grant_type"] = "client_credentials",
        ["client_id"] = "ledgersim",
        ["client_secret"] = "ledgersim-secret",
    });
    using var response = await aptic.PostAsync("login/oauth/access_token", form);
    var token = JsonNode.Parse(await Text(response))!["access_token"]!.GetValue<string>();
    aptic.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
}

async Task<JsonNode> Get(HttpClient client, string path) => (await Send(client, HttpMethod.Get, path))!;

// Sends JSON and returns JSON, or null where the answer has no body.
async Task<JsonNode?> Send(HttpClient client, HttpMethod method, string path, string? json = null)
{
    using var request = new HttpRequestMessage(method, path);
    if (json is not null)
    {
        request.Content = new StringContent(json, Encoding.UTF8, "application/json");
    }
    using var response = await client.SendAsync(request);
    var text = await Text(response);
    return text == "" ? null : JsonNode.Parse(text);
}

// Throws when the API answers with a problem.
async Task<string> Text(HttpResponseMessage response)
{
    var text = await response.Content.ReadAsStringAsync();
    return response.IsSuccessStatusCode
        ? text
        : throw new HttpRequestException($"{response.RequestMessage}: {(int)response.StatusCode} {text}");
}

// Throws if the member has another value. Amounts are decimals.
void Expect(JsonNode body, string name, object expected)
{
    var actual = body[name] ?? throw new InvalidOperationException($"{name} is missing in {body.ToJsonString()}");
    var same = expected switch
    {
        string text => actual.GetValue<string>() == text,
        bool flag => actual.GetValue<bool>() == flag,
        _ => actual.GetValue<decimal>() == Convert.ToDecimal(expected, CultureInfo.InvariantCulture),
    };
    if (!same)
    {
        throw new InvalidOperationException($"{name}: expected {expected}, got {actual.ToJsonString()}");
    }
}
