import createClient from "openapi-fetch";
import type { paths as Aptic } from "./aptic";
import type { paths as PayEx } from "./payex";
import type { paths as Riverty } from "./riverty";
import { base, credentials, data, expect, freeze } from "./sim";

const aptic = createClient<Aptic>({ baseUrl: `${base}/APIGW` });
const payex = createClient<PayEx>({
  baseUrl: `${base}/ledger`,
  headers: { Authorization: "Bearer payex-46001-token" },
});
const riverty = createClient<Riverty>({ baseUrl: `${base}/api/v3`, headers: { "X-Auth-Key": "ledgersim-key" } });

let token = "";
aptic.use({ onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${token}`) });

async function logIn() {
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  token = (await data(aptic.POST("/login/oauth/access_token", { body: credentials, headers }))).access_token;
}

await freeze("2026-01-10T09:00:00Z");
await logIn();
const query = { $filter: "startswith(fullName,'Ulla') and city eq 'Stockholm'", $top: 5 };
const debtors = await data(aptic.GET("/v1/Debtors", { params: { query } }));
expect(debtors, { total: 1 });
expect(debtors.value[0], { fullName: "Ulla Unpaid" });

const newCase = {
  currencyCode: "SEK",
  debtors: [{ idNumber: "556000-0167", juridicalType: 1 as const, companyname: "Åkeri Söder AB" }],
  debts: [
    { referenceNumber: "F-1", originalPrincipal: 12000, remainingPrincipal: 12000 },
    { referenceNumber: "F-2", originalPrincipal: 1000, remainingPrincipal: 750.5 },
  ],
};
const [caseGuid = ""] = (await data(aptic.PUT("/v1/Cases", { body: [newCase] }))).caseGuids;
const ofCase = { params: { path: { caseGuid } } };
expect(await data(aptic.GET("/v1/Cases/{caseGuid}", ofCase)), { paidSum: 249.5, remainingSum: 12750.5 });
const [debtor] = await data(aptic.GET("/v1/Cases/{guid}/Debtors", { params: { path: { guid: caseGuid } } }));
expect(debtor, { fullName: "Åkeri Söder AB", remainingSum: 12750.5 });

const debtorGuid = debtor?.debtorGuid ?? "";
const ofDebtor = { params: { path: { debtorGuid } } };
await data(aptic.PATCH("/v1/Debtors/{debtorGuid}", { ...ofDebtor, body: { email: "new@soder.example" } }));
expect(await data(aptic.GET("/v1/Debtors/{debtorGuid}", ofDebtor)), { email: "new@soder.example", juridicalType: 1 });

const payment = { paymentAmount: 750.5, currencyCode: "SEK", paymentDate: "2026-01-10T00:00:00Z" };
expect(await data(aptic.PUT("/v1/Cases/{caseGuid}/Payments", { ...ofCase, body: payment })), { paymentAmount: 750.5, currencyCode: "SEK" });

const newPlan = { paymentPlanType: 3, numberOfPayments: 12, reminderFee: 60, active: 1, cases: [caseGuid] };
const plan = await data(aptic.PUT("/v1/Debtors/{debtorGuid}/Paymentplans", { ...ofDebtor, body: newPlan }));
expect(plan, { active: 1, totalAmount: 12000, remainingNumberOfPayments: 12 });
expect(plan.payments[0], { dueDate: "2026-02-28T00:00:00Z", amount: 1000, unpaid: 11000 });

await freeze("2027-01-10T09:00:00Z");
await logIn();
const path = { debtorGuid, paymentplanGuid: plan.paymentPlanGuid ?? "" };
const ended = await data(aptic.GET("/v1/Debtors/{debtorGuid}/Paymentplans/{paymentplanGuid}", { params: { path } }));
expect(ended, { active: 0, totalFee: 120 });
expect(await data(aptic.GET("/v1/Cases/{caseGuid}", ofCase)), { remainingFee: 120, remainingSum: 12120 });

const petra = { params: { path: { ledger: "46001", no: "1000002" } } };
const siri = { params: { path: { ledger: "46001", no: "1000019" } } };
const three = { params: { path: { ledger: "46001", no: "1000004" } } };
const customers = "/customer/v1/{ledger}/customers/{no}";
expect(await data(payex.GET(customers, petra)), { name: "Petra Paymentplan", legalEntity: "consumer" });
expect(await data(payex.GET(`${customers}/legal-address`, petra)), { city: "Göteborg" });
expect(await data(payex.GET(`${customers}/billing-address`, petra)), { streetAddress: "Avbetalningsvägen 12" });
const surpluses = (await data(payex.GET(`${customers}/surpluses`, siri))).items;
expect(surpluses[0], { balance: 10, status: "open" });
expect(surpluses[1], { balance: 20, status: "open" });
const consent = await data(payex.GET(`${customers}/consent`, three));
expect(consent, { recurringCard: `${new URL(base).pathname}/ledger/customer/v1/46001/customers/1000004/consent/recurring-card` });
expect(await data(payex.GET(`${customers}/consent/recurring-card`, three)), { cardExpiryDate: "01/2030" });

const order = { swedishBankAccount: { clearingNo: "8327", accountNo: "9048175", accountType: "BKSE" as const } };
const ofSurplus = { params: { path: { ...siri.params.path, sid: surpluses[0]?.surplusId ?? "" } } };
const orders = `${customers}/surpluses/{sid}/active-disbursement-orders` as const;
const ordered = await data(payex.POST(orders, { ...ofSurplus, body: order }));
expect(ordered.swedishBankAccount, { accountNo: "8327-9048175" });
expect((await data(payex.GET(orders, ofSurplus))).items.map((one) => one.swedishBankAccount?.accountNo), ["8327-9048175"]);
expect(await data(payex.GET(`${customers}/surpluses/{sid}`, ofSurplus)), { status: "pending-disbursement" });
await freeze("2027-02-10T09:00:00Z");
expect((await data(payex.GET(`${customers}/surpluses`, siri))).items.map((one) => one.balance), [20]);

const application = {
  accountLimit: 5000,
  customer: { firstName: "Åsa", lastName: "Ek", category: "Person" as const, currency: "SEK" as const },
  countryCode: "SE" as const,
  conversationLanguage: "SV" as const,
};
const decision = await data(riverty.POST("/customer-account", { body: application }));
expect(decision, { outcome: "Accepted" });
expect(decision.account ?? undefined, { accountStatus: "Ok", balance: 0 });
const account = { params: { path: { accountNumber: decision.account?.accountNumber ?? "" } } };
const limit = await data(riverty.GET("/customer-account/{accountNumber}/credit-limit", account));
expect(limit, { remainingCreditLimit: 5000, isOpenForNewTransactions: true });
console.log("ok");
