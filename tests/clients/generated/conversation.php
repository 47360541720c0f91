<?php

declare(strict_types=1);

require '/usr/share/php/GuzzleHttp/autoload.php';
spl_autoload_register(function (string $class): void {
    [$api, $path] = explode('\\', $class, 2);
    $file = __DIR__ . '/' . strtolower($api) . '/lib/' . str_replace('\\', '/', $path) . '.php';
    if (is_file($file)) {
        require $file;
    }
});

use Aptic\Model;

$base = $argv[1];
$user = (new Aptic\Configuration())->setHost("$base/APIGW");
$ledger = (new PayEx\Configuration())->setHost("$base/ledger")->setAccessToken('payex-46001-token');
$shop = (new Riverty\Configuration())->setHost("$base/api/v3")->setApiKey('X-Auth-Key', 'ledgersim-key');
$debtors = new Aptic\Api\DebtorsApi(config: $user);
$cases = new Aptic\Api\CasesApi(config: $user);
$plans = new Aptic\Api\PaymentPlansApi(config: $user);

function freeze(string $base, string $now): void
{
    $answer = (new GuzzleHttp\Client())->put("$base/_sim/clock", ['json' => ['mode' => 'frozen', 'now' => $now]]);
    expect(200, $answer->getStatusCode());
}

function log_in(Aptic\Configuration $user): void
{
    $api = new Aptic\Api\AuthenticationApi(config: $user);
    $token = $api->apticAuthToken('client_credentials', 'ledgersim', 'ledgersim-secret');
    $user->setAccessToken($token->getAccessToken());
}

function expect(mixed $expected, mixed $actual): void
{
    if ($expected !== $actual) {
        throw new RuntimeException('expected ' . json_encode($expected) . ', got ' . json_encode($actual));
    }
}

freeze($base, '2026-01-10T09:00:00Z');
log_in($user);
$found = $debtors->apticDebtorsList("startswith(fullName,'Ulla') and city eq 'Stockholm'", top: 5);
expect(1, $found->getTotal());
expect('Ulla Unpaid', $found->getValue()[0]->getFullName());

$company = ['id_number' => '556000-0167', 'juridical_type' => 1, 'companyname' => 'Åkeri Söder AB'];
$first = ['reference_number' => 'F-1', 'original_principal' => 12000.0, 'remaining_principal' => 12000.0];
$second = ['reference_number' => 'F-2', 'original_principal' => 1000.0, 'remaining_principal' => 750.5];
$newCase = new Model\CaseCreate([
    'currency_code' => 'SEK',
    'debtors' => [new Model\CaseDebtorInput($company)],
    'debts' => [new Model\DebtCreate($first), new Model\DebtCreate($second)],
]);
[$caseGuid] = $cases->apticCasesCreate([$newCase])->getCaseGuids();
expect(249.5, $cases->apticCasesGet($caseGuid)->getPaidSum());
expect(12750.5, $cases->apticCasesGet($caseGuid)->getRemainingSum());
[$debtor] = $cases->apticCasesDebtorsList($caseGuid);
expect('Åkeri Söder AB', $debtor->getFullName());

$debtorGuid = $debtor->getDebtorGuid();
$debtors->apticDebtorsUpdate($debtorGuid, new Model\DebtorUpdate(['email' => 'new@soder.example']));
expect('new@soder.example', $debtors->apticDebtorsGet($debtorGuid)->getEmail());
expect(1, $debtors->apticDebtorsGet($debtorGuid)->getJuridicalType());

$payment = new Model\PaymentCreate([
    'payment_amount' => 750.5,
    'currency_code' => 'SEK',
    'payment_date' => new DateTime('2026-01-10T00:00:00Z'),
]);
expect(750.5, (new Aptic\Api\PaymentsApi(config: $user))->apticCasesPaymentsCreate($caseGuid, $payment)->getPaymentAmount());

