// A conversation with ledgersim through fetch: node conversation.mjs http://127.0.0.1:8080/s/node

const base = process.argv[2];
const customers = `${base}/ledger/customer/v1/46001/customers`;
let aptic = {}; // headers
const payex = { Authorization: "Bearer payex-46001-token" };
const riverty = { "X-Auth-Key": "ledgersim-key" };

// Sends JSON and returns JSON; throws when the API answers with a problem.
async function call(method, url, headers = {}, body = undefined) {
  const response = await fetch(url, {
    method,
    headers: body === undefined ? headers : { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

// Gets a token, which is valid for an hour of the simulated clock.
async function logIn() {
  const response = await fetch(`${base}/APIGW/login/oauth/access_token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "ledgersim",
      client_secret: "ledgersim-secret",
    }),
  });
  if (!response.ok) throw new Error(`No token: ${response.status} ${await response.text()}`);
  aptic = { Authorization: `Bearer ${(await response.json()).access_token}` };
}

function expect(body, members) {
  for (const [name, value] of Object.entries(members)) {
    if (body[name] !== value) throw new Error(`${name}: expected ${value}, got ${body[name]}`);
  }
}

await call("POST", `${base}/_sim/reset`);
await call("PUT", `${base}/_sim/clock`, {}, { mode: "frozen", now: "2026-01-10T09:00:00Z" });
await logIn();

// Aptic: a filtered list.
const query = new URLSearchParams({
  $filter: "startswith(fullName,'Ulla') and city eq 'Stockholm'",
  $top: "5",
});
const debtors = await call("GET", `${base}/APIGW/v1/Debtors?${query}`, aptic);
expect(debtors, { total: 1 });
expect(debtors.value[0], { fullName: "Ulla Unpaid" });

// A case with its debtor and two debts.
const newCase = {
  currencyCode: "SEK",
  debtors: [{ idNumber: "556000-0167", juridicalType: 1, companyname: "Åkeri Söder AB" }],
  debts: [
    { referenceNumber: "F-1", originalPrincipal: 12000, remainingPrincipal: 12000 },
    { referenceNumber: "F-2", originalPrincipal: 1000, remainingPrincipal: 750.5 },
  ],
};
const [caseGuid] = (await call("PUT", `${base}/APIGW/v1/Cases`, aptic, [newCase])).caseGuids;
const caseUrl = `${base}/APIGW/v1/Cases/${caseGuid}`;
expect(await call("GET", caseUrl, aptic), { originalSum: 13000, paidSum: 249.5, remainingSum: 12750.5 });
const [ofCase] = await call("GET", `${caseUrl}/Debtors`, aptic);
expect(ofCase, { fullName: "Åkeri Söder AB", remainingSum: 12750.5 });

// A change of the e-mail address changes nothing else: a company stays a company.
const debtorUrl = `${base}/APIGW/v1/Debtors/${ofCase.debtorGuid}`;
await call("PATCH", debtorUrl, aptic, { email: "new@soder.example" });
expect(await call("GET", debtorUrl, aptic), { email: "new@soder.example", juridicalType: 1 });

// A payment.
const payment = { paymentAmount: 750.5, currencyCode: "SEK", paymentDate: "2026-01-10" };
expect(await call("PUT", `${caseUrl}/Payments`, aptic, payment), { paymentAmount: 750.5 });
expect(await call("GET", caseUrl, aptic), { paidSum: 1000, remainingSum: 12000 });

// A plan of twelve payments for the remainder (type 3 is linear), from now on (active 1).
const newPlan = { paymentPlanType: 3, numberOfPayments: 12, reminderFee: 60, active: 1, cases: [caseGuid] };
const plan = await call("PUT", `${debtorUrl}/Paymentplans`, aptic, newPlan);
expect(plan, { active: 1, totalAmount: 12000, remainingNumberOfPayments: 12 });
expect(plan.payments[0], { dueDate: "2026-02-28T00:00:00Z", amount: 1000, unpaid: 11000 });

// A year later the token has expired, and two reminders have ended the plan.
await call("PUT", `${base}/_sim/clock`, {}, { mode: "frozen", now: "2027-01-10T09:00:00Z" });
await logIn();
const ended = await call("GET", `${debtorUrl}/Paymentplans/${plan.paymentPlanGuid}`, aptic);
expect(ended, { active: 0, totalFee: 120 });
expect(await call("GET", caseUrl, aptic), { remainingFee: 120, remainingSum: 12120 });

// PayEx: a customer, her addresses and surpluses.
expect(await call("GET", `${customers}/1000002`, payex), { name: "Petra Paymentplan", legalEntity: "consumer" });
expect(await call("GET", `${customers}/1000002/legal-address`, payex), { city: "Göteborg", countryCode: "SE" });
expect(await call("GET", `${customers}/1000002/billing-address`, payex), { streetAddress: "Avbetalningsvägen 12" });
const [first, second] = (await call("GET", `${customers}/1000019/surpluses`, payex)).items;
expect(first, { balance: 10, currency: "SEK", status: "open" });
expect(second, { balance: 20, currency: "SEK", status: "open" });

// The consent of another customer. Links in answers are relative to the host.
const consent = await call("GET", `${customers}/1000004/consent`, payex);
const card = await call("GET", new URL(consent.recurringCard, base), payex);
expect(card, { instrumentDisplayName: "551000******1232", cardExpiryDate: "01/2030" });

// The first surplus is paid out some days after the order.
const surplus = `${customers}/1000019/surpluses/${first.surplusId}`;
const swedishBankAccount = { clearingNo: "8327", accountNo: "9048175", accountType: "BKSE" };
await call("POST", `${surplus}/active-disbursement-orders`, payex, { swedishBankAccount });
const [order] = (await call("GET", `${surplus}/active-disbursement-orders`, payex)).items;
expect(order.swedishBankAccount, { accountNo: "8327-9048175" });
expect(await call("GET", surplus, payex), { status: "pending-disbursement" });
await call("PUT", `${base}/_sim/clock`, {}, { mode: "frozen", now: "2027-02-10T09:00:00Z" });
const left = (await call("GET", `${customers}/1000019/surpluses`, payex)).items;
expect(left, { length: 1 });
expect(left[0], { balance: 20 });

// Riverty: an application for an account, and what is left of its limit.
const application = {
  accountLimit: 5000,
  customer: { firstName: "Åsa", lastName: "Ek", category: "Person", currency: "SEK" },
  countryCode: "SE",
  conversationLanguage: "SV",
};
const decision = await call("POST", `${base}/api/v3/customer-account`, riverty, application);
expect(decision, { outcome: "Accepted" });
expect(decision.account, { accountStatus: "Ok", accountLimit: 5000, balance: 0 });
const limitUrl = `${base}/api/v3/customer-account/${decision.account.accountNumber}/credit-limit`;
expect(await call("GET", limitUrl, riverty), { remainingCreditLimit: 5000, isOpenForNewTransactions: true });

console.log("ok");
