import * as aptic from "./aptic";
import { client as apticClient } from "./aptic/client.gen";
import * as payex from "./payex";
import { client as payexClient } from "./payex/client.gen";
import * as riverty from "./riverty";
import { client as rivertyClient } from "./riverty/client.gen";
import { base, credentials, data, expect, freeze } from "./sim";

let token = "";
apticClient.setConfig({ baseUrl: `${base}/APIGW`, auth: (scheme) => (scheme.type === "http" ? token : undefined) });
payexClient.setConfig({ baseUrl: `${base}/ledger`, auth: "payex-46001-token" });
rivertyClient.setConfig({ baseUrl: `${base}/api/v3`, auth: "ledgersim-key" });

async function logIn() {
  token = (await data(aptic.apticAuthToken({ body: credentials }))).access_token;
}

await freeze("2026-01-10T09:00:00Z");
await logIn();
const query = { $filter: "startswith(fullName,'Ulla') and city eq 'Stockholm'", $top: 5 };
const debtors = await data(aptic.apticDebtorsList({ query }));
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
const [caseGuid = ""] = (await data(aptic.apticCasesCreate({ body: [newCase] }))).caseGuids;
const ofCase = { path: { caseGuid } };
expect(await data(aptic.apticCasesGet(ofCase)), { paidSum: 249.5, remainingSum: 12750.5 });
const [debtor] = await data(aptic.apticCasesDebtorsList({ path: { guid: caseGuid } }));
expect(debtor, { fullName: "Åkeri Söder AB", remainingSum: 12750.5 });

const debtorGuid = debtor?.debtorGuid ?? "";
const ofDebtor = { path: { debtorGuid } };
await data(aptic.apticDebtorsUpdate({ ...ofDebtor, body: { email: "new@soder.example" } }));
expect(await data(aptic.apticDebtorsGet(ofDebtor)), { email: "new@soder.example", juridicalType: 1 });

const payment = { paymentAmount: 750.5, currencyCode: "SEK", paymentDate: "2026-01-10T00:00:00Z" };
expect(await data(aptic.apticCasesPaymentsCreate({ ...ofCase, body: payment })), { paymentAmount: 750.5 });

const newPlan = { paymentPlanType: 3, numberOfPayments: 12, reminderFee: 60, active: 1, cases: [caseGuid] };
const plan = await data(aptic.apticDebtorsPaymentplansCreate({ ...ofDebtor, body: newPlan }));
expect(plan, { active: 1, totalAmount: 12000, remainingNumberOfPayments: 12 });
expect(plan.payments[0], { dueDate: "2026-02-28T00:00:00Z", amount: 1000, unpaid: 11000 });

await freeze("2027-01-10T09:00:00Z");
await logIn();
const ofPlan = { path: { debtorGuid, paymentplanGuid: plan.paymentPlanGuid ?? "" } };
expect(await data(aptic.apticDebtorsPaymentplansGet(ofPlan)), { active: 0, totalFee: 120 });
expect(await data(aptic.apticCasesGet(ofCase)), { remainingFee: 120, remainingSum: 12120 });

const petra = { path: { ledger: "46001", no: "1000002" } };
const siri = { path: { ledger: "46001", no: "1000019" } };
const three = { path: { ledger: "46001", no: "1000004" } };
expect(await data(payex.payexCustomersGet(petra)), { name: "Petra Paymentplan", legalEntity: "consumer" });
expect(await data(payex.payexLegaladdressGet(petra)), { city: "Göteborg" });
expect(await data(payex.payexBillingaddressGet(petra)), { streetAddress: "Avbetalningsvägen 12" });
const surpluses = (await data(payex.payexSurplusesList(siri))).items;
expect(surpluses[0], { balance: 10, status: "open" });
expect(surpluses[1], { balance: 20, status: "open" });
const card = `${new URL(base).pathname}/ledger/customer/v1/46001/customers/1000004/consent/recurring-card`;
expect(await data(payex.payexConsentGet(three)), { recurringCard: card });
expect(await data(payex.payexRecurringcardGet(three)), { cardExpiryDate: "01/2030" });

const order = { swedishBankAccount: { clearingNo: "8327", accountNo: "9048175", accountType: "BKSE" as const } };
const ofSurplus = { ...siri, path: { ...siri.path, sid: surpluses[0]?.surplusId ?? "" } };
const ordered = await data(payex.payexDisbursementsCreate({ ...ofSurplus, body: order }));
expect(ordered.swedishBankAccount, { accountNo: "8327-9048175" });
expect((await data(payex.payexDisbursementsList(ofSurplus))).items.map((one) => one.swedishBankAccount?.accountNo), ["8327-9048175"]);
expect(await data(payex.payexSurplusesGet(ofSurplus)), { status: "pending-disbursement" });
await freeze("2027-02-10T09:00:00Z");
expect((await data(payex.payexSurplusesList(siri))).items.map((one) => one.balance), [20]);

const application: riverty.RivertyCustomeraccountApplyData["body"] = {
  accountLimit: 5000,
  customer: { firstName: "Åsa", lastName: "Ek", category: "Person", currency: "SEK" },
  countryCode: "SE",
  conversationLanguage: "SV",
};
const decision = await data(riverty.rivertyCustomeraccountApply({ body: application }));
expect(decision, { outcome: "Accepted" });
expect(decision.account ?? undefined, { accountStatus: "Ok", balance: 0 });
const accountNumber = decision.account?.accountNumber ?? "";
const limit = await data(riverty.rivertyCustomeraccountCreditlimit({ path: { accountNumber } }));
expect(limit, { remainingCreditLimit: 5000, isOpenForNewTransactions: true });
console.log("ok");
