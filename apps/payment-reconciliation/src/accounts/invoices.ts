import type { BillingInvoiceAmended, BillingInvoiceCancelled, BillingInvoiceIssued, EventOf } from '@emdia/contracts';
import { type Account, outranks, type Rank, type Receivable, withEntry } from './account';
import type { Change } from './steps';

const receivableOf = (account: Account, { receivable_id, invoice_id }: { receivable_id: string; invoice_id: string }): Receivable =>
  account.receivables.get(receivable_id) ?? { receivable_id, invoice_id, issue: null, terms: null, cancelled: null, waiver_cents: 0, waived_on: null, write_offs: [], position: null };

const withReceivable = (account: Account, receivable: Receivable): Change => ({
  facts: { ...account, receivables: withEntry(account.receivables, receivable.receivable_id, receivable) },
});

const rankOf = (event: { id: string; data: { source_version: number } }): Rank => ({ version: event.data.source_version, event_id: event.id });

/** An invoice opens its receivable, with the terms of whatever newer amendment came before it. */
export function applyIssued(account: Account, event: EventOf<typeof BillingInvoiceIssued>): Change {
  const { data } = event;
  const rank = rankOf(event);
  const known = receivableOf(account, data);
  const isNewIssue = outranks(rank, known.issue?.rank ?? null);
  const hasNewTerms = outranks(rank, known.terms?.rank ?? null);
  if (!isNewIssue && !hasNewTerms) return { ignored: 'older-version' };
  const { number = data.invoice_id, description = null, issue_date, currency, charge_policy, instruments, amount_cents, due_date } = data;
  return withReceivable(account, {
    ...known,
    issue: isNewIssue ? { rank, number, description, issue_date, currency, charge_policy, instruments } : known.issue,
    terms: hasNewTerms ? { rank, amount_cents, due_date } : known.terms,
  });
}

/** The newest amount and due date count; before the invoice itself they wait. */
export function applyAmended(account: Account, event: EventOf<typeof BillingInvoiceAmended>): Change {
  const { amount_cents, due_date } = event.data;
  const rank = rankOf(event);
  const known = receivableOf(account, event.data);
  if (!outranks(rank, known.terms?.rank ?? null)) return { ignored: 'older-version' };
  return withReceivable(account, { ...known, terms: { rank, amount_cents, due_date } });
}

/** Nothing is owed any more, unless something newer said otherwise; money that was applied becomes unapplied. */
export function applyCancelled(account: Account, event: EventOf<typeof BillingInvoiceCancelled>): Change {
  const rank = rankOf(event);
  const known = receivableOf(account, event.data);
  if (!outranks(rank, known.cancelled)) return { ignored: 'older-version' };
  return withReceivable(account, { ...known, cancelled: rank });
}
