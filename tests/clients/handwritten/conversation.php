<?php
// A conversation with ledgersim through curl: php conversation.php http://127.0.0.1:8080/s/php

declare(strict_types=1);

$base = $argv[1];
$customers = "$base/ledger/customer/v1/46001/customers";
$payex = ['Authorization: Bearer payex-46001-token'];
$riverty = ['X-Auth-Key: ledgersim-key'];

/** Sends a request and returns the JSON of the answer; throws when the API answers with a problem. */
function send(string $method, string $url, array $headers, ?string $body): mixed
{
    $curl = curl_init($url);
    curl_setopt_array($curl, [CURLOPT_CUSTOMREQUEST => $method, CURLOPT_HTTPHEADER => $headers, CURLOPT_RETURNTRANSFER => true]);
    if ($body !== null) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
    }
    $text = curl_exec($curl);
    $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    if ($text === false || $status >= 400) {
        throw new RuntimeException("$method $url: $status $text" . curl_error($curl));
    }
    return $text === '' ? null : json_decode($text, true, flags: JSON_THROW_ON_ERROR);
}

/** Sends JSON. */
function call(string $method, string $url, array $headers = [], mixed $body = null): mixed
{
    if ($body === null) {
        return send($method, $url, $headers, null);
    }
    return send($method, $url, [...$headers, 'Content-Type: application/json'], json_encode($body, JSON_THROW_ON_ERROR));
}

/** Gets a token, which is valid for an hour of the simulated clock, and returns the header for it. */
function log_in(string $base): array
{
    $form = ['grant_type' => 'client_credentials', 'client_id' => 'ledgersim', 'client_secret' => 'ledgersim-secret'];
    $token = send('POST', "$base/APIGW/login/oauth/access_token", [], http_build_query($form));
    return ["Authorization: Bearer {$token['access_token']}"];
}

/** Throws if a member has another value; != because an amount of 1000 is a float in JSON's 1000.0. */
function expect(array $body, array $members): void
{
    foreach ($members as $name => $value) {
        if ($body[$name] != $value) {
            throw new RuntimeException("$name: expected " . json_encode($value) . ', got ' . json_encode($body[$name]));
        }
    }
}

call('POST', "$base/_sim/reset");
call('PUT', "$base/_sim/clock", [], ['mode' => 'frozen', 'now' => '2026-01-10T09:00:00Z']);
$aptic = log_in($base);

// Aptic: a filtered list.
$query = http_build_query(['$filter' => "startswith(fullName,'Ulla') and city eq 'Stockholm'", '$top' => 5]);
$debtors = call('GET', "$base/APIGW/v1/Debtors?$query", $aptic);
expect($debtors, ['total' => 1]);
expect($debtors['value'][0], ['fullName' => 'Ulla Unpaid']);

// A case with its debtor and two debts.
$newCase = [
    'currencyCode' => 'SEK',
    'debtors' => [['idNumber' => '556000-0167', 'juridicalType' => 1, 'companyname' => 'Åkeri Söder AB']],
    'debts' => [
        ['referenceNumber' => 'F-1', 'originalPrincipal' => 12000, 'remainingPrincipal' => 12000],
        ['referenceNumber' => 'F-2', 'originalPrincipal' => 1000, 'remainingPrincipal' => 750.5],
    ],
];
[$caseGuid] = call('PUT', "$base/APIGW/v1/Cases", $aptic, [$newCase])['caseGuids'];
$caseUrl = "$base/APIGW/v1/Cases/$caseGuid";
expect(call('GET', $caseUrl, $aptic), ['originalSum' => 13000, 'paidSum' => 249.5, 'remainingSum' => 12750.5]);
[$ofCase] = call('GET', "$caseUrl/Debtors", $aptic);
expect($ofCase, ['fullName' => 'Åkeri Söder AB', 'remainingSum' => 12750.5]);

// A change of the e-mail address changes nothing else: a company stays a company.
$debtorUrl = "$base/APIGW/v1/Debtors/{$ofCase['debtorGuid']}";
call('PATCH', $debtorUrl, $aptic, ['email' => 'new@soder.example']);
expect(call('GET', $debtorUrl, $aptic), ['email' => 'new@soder.example', 'juridicalType' => 1]);

