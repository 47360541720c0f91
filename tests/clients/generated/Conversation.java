import aptic.api.AuthenticationApi;
import aptic.api.CasesApi;
import aptic.api.DebtorsApi;
import aptic.api.PaymentPlansApi;
import aptic.api.PaymentsApi;
import aptic.model.CaseCreate;
import aptic.model.CaseDebtorInput;
import aptic.model.DebtCreate;
import aptic.model.DebtorUpdate;
import aptic.model.JuridicalType;
import aptic.model.PaymentCreate;
import aptic.model.PaymentPlanCreate;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import payex.api.AddressesApi;
import payex.api.ConsentsApi;
import payex.api.CustomersApi;
import payex.api.SurplusesApi;
import payex.model.AccountType;
import payex.model.DisbursementOrderCreate;
import payex.model.SwedishBankAccountInput;
import riverty.api.CustomerAccountsApi;
import riverty.model.AccountApplication;
import riverty.model.ConversationLanguage;
import riverty.model.CountryCode;
import riverty.model.CustomerCategory;
import riverty.model.CustomerCurrency;
import riverty.model.CustomerInput;

public class Conversation {
    private static String base;
    private static String token;

    public static void main(String[] arguments) throws Exception {
        base = arguments[0];
        collectADebt();
        readALedger();
        openAnAccount();
        System.out.println("ok");
    }

    static void collectADebt() throws Exception {
        var aptic = new aptic.ApiClient();
        aptic.updateBaseUri(base + "/APIGW");
        aptic.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
        var debtors = new DebtorsApi(aptic);
        var cases = new CasesApi(aptic);
        var plans = new PaymentPlansApi(aptic);

        freeze("2026-01-10T09:00:00Z");
        logIn();
        var found = debtors.apticDebtorsList("startswith(fullName,'Ulla') and city eq 'Stockholm'", null, 5, null);
        expect(1, found.getTotal());
        expect("Ulla Unpaid", found.getValue().get(0).getFullName());

        var newCase = new CaseCreate()
            .currencyCode("SEK")
            .addDebtorsItem(new CaseDebtorInput().idNumber("556000-0167").companyname("Åkeri Söder AB")
                .juridicalType(JuridicalType.LegalPerson))
            .addDebtsItem(new DebtCreate().referenceNumber("F-1").originalPrincipal(amount("12000")).remainingPrincipal(amount("12000")))
            .addDebtsItem(new DebtCreate().referenceNumber("F-2").originalPrincipal(amount("1000")).remainingPrincipal(amount("750.5")));
        var caseGuid = cases.apticCasesCreate(List.of(newCase), null).getCaseGuids().get(0);
        expect(amount("249.5"), cases.apticCasesGet(caseGuid).getPaidSum());
        expect(amount("12750.5"), cases.apticCasesGet(caseGuid).getRemainingSum());
        var debtor = cases.apticCasesDebtorsList(caseGuid).get(0);
        expect("Åkeri Söder AB", debtor.getFullName());

        var debtorGuid = debtor.getDebtorGuid();
        debtors.apticDebtorsUpdate(debtorGuid, new DebtorUpdate().email("new@soder.example"));
        expect("new@soder.example", debtors.apticDebtorsGet(debtorGuid).getEmail());
        expect(1, debtors.apticDebtorsGet(debtorGuid).getJuridicalType());

        var payment = new PaymentCreate().paymentAmount(amount("750.5")).currencyCode("SEK")
            .paymentDate(OffsetDateTime.parse("2026-01-10T00:00:00Z"));
        expect(amount("750.5"), new PaymentsApi(aptic).apticCasesPaymentsCreate(caseGuid, payment).getPaymentAmount());

        var newPlan = new PaymentPlanCreate().paymentPlanType(3).numberOfPayments(12).reminderFee(amount("60")).active(1)
            .addCasesItem(caseGuid);
        var plan = plans.apticDebtorsPaymentplansCreate(debtorGuid, newPlan);
        expect(amount("12000.0"), plan.getTotalAmount());
        expect(12, plan.getPayments().size());
        expect(OffsetDateTime.parse("2026-02-28T00:00:00Z"), plan.getPayments().get(0).getDueDate());
        expect(amount("11000.0"), plan.getPayments().get(0).getUnpaid());

        freeze("2027-01-10T09:00:00Z");
        logIn();
        var ended = plans.apticDebtorsPaymentplansGet(debtorGuid, plan.getPaymentPlanGuid());
        expect(0, ended.getActive());
        expect(amount("120.0"), ended.getTotalFee());
        expect(amount("12120.0"), cases.apticCasesGet(caseGuid).getRemainingSum());
    }

