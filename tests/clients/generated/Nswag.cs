using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Threading.Tasks;
using Aptic;
using Newtonsoft.Json;
using Payex;
using Riverty;

public static class Conversation
{
    private static string root;

    public static void Main(string[] arguments)
    {
        root = arguments[0];
        Converse().GetAwaiter().GetResult();
    }

    private static async Task Converse()
    {
        await CollectADebt();
        await ReadALedger();
        await OpenAnAccount();
        Console.WriteLine("ok");
    }

    private static async Task CollectADebt()
    {
        var http = new HttpClient();
        var debtors = new DebtorsClient(http) { BaseUrl = root + "/APIGW" };
        var cases = new CasesClient(http) { BaseUrl = root + "/APIGW" };
        var payments = new PaymentsClient(http) { BaseUrl = root + "/APIGW" };
        var plans = new Payment_plansClient(http) { BaseUrl = root + "/APIGW" };

        await Freeze("2026-01-10T09:00:00Z");
        await LogIn(http);
        var page = await debtors.Aptic_debtors_listAsync("startswith(fullName,'Ulla') and city eq 'Stockholm'", top: 5);
        Expect("Ulla Unpaid", page.Value.Single().FullName);

        var newCase = new CaseCreate
        {
            CurrencyCode = "SEK",
            Debtors = new[]
            {
                new CaseDebtorInput
                {
                    IdNumber = "556000-0167", JuridicalType = JuridicalType.LegalPerson, Companyname = "Åkeri Söder AB",
                },
            },
            Debts = new[]
            {
                new DebtCreate { ReferenceNumber = "F-1", OriginalPrincipal = 12000, RemainingPrincipal = 12000 },
                new DebtCreate { ReferenceNumber = "F-2", OriginalPrincipal = 1000, RemainingPrincipal = 750.5m },
            },
        };
        var caseGuid = (await cases.Aptic_cases_createAsync(new[] { newCase })).CaseGuids.Single();
        var created = await cases.Aptic_cases_getAsync(caseGuid);
        Expect(249.5m, created.PaidSum);
        Expect(12750.5m, created.RemainingSum);
        var debtor = (await cases.Aptic_cases_debtors_listAsync(caseGuid)).Single();
        Expect("Åkeri Söder AB", debtor.FullName);

        await debtors.Aptic_debtors_updateAsync(debtor.DebtorGuid, new DebtorUpdate { Email = "new@soder.example" });
        var changed = await debtors.Aptic_debtors_getAsync(debtor.DebtorGuid);
        Expect("new@soder.example", changed.Email);
        Expect(1, changed.JuridicalType);

        var day = DateTimeOffset.Parse("2026-01-10T00:00:00Z");
        var payment = new PaymentCreate { PaymentAmount = 750.5m, CurrencyCode = "SEK", PaymentDate = day };
        Expect(750.5m, (await payments.Aptic_cases_payments_createAsync(caseGuid, payment)).PaymentAmount);

        var newPlan = new PaymentPlanCreate
        {
            PaymentPlanType = 3, NumberOfPayments = 12, ReminderFee = 60, Active = 1, Cases = new[] { caseGuid },
        };
        var plan = await plans.Aptic_debtors_paymentplans_createAsync(debtor.DebtorGuid, newPlan);
        Expect(12000m, plan.TotalAmount);
        Expect(12, plan.Payments.Count);
        Expect(DateTimeOffset.Parse("2026-02-28T00:00:00Z"), plan.Payments.First().DueDate);
        Expect(11000m, plan.Payments.First().Unpaid);

        await Freeze("2027-01-10T09:00:00Z");
        await LogIn(http);
        var ended = await plans.Aptic_debtors_paymentplans_getAsync(debtor.DebtorGuid, plan.PaymentPlanGuid);
        Expect(0, ended.Active);
        Expect(120m, ended.TotalFee);
        Expect(12120m, (await cases.Aptic_cases_getAsync(caseGuid)).RemainingSum);
    }

    private static async Task ReadALedger()
    {
        var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "payex-46001-token");
        var customers = new Payex.CustomersClient(http) { BaseUrl = root + "/ledger" };
        var addresses = new AddressesClient(http) { BaseUrl = root + "/ledger" };
        var consents = new ConsentsClient(http) { BaseUrl = root + "/ledger" };
        var overpaid = new SurplusesClient(http) { BaseUrl = root + "/ledger" };

