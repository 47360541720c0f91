using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using Aptic.Api;
using Aptic.Model;
using Payex.Api;
using Payex.Model;
using Riverty.Api;
using Riverty.Model;

public static class Conversation
{
    private static string root;

    public static void Main(string[] arguments)
    {
        root = arguments[0];
        CollectADebt();
        ReadALedger();
        OpenAnAccount();
        Console.WriteLine("ok");
    }

    private static void CollectADebt()
    {
        var http = new HttpClient();
        var aptic = new Aptic.Client.Configuration { BasePath = root + "/APIGW" };
        var debtors = new DebtorsApi(http, aptic);
        var cases = new CasesApi(http, aptic);
        var payments = new PaymentsApi(http, aptic);
        var plans = new PaymentPlansApi(http, aptic);

        Freeze("2026-01-10T09:00:00Z");
        LogIn(http, aptic);
        var page = debtors.ApticDebtorsList("startswith(fullName,'Ulla') and city eq 'Stockholm'", top: 5);
        Expect("Ulla Unpaid", page.Value.Single().FullName);

        var company = new CaseDebtorInput(
            idNumber: "556000-0167", juridicalType: JuridicalType.LegalPerson, companyname: "Åkeri Söder AB");
        var debts = new List<DebtCreate>
        {
            new DebtCreate(referenceNumber: "F-1", originalPrincipal: 12000, remainingPrincipal: 12000),
            new DebtCreate(referenceNumber: "F-2", originalPrincipal: 1000, remainingPrincipal: 750.5m),
        };
        var newCase = new CaseCreate(
            currencyCode: "SEK", debtors: new List<CaseDebtorInput> { company }, debts: debts);
        var caseGuid = cases.ApticCasesCreate(new List<CaseCreate> { newCase }).CaseGuids.Single();
        var created = cases.ApticCasesGet(caseGuid);
        Expect(249.5m, created.PaidSum);
        Expect(12750.5m, created.RemainingSum);
        var debtor = cases.ApticCasesDebtorsList(caseGuid).Single();
        Expect("Åkeri Söder AB", debtor.FullName);

        debtors.ApticDebtorsUpdate(debtor.DebtorGuid, new DebtorUpdate(email: "new@soder.example"));
        Expect("new@soder.example", debtors.ApticDebtorsGet(debtor.DebtorGuid).Email);

        var payment = new PaymentCreate(
            paymentAmount: 750.5m, currencyCode: "SEK", paymentDate: new DateTime(2026, 1, 10, 0, 0, 0, DateTimeKind.Utc));
        Expect(750.5m, payments.ApticCasesPaymentsCreate(caseGuid, payment).PaymentAmount);

        var newPlan = new PaymentPlanCreate(
            paymentPlanType: 3, numberOfPayments: 12, reminderFee: 60, active: 1, cases: new List<string> { caseGuid });
        var plan = plans.ApticDebtorsPaymentplansCreate(debtor.DebtorGuid, newPlan);
        Expect(12000m, plan.TotalAmount);
        Expect(12, plan.Payments.Count);
        Expect(new DateTime(2026, 2, 28), plan.Payments[0].DueDate.ToUniversalTime());
        Expect(11000m, plan.Payments[0].Unpaid);

        Freeze("2027-01-10T09:00:00Z");
        LogIn(http, aptic);
        var ended = plans.ApticDebtorsPaymentplansGet(debtor.DebtorGuid, plan.PaymentPlanGuid);
        Expect(0, ended.Active);
        Expect(120m, ended.TotalFee);
        Expect(12120m, cases.ApticCasesGet(caseGuid).RemainingSum);
    }

    private static void ReadALedger()
    {
        var http = new HttpClient();
        var payex = new Payex.Client.Configuration { BasePath = root + "/ledger", AccessToken = "payex-46001-token" };
        var addresses = new AddressesApi(http, payex);
        var consents = new ConsentsApi(http, payex);
        var overpaid = new SurplusesApi(http, payex);

        Expect("Petra Paymentplan", new Payex.Api.CustomersApi(http, payex).PayexCustomersGet("46001", "1000002").Name);
        Expect("Göteborg", addresses.PayexLegaladdressGet("46001", "1000002").City);
        Expect("Avbetalningsvägen 12", addresses.PayexBillingaddressGet("46001", "1000002").StreetAddress);
        var surpluses = overpaid.PayexSurplusesList("46001", "1000019").Items;
        Expect(10m, surpluses[0].Balance);
        Expect(20m, surpluses[1].Balance);
        var card = "/ledger/customer/v1/46001/customers/1000004/consent/recurring-card";
        Expect(new Uri(root).AbsolutePath + card, consents.PayexConsentGet("46001", "1000004").RecurringCard);
        Expect("01/2030", consents.PayexRecurringcardGet("46001", "1000004").CardExpiryDate);

        var sid = surpluses[0].SurplusId;
        var payee = new SwedishBankAccountInput(clearingNo: "8327", accountNo: "9048175", accountType: AccountType.BKSE);
        var order = new DisbursementOrderCreate(swedishBankAccount: payee);
        var ordered = overpaid.PayexDisbursementsCreate("46001", "1000019", sid, order);
        Expect("8327-9048175", ordered.SwedishBankAccount.AccountNo);
        Expect(1, overpaid.PayexDisbursementsList("46001", "1000019", sid).Items.Count);
        Expect(SurplusStatus.PendingDisbursement, overpaid.PayexSurplusesGet("46001", "1000019", sid).Status);
        Freeze("2027-02-10T09:00:00Z");
        Expect(20m, overpaid.PayexSurplusesList("46001", "1000019").Items.Single().Balance);
    }

    private static void OpenAnAccount()
    {
        var http = new HttpClient();
        var riverty = new Riverty.Client.Configuration { BasePath = root + "/api/v3" };
        riverty.ApiKey["X-Auth-Key"] = "ledgersim-key";
        var accounts = new CustomerAccountsApi(http, riverty);
        var applicant = new CustomerInput(
            firstName: "Åsa", lastName: "Ek", category: CustomerCategory.Person, currency: CustomerCurrency.SEK);
        var decision = accounts.RivertyCustomeraccountApply(new AccountApplication(
            5000, applicant, countryCode: CountryCode.SE, conversationLanguage: ConversationLanguage.SV));
        Expect(AccountApplicationResultOutcome.Accepted, decision.Outcome);
        Expect(Riverty.Model.AccountStatus.Ok, decision.Account.AccountStatus);
        var limit = accounts.RivertyCustomeraccountCreditlimit(decision.Account.AccountNumber);
        Expect(5000m, limit.RemainingCreditLimit);
        Expect(true, limit.IsOpenForNewTransactions);
    }

    private static void LogIn(HttpClient http, Aptic.Client.Configuration aptic)
    {
        http.DefaultRequestHeaders.Authorization = null;
        var api = new AuthenticationApi(http, aptic);
        var token = api.ApticAuthToken("client_credentials", "ledgersim", "ledgersim-secret").VarAccessToken;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    private static void Freeze(string now)
    {
        var body = new StringContent("{\"mode\": \"frozen\", \"now\": \"" + now + "\"}", Encoding.UTF8, "application/json");
        new HttpClient().PutAsync(root + "/_sim/clock", body).Result.EnsureSuccessStatusCode();
    }

    private static void Expect<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new Exception($"expected {expected}, got {actual}");
        }
    }
}
