/**
 * `node check-demo.mjs FILE BROKER SEED`: ends with 1 unless the demo's JSON shows the run that was asked for, all five
 * laws checked on something and violated by nothing. A law that nothing was checked for proves as little as a red one.
 */
import fs from 'node:fs';

const [file, broker, seed] = process.argv.slice(2);
const result = JSON.parse(fs.readFileSync(file, 'utf8'));
const wrong = [];
const positive = (what, value) => Number.isInteger(value) && value > 0 || wrong.push(`${what} is ${value}, not a positive count`);

if (result.broker !== broker) wrong.push(`it ran on ${result.broker}, not on ${broker}`);
if (result.seed !== Number(seed)) wrong.push(`its seed was ${result.seed}, not ${seed}`);
positive('book.customers', result.book?.customers);
positive('book.invoices', result.book?.invoices);
positive('ledger.invoiced_cents', result.ledger?.invoiced_cents);
positive('ledger.settled_cents', result.ledger?.settled_cents);
positive('the number of contacts', result.contacts?.reduce((sum, { count }) => sum + count, 0));
for (const law of [1, 2, 3, 4, 5]) {
  const rows = (result.laws ?? []).filter((row) => Number(row.law) === law);
  if (rows.length === 0) wrong.push(`law ${law} is not in the table`);
  for (const { name, checked, violations } of rows) {
    positive(`checked of law ${law} (${name})`, checked);
    if (violations !== 0) wrong.push(`law ${law} (${name}) has ${violations} violations`);
  }
}

for (const line of wrong) console.error(`${file}: ${line}`);
if (wrong.length === 0) console.log(result.laws.map(({ law, checked }) => `law ${law}: ${checked} checked`).join(', '));
process.exit(wrong.length === 0 ? 0 : 1);