        var petra = await customers.Payex_customers_getAsync("46001", "1000002");
        Expect("Petra Paymentplan", petra.Name);
        Expect("Göteborg", (await addresses.Payex_legaladdress_getAsync("46001", "1000002")).City);
        var billing = await addresses.Payex_billingaddress_getAsync("46001", "1000002");
        Expect("Avbetalningsvägen 12", billing.StreetAddress);
        var surpluses = (await overpaid.Payex_surpluses_listAsync("46001", "1000019")).Items.ToList();
        Expect(10m, surpluses[0].Balance);
        Expect(20m, surpluses[1].Balance);
        var card = "/ledger/customer/v1/46001/customers/1000004/consent/recurring-card";
        Expect(new Uri(root).AbsolutePath + card, (await consents.Payex_consent_getAsync("46001", "1000004")).RecurringCard);
        Expect("01/2030", (await consents.Payex_recurringcard_getAsync("46001", "1000004")).CardExpiryDate);

        var sid = surpluses[0].SurplusId;
        var order = new DisbursementOrderCreate
        {
            SwedishBankAccount = new SwedishBankAccountInput
            {
                ClearingNo = "8327", AccountNo = "9048175", AccountType = AccountType.BKSE,
            },
        };
        var ordered = await overpaid.Payex_disbursements_createAsync("46001", "1000019", sid, order);
        Expect("8327-9048175", ordered.SwedishBankAccount.AccountNo);
        Expect(1, (await overpaid.Payex_disbursements_listAsync("46001", "1000019", sid)).Items.Count);
        var pending = await overpaid.Payex_surpluses_getAsync("46001", "1000019", sid);
        Expect(SurplusStatus.PendingDisbursement, pending.Status);
        await Freeze("2027-02-10T09:00:00Z");
        var left = (await overpaid.Payex_surpluses_listAsync("46001", "1000019")).Items;
        Expect(20m, left.Single().Balance);
    }

    private static async Task OpenAnAccount()
    {
        var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Auth-Key", "ledgersim-key");
        var accounts = new Customer_accountsClient(http) { BaseUrl = root + "/api/v3" };
        var decision = await accounts.Riverty_customeraccount_applyAsync(new AccountApplication
        {
            AccountLimit = 5000,
            Customer = new CustomerInput
            {
                FirstName = "Åsa", LastName = "Ek", Category = CustomerCategory.Person, Currency = CustomerCurrency.SEK,
            },
            CountryCode = CountryCode.SE,
            ConversationLanguage = ConversationLanguage.SV,
        });
        Expect(AccountApplicationResultOutcome.Accepted, decision.Outcome);
        Expect(Riverty.AccountStatus.Ok, decision.Account.AccountStatus);
        var limit = await accounts.Riverty_customeraccount_creditlimitAsync(decision.Account.AccountNumber);
        Expect(5000m, limit.RemainingCreditLimit);
        Expect(true, limit.IsOpenForNewTransactions);
    }

    private static async Task LogIn(HttpClient http)
    {
        http.DefaultRequestHeaders.Authorization = null;
        var token = await new AuthenticationClient(http) { BaseUrl = root + "/APIGW" }.Aptic_auth_tokenAsync(new Body
        {
            Grant_type = "client_credentials", Client_id = "ledgersim", Client_secret = "ledgersim-secret",
        });
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Access_token);
    }

    private static async Task Freeze(string now)
    {
        var body = new StringContent("{\"mode\": \"frozen\", \"now\": \"" + now + "\"}", Encoding.UTF8, "application/json");
        (await new HttpClient().PutAsync(root + "/_sim/clock", body)).EnsureSuccessStatusCode();
    }

    private static void Expect<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new Exception($"expected {expected}, got {actual}");
        }
    }
}

namespace Aptic
{
    // A member that is not set is left out: null would remove the value of a debtor.
    public partial class DebtorsClient
    {
        static partial void UpdateJsonSerializerSettings(JsonSerializerSettings settings)
        {
            settings.NullValueHandling = NullValueHandling.Ignore;
        }
    }
}

namespace Payex
{
    // Exactly one payee is sent.
    public partial class SurplusesClient
    {
        static partial void UpdateJsonSerializerSettings(JsonSerializerSettings settings)
        {
            settings.NullValueHandling = NullValueHandling.Ignore;
        }
    }
}
