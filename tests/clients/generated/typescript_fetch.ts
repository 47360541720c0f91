import * as aptic from "./aptic";
import * as payex from "./payex";
import * as riverty from "./riverty";
import { base, credentials, expect, freeze } from "./sim";

let token = "";
const user = new aptic.Configuration({ basePath: `${base}/APIGW`, accessToken: () => `Bearer ${token}` });
const ledger = new payex.Configuration({ basePath: `${base}/ledger`, accessToken: "payex-46001-token" });
const shop = new riverty.Configuration({ basePath: `${base}/api/v3`, apiKey: "ledgersim-key" });
const debtorsApi = new aptic.DebtorsApi(user);
const casesApi = new aptic.CasesApi(user);
const plansApi = new aptic.PaymentPlansApi(user);
const accounts = new riverty.CustomerAccountsApi(shop);

async function logIn() {
  const { grant_type: grantType, client_id: clientId, client_secret: clientSecret } = credentials;
  const form = { grantType, clientId, clientSecret };
  token = (await new aptic.AuthenticationApi(user).apticAuthToken(form)).accessToken;
}

await freeze("2026-01-10T09:00:00Z");
await logIn();
const $filter = "startswith(fullName,'Ulla') and city eq 'Stockholm'";
const debtors = await debtorsApi.apticDebtorsList({ $filter, $top: 5 });
expect(debtors, { total: 1 });
expect(debtors.value[0], { fullName: "Ulla Unpaid" });

const newCase: aptic.CaseCreate = {
  currencyCode: "SEK",
  debtors: [{ idNumber: "556000-0167", juridicalType: 1, companyname: "Åkeri Söder AB" }],
  debts: [
    { referenceNumber: "F-1", originalPrincipal: 12000, remainingPrincipal: 12000 },
    { referenceNumber: "F-2", originalPrincipal: 1000, remainingPrincipal: 750.5 },
  ],
};
const [caseGuid = ""] = (await casesApi.apticCasesCreate({ caseCreate: [newCase] })).caseGuids;
expect(await casesApi.apticCasesGet({ caseGuid }), { paidSum: 249.5, remainingSum: 12750.5 });
const [debtor] = await casesApi.apticCasesDebtorsList({ guid: caseGuid });
expect(debtor, { fullName: "Åkeri Söder AB", remainingSum: 12750.5 });

const debtorGuid = debtor?.debtorGuid ?? "";
await debtorsApi.apticDebtorsUpdate({ debtorGuid, debtorUpdate: { email: "new@soder.example" } });
const changed = await debtorsApi.apticDebtorsGet({ debtorGuid });
expect(changed, { email: "new@soder.example", juridicalType: 1 });

const paymentCreate = { paymentAmount: 750.5, currencyCode: "SEK", paymentDate: new Date("2026-01-10") };
const paid = await new aptic.PaymentsApi(user).apticCasesPaymentsCreate({ caseGuid, paymentCreate });
expect(paid, { paymentAmount: 750.5 });

const paymentPlanCreate = { paymentPlanType: 3, numberOfPayments: 12, reminderFee: 60, active: 1, cases: [caseGuid] };
const plan = await plansApi.apticDebtorsPaymentplansCreate({ debtorGuid, paymentPlanCreate });
expect(plan, { active: 1, totalAmount: 12000, remainingNumberOfPayments: 12 });
expect(plan.payments[0], { dueDate: new Date("2026-02-28"), amount: 1000, unpaid: 11000 });

await freeze("2027-01-10T09:00:00Z");
await logIn();
const paymentplanGuid = plan.paymentPlanGuid ?? "";
const ended = await plansApi.apticDebtorsPaymentplansGet({ debtorGuid, paymentplanGuid });
expect(ended, { active: 0, totalFee: 120 });
expect(await casesApi.apticCasesGet({ caseGuid }), { remainingFee: 120, remainingSum: 12120 });

const petra = { ledger: "46001", no: "1000002" };
const siri = { ledger: "46001", no: "1000019" };
const three = { ledger: "46001", no: "1000004" };
const consents = new payex.ConsentsApi(ledger);
const addresses = new payex.AddressesApi(ledger);
const customer = await new payex.CustomersApi(ledger).payexCustomersGet(petra);
expect(customer, { name: "Petra Paymentplan", legalEntity: "consumer" });
expect(await addresses.payexLegaladdressGet(petra), { city: "Göteborg" });
expect(await addresses.payexBillingaddressGet(petra), { streetAddress: "Avbetalningsvägen 12" });
const overpaid = new payex.SurplusesApi(ledger);
const surpluses = (await overpaid.payexSurplusesList(siri)).items;
expect(surpluses[0], { balance: 10, status: "open" });
expect(surpluses[1], { balance: 20, status: "open" });
const card = `${new URL(base).pathname}/ledger/customer/v1/46001/customers/1000004/consent/recurring-card`;
expect(await consents.payexConsentGet(three), { recurringCard: card });
expect(await consents.payexRecurringcardGet(three), { cardExpiryDate: "01/2030" });

const swedishBankAccount = { clearingNo: "8327", accountNo: "9048175", accountType: payex.AccountType.Bkse };
const surplus = { ...siri, sid: surpluses[0]?.surplusId ?? "" };
const ordered = await overpaid.payexDisbursementsCreate({ ...surplus, disbursementOrderCreate: { swedishBankAccount } });
expect(ordered.swedishBankAccount, { accountNo: "8327-9048175" });
expect((await overpaid.payexDisbursementsList(surplus)).items.map((one) => one.swedishBankAccount?.accountNo), ["8327-9048175"]);
expect(await overpaid.payexSurplusesGet(surplus), { status: "pending-disbursement" });
await freeze("2027-02-10T09:00:00Z");
expect((await overpaid.payexSurplusesList(siri)).items.map((one) => one.balance), [20]);

const accountApplication: riverty.AccountApplication = {
  accountLimit: 5000,
  customer: { firstName: "Åsa", lastName: "Ek", category: "Person", currency: "SEK" },
  countryCode: "SE",
  conversationLanguage: "SV",
};
const decision = await accounts.rivertyCustomeraccountApply({ accountApplication });
expect(decision, { outcome: "Accepted" });
expect(decision.account ?? undefined, { accountStatus: "Ok", balance: 0 });
const accountNumber = decision.account?.accountNumber ?? "";
const limit = await accounts.rivertyCustomeraccountCreditlimit({ accountNumber });
expect(limit, { remainingCreditLimit: 5000, isOpenForNewTransactions: true });
console.log("ok");