$newPlan = new Model\PaymentPlanCreate([
    'payment_plan_type' => 3,
    'number_of_payments' => 12,
    'reminder_fee' => 60.0,
    'active' => 1,
    'cases' => [$caseGuid],
]);
$plan = $plans->apticDebtorsPaymentplansCreate($debtorGuid, $newPlan);
expect(12000.0, $plan->getTotalAmount());
expect(12, count($plan->getPayments()));
expect('2026-02-28', $plan->getPayments()[0]->getDueDate()->format('Y-m-d'));
expect(11000.0, $plan->getPayments()[0]->getUnpaid());

freeze($base, '2027-01-10T09:00:00Z');
log_in($user);
$ended = $plans->apticDebtorsPaymentplansGet($debtorGuid, $plan->getPaymentPlanGuid());
expect(0, $ended->getActive());
expect(120.0, $ended->getTotalFee());
expect(12120.0, $cases->apticCasesGet($caseGuid)->getRemainingSum());

$addresses = new PayEx\Api\AddressesApi(config: $ledger);
$consents = new PayEx\Api\ConsentsApi(config: $ledger);
$customer = (new PayEx\Api\CustomersApi(config: $ledger))->payexCustomersGet('46001', '1000002');
expect('Petra Paymentplan', $customer->getName());
expect('Göteborg', $addresses->payexLegaladdressGet('46001', '1000002')->getCity());
expect('Avbetalningsvägen 12', $addresses->payexBillingaddressGet('46001', '1000002')->getStreetAddress());
$overpaid = new PayEx\Api\SurplusesApi(config: $ledger);
$surpluses = $overpaid->payexSurplusesList('46001', '1000019')->getItems();
expect([10.0, 20.0], [$surpluses[0]->getBalance(), $surpluses[1]->getBalance()]);
$card = parse_url($base, PHP_URL_PATH) . '/ledger/customer/v1/46001/customers/1000004/consent/recurring-card';
expect($card, $consents->payexConsentGet('46001', '1000004')->getRecurringCard());
expect('01/2030', $consents->payexRecurringcardGet('46001', '1000004')->getCardExpiryDate());

$payee = ['clearing_no' => '8327', 'account_no' => '9048175', 'account_type' => PayEx\Model\AccountType::BKSE];
$order = new PayEx\Model\DisbursementOrderCreate([
    'swedish_bank_account' => new PayEx\Model\SwedishBankAccountInput($payee),
]);
$surplus = ['46001', '1000019', $surpluses[0]->getSurplusId()];
$ordered = $overpaid->payexDisbursementsCreate(...[...$surplus, $order]);
expect('8327-9048175', $ordered->getSwedishBankAccount()->getAccountNo());
expect(1, count($overpaid->payexDisbursementsList(...$surplus)->getItems()));
expect('pending-disbursement', $overpaid->payexSurplusesGet(...$surplus)->getStatus());
freeze($base, '2027-02-10T09:00:00Z');
$left = $overpaid->payexSurplusesList('46001', '1000019')->getItems();
expect([20.0], array_map(fn ($one) => $one->getBalance(), $left));

$accounts = new Riverty\Api\CustomerAccountsApi(config: $shop);
$person = ['first_name' => 'Åsa', 'last_name' => 'Ek', 'category' => 'Person', 'currency' => 'SEK'];
$decision = $accounts->rivertyCustomeraccountApply(new Riverty\Model\AccountApplication([
    'account_limit' => 5000.0,
    'customer' => new Riverty\Model\CustomerInput($person),
    'country_code' => 'SE',
    'conversation_language' => 'SV',
]));
expect('Accepted', $decision->getOutcome());
expect('Ok', $decision->getAccount()->getAccountStatus());
$limit = $accounts->rivertyCustomeraccountCreditlimit($decision->getAccount()->getAccountNumber());
expect(5000.0, $limit->getRemainingCreditLimit());
expect(true, $limit->getIsOpenForNewTransactions());
echo "ok\n";
