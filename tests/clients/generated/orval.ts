import * as aptic from "./aptic";
import * as payex from "./payex";
import * as riverty from "./riverty";
import { base, credentials, expect, freeze } from "./sim";

// What an orval function returns; it throws at an error, and where zod finds that the answer is not as documented.
async function data<T>(call: Promise<{ data: T }>): Promise<T> {
  return (await call).data;
}

let asUser: RequestInit = {};
const asLedger = { headers: { Authorization: "Bearer payex-46001-token" } };
const withKey = { headers: { "X-Auth-Key": "ledgersim-key" } };

async function logIn() {
  const { access_token } = await data(aptic.apticAuthToken(credentials));
  asUser = { headers: { Authorization: `Bearer ${access_token}` } };
}

await freeze("2026-01-10T09:00:00Z");
await logIn();
const query = { $filter: "startswith(fullName,'Ulla') and city eq 'Stockholm'", $top: 5 };
const debtors = await data(aptic.apticDebtorsList(query, asUser));
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
const [caseGuid = ""] = (await data(aptic.apticCasesCreate([newCase], undefined, asUser))).caseGuids;
expect(await data(aptic.apticCasesGet(caseGuid, asUser)), { paidSum: 249.5, remainingSum: 12750.5 });
const [debtor] = await data(aptic.apticCasesDebtorsList(caseGuid, asUser));
expect(debtor, { fullName: "Åkeri Söder AB", remainingSum: 12750.5 });

const debtorGuid = debtor?.debtorGuid ?? "";
await data(aptic.apticDebtorsUpdate(debtorGuid, { email: "new@soder.example" }, asUser));
expect(await data(aptic.apticDebtorsGet(debtorGuid, asUser)), { email: "new@soder.example", juridicalType: 1 });

const payment = { paymentAmount: 750.5, currencyCode: "SEK", paymentDate: "2026-01-10T00:00:00Z" };
expect(await data(aptic.apticCasesPaymentsCreate(caseGuid, payment, asUser)), { paymentAmount: 750.5 });

const newPlan = { paymentPlanType: 3, numberOfPayments: 12, reminderFee: 60, active: 1, cases: [caseGuid] };
const plan = await data(aptic.apticDebtorsPaymentplansCreate(debtorGuid, newPlan, asUser));
expect(plan, { active: 1, totalAmount: 12000, remainingNumberOfPayments: 12 });
expect(plan.payments[0], { dueDate: "2026-02-28T00:00:00Z", amount: 1000, unpaid: 11000 });

await freeze("2027-01-10T09:00:00Z");
await logIn();
const ended = await data(aptic.apticDebtorsPaymentplansGet(debtorGuid, plan.paymentPlanGuid ?? "", asUser));
expect(ended, { active: 0, totalFee: 120 });
expect(await data(aptic.apticCasesGet(caseGuid, asUser)), { remainingFee: 120, remainingSum: 12120 });

const petra = ["46001", "1000002", asLedger] as const;
const three = ["46001", "1000004", asLedger] as const;
expect(await data(payex.payexCustomersGet("46001", "1000002", undefined, asLedger)), { name: "Petra Paymentplan", legalEntity: "consumer" });
expect(await data(payex.payexLegaladdressGet(...petra)), { city: "Göteborg" });
expect(await data(payex.payexBillingaddressGet(...petra)), { streetAddress: "Avbetalningsvägen 12" });
const surpluses = (await data(payex.payexSurplusesList("46001", "1000019", undefined, asLedger))).items;
expect(surpluses[0], { balance: 10, status: "open" });
expect(surpluses[1], { balance: 20, status: "open" });
const card = `${new URL(base).pathname}/ledger/customer/v1/46001/customers/1000004/consent/recurring-card`;
expect(await data(payex.payexConsentGet(...three)), { recurringCard: card });
expect(await data(payex.payexRecurringcardGet(...three)), { cardExpiryDate: "01/2030" });

const order = { swedishBankAccount: { clearingNo: "8327", accountNo: "9048175", accountType: "BKSE" as const } };
const surplus = ["46001", "1000019", surpluses[0]?.surplusId ?? ""] as const;
const ordered = await data(payex.payexDisbursementsCreate(...surplus, order, asLedger));
expect(ordered.swedishBankAccount, { accountNo: "8327-9048175" });
expect((await data(payex.payexDisbursementsList(...surplus, asLedger))).items.map((one) => one.swedishBankAccount?.accountNo), ["8327-9048175"]);
expect(await data(payex.payexSurplusesGet(...surplus, asLedger)), { status: "pending-disbursement" });
await freeze("2027-02-10T09:00:00Z");
const left = await data(payex.payexSurplusesList("46001", "1000019", undefined, asLedger));
expect(left.items.map((one) => one.balance), [20]);

const application = {
  accountLimit: 5000,
  customer: { firstName: "Åsa", lastName: "Ek", category: "Person" as const, currency: "SEK" as const },
  countryCode: "SE" as const,
  conversationLanguage: "SV" as const,
};
const decision = await data(riverty.rivertyCustomeraccountApply(application, withKey));
expect(decision, { outcome: "Accepted" });
expect(decision.account ?? undefined, { accountStatus: "Ok", balance: 0 });
const accountNumber = decision.account?.accountNumber ?? "";
const limit = await data(riverty.rivertyCustomeraccountCreditlimit(accountNumber, withKey));
expect(limit, { remainingCreditLimit: 5000, isOpenForNewTransactions: true });
console.log("ok");