    static void readALedger() throws Exception {
        var payex = new payex.ApiClient();
        payex.updateBaseUri(base + "/ledger");
        payex.setRequestInterceptor(request -> request.header("Authorization", "Bearer payex-46001-token"));
        var addresses = new AddressesApi(payex);
        var consents = new ConsentsApi(payex);
        expect("Petra Paymentplan", new CustomersApi(payex).payexCustomersGet("46001", "1000002", null).getName());
        expect("Göteborg", addresses.payexLegaladdressGet("46001", "1000002").getCity());
        expect("Avbetalningsvägen 12", addresses.payexBillingaddressGet("46001", "1000002").getStreetAddress());
        var overpaid = new SurplusesApi(payex);
        var surpluses = overpaid.payexSurplusesList("46001", "1000019", null, null).getItems();
        expect(amount("10.0"), surpluses.get(0).getBalance());
        expect(amount("20.0"), surpluses.get(1).getBalance());
        var card = "/ledger/customer/v1/46001/customers/1000004/consent/recurring-card";
        expect(URI.create(base).getPath() + card, consents.payexConsentGet("46001", "1000004").getRecurringCard());
        expect("01/2030", consents.payexRecurringcardGet("46001", "1000004").getCardExpiryDate());

        var sid = surpluses.get(0).getSurplusId();
        var ordered = overpaid.payexDisbursementsCreate("46001", "1000019", sid, new DisbursementOrderCreate()
            .swedishBankAccount(new SwedishBankAccountInput()
                .clearingNo("8327").accountNo("9048175").accountType(AccountType.BKSE)));
        expect("8327-9048175", ordered.getSwedishBankAccount().getAccountNo());
        expect(1, overpaid.payexDisbursementsList("46001", "1000019", sid).getItems().size());
        expect("pending-disbursement", overpaid.payexSurplusesGet("46001", "1000019", sid).getStatus().getValue());
        freeze("2027-02-10T09:00:00Z");
        var left = overpaid.payexSurplusesList("46001", "1000019", null, null).getItems();
        expect(1, left.size());
        expect(amount("20"), left.get(0).getBalance());
    }

    static void openAnAccount() throws Exception {
        var riverty = new riverty.ApiClient();
        riverty.updateBaseUri(base + "/api/v3");
        riverty.setRequestInterceptor(request -> request.header("X-Auth-Key", "ledgersim-key"));
        var accounts = new CustomerAccountsApi(riverty);
        var decision = accounts.rivertyCustomeraccountApply(new AccountApplication()
            .accountLimit(amount("5000"))
            .customer(new CustomerInput().firstName("Åsa").lastName("Ek")
                .category(CustomerCategory.PERSON).currency(CustomerCurrency.SEK))
            .countryCode(CountryCode.SE)
            .conversationLanguage(ConversationLanguage.SV));
        expect("Accepted", decision.getOutcome().getValue());
        expect("Ok", decision.getAccount().getAccountStatus().getValue());
        var limit = accounts.rivertyCustomeraccountCreditlimit(decision.getAccount().getAccountNumber());
        expect(amount("5000.0"), limit.getRemainingCreditLimit());
        expect(true, limit.getIsOpenForNewTransactions());
    }

    static void logIn() throws Exception {
        var aptic = new aptic.ApiClient();
        aptic.updateBaseUri(base + "/APIGW");
        var api = new AuthenticationApi(aptic);
        token = api.apticAuthToken("client_credentials", "ledgersim", "ledgersim-secret").getAccessToken();
    }

    static void freeze(String now) throws Exception {
        var body = HttpRequest.BodyPublishers.ofString("{\"mode\": \"frozen\", \"now\": \"" + now + "\"}");
        var request = HttpRequest.newBuilder(URI.create(base + "/_sim/clock")).PUT(body).build();
        expect(200, HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
    }

    static BigDecimal amount(String value) {
        return new BigDecimal(value);
    }

    static void expect(Object expected, Object actual) {
        var isEqual = expected instanceof BigDecimal amount && actual instanceof BigDecimal other
            ? amount.compareTo(other) == 0
            : Objects.equals(expected, actual);
        if (!isEqual) {
            throw new AssertionError("expected %s, got %s".formatted(expected, actual));
        }
    }
}