// A payment.
$payment = ['paymentAmount' => 750.5, 'currencyCode' => 'SEK', 'paymentDate' => '2026-01-10'];
expect(call('PUT', "$caseUrl/Payments", $aptic, $payment), ['paymentAmount' => 750.5]);
expect(call('GET', $caseUrl, $aptic), ['paidSum' => 1000, 'remainingSum' => 12000]);

// A plan of twelve payments for the remainder (type 3 is linear), from now on (active 1).
$newPlan = ['paymentPlanType' => 3, 'numberOfPayments' => 12, 'reminderFee' => 60, 'active' => 1, 'cases' => [$caseGuid]];
$plan = call('PUT', "$debtorUrl/Paymentplans", $aptic, $newPlan);
expect($plan, ['active' => 1, 'totalAmount' => 12000, 'remainingNumberOfPayments' => 12]);
expect($plan['payments'][0], ['dueDate' => '2026-02-28T00:00:00Z', 'amount' => 1000, 'unpaid' => 11000]);

// A year later the token has expired, and two reminders have ended the plan.
call('PUT', "$base/_sim/clock", [], ['mode' => 'frozen', 'now' => '2027-01-10T09:00:00Z']);
$aptic = log_in($base);
$plan = call('GET', "$debtorUrl/Paymentplans/{$plan['paymentPlanGuid']}", $aptic);
expect($plan, ['active' => 0, 'totalFee' => 120]);
expect(call('GET', $caseUrl, $aptic), ['remainingFee' => 120, 'remainingSum' => 12120]);

// PayEx: a customer, her addresses and surpluses.
expect(call('GET', "$customers/1000002", $payex), ['name' => 'Petra Paymentplan', 'legalEntity' => 'consumer']);
expect(call('GET', "$customers/1000002/legal-address", $payex), ['city' => 'Göteborg', 'countryCode' => 'SE']);
expect(call('GET', "$customers/1000002/billing-address", $payex), ['streetAddress' => 'Avbetalningsvägen 12']);
[$first, $second] = call('GET', "$customers/1000019/surpluses", $payex)['items'];
expect($first, ['balance' => 10, 'currency' => 'SEK', 'status' => 'open']);
expect($second, ['balance' => 20, 'currency' => 'SEK', 'status' => 'open']);

// The consent of another customer. Links in answers are relative to the host.
$consent = call('GET', "$customers/1000004/consent", $payex);
$host = preg_replace('#^(https?://[^/]+).*#', '$1', $base);
$card = call('GET', $host . $consent['recurringCard'], $payex);
expect($card, ['instrumentDisplayName' => '551000******1232', 'cardExpiryDate' => '01/2030']);

// The first surplus is paid out some days after the order.
$surplus = "$customers/1000019/surpluses/{$first['surplusId']}";
$payee = ['clearingNo' => '8327', 'accountNo' => '9048175', 'accountType' => 'BKSE'];
call('POST', "$surplus/active-disbursement-orders", $payex, ['swedishBankAccount' => $payee]);
[$order] = call('GET', "$surplus/active-disbursement-orders", $payex)['items'];
expect($order['swedishBankAccount'], ['accountNo' => '8327-9048175']);
expect(call('GET', $surplus, $payex), ['status' => 'pending-disbursement']);
call('PUT', "$base/_sim/clock", [], ['mode' => 'frozen', 'now' => '2027-02-10T09:00:00Z']);
$left = call('GET', "$customers/1000019/surpluses", $payex)['items'];
expect(array_column($left, 'balance'), [20]);

// Riverty: an application for an account, and what is left of its limit.
$application = [
    'accountLimit' => 5000,
    'customer' => ['firstName' => 'Åsa', 'lastName' => 'Ek', 'category' => 'Person', 'currency' => 'SEK'],
    'countryCode' => 'SE',
    'conversationLanguage' => 'SV',
];
$decision = call('POST', "$base/api/v3/customer-account", $riverty, $application);
expect($decision, ['outcome' => 'Accepted']);
expect($decision['account'], ['accountStatus' => 'Ok', 'accountLimit' => 5000, 'balance' => 0]);
$limit = call('GET', "$base/api/v3/customer-account/{$decision['account']['accountNumber']}/credit-limit", $riverty);
expect($limit, ['remainingCreditLimit' => 5000, 'isOpenForNewTransactions' => true]);

echo "ok\n";
