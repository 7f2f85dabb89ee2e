import type { CivilDate } from '@emdia/calendar';
import { referenceKey, type Collectability, type Instrument } from '@emdia/contracts';
import { effectiveDueDate, lateCharges, prescribesOn } from '@emdia/money';
import { referencesOf } from '../accounts/references';
import { hasCovered, isCovered, isNear, type Sources } from '../source-coverage/coverage';
import { HEARD, heartbeatKey, type Heard, isFresh } from '../heartbeats/heartbeat';
import type { Agreement, Facts, Receivable } from './facts';

/** May this receivable (or this instalment of its agreement) be asked for on that day? */
export interface Ask {
  readonly ask_id: string;
  readonly purpose: 'collection' | 'agreement';
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly receivable_id: string;
  readonly instalment_id?: string | undefined;
  readonly contact_day: CivilDate;
}

export type Refusal = Exclude<Collectability, 'owed'> | 'prescribed' | 'unread' | 'stale' | 'not_covered';

/** Still owed, this much on the day of contact; or why nobody may ask. Amounts in cents. */
export type Verdict =
  | {
      readonly ask_id: string;
      readonly receivable_id: string;
      readonly owed: true;
      readonly open_cents: number;
      readonly fine_cents: number;
      readonly interest_cents: number;
      readonly total_cents: number;
      readonly version: number;
      readonly invoice_id: string;
      readonly number: string;
      readonly description: string | null;
      readonly due_date: CivilDate;
      readonly effective_due_date: CivilDate;
      readonly days_late: number;
      readonly instruments: readonly Instrument[];
    }
  | { readonly ask_id: string; readonly receivable_id: string; readonly owed: false; readonly reason: Refusal };

/** The partition that a key's events take on a service's topic. */
export type PartitionOf = (service: Heard, key: string) => number;

const UNDECLARED: Sources = { coverages: [], heldBack: new Set(), underWay: new Set() };

/**
 * The verdict on one ask. What nobody may ask for is said before how complete the knowledge is: a settled receivable is
 * settled even where something is unread. A receivable or instalment not yet known here is `stale`: ask again.
 */
export function verdict(ask: Ask, facts: Facts, partitionOf: PartitionOf, wallEpochMs: number): Verdict {
  const { ask_id, receivable_id, contact_day } = ask;
  const refuse = (reason: Refusal): Verdict => ({ ask_id, receivable_id, owed: false, reason });
  const receivable = facts.receivables.get(receivable_id);
  if (!receivable || receivable.creditor_id !== ask.creditor_id || receivable.customer_id !== ask.customer_id) return refuse('stale');
  const owed = ask.purpose === 'agreement' ? ofInstalment(ask, receivable, facts) : ofReceivable(receivable, contact_day);
  if ('reason' in owed) return refuse(owed.reason);
  const agreement = ask.purpose === 'agreement' ? facts.agreements.get(ask.instalment_id!) : undefined;
  const incomplete = whatLacks(receivable, agreement, owed.effective_due_date, contact_day, facts, partitionOf, wallEpochMs);
  if (incomplete) return refuse(incomplete);
  const { version, invoice_id, number, description, instruments } = receivable;
  return { ask_id, receivable_id, owed: true, ...owed, version, invoice_id, number, description, instruments };
}

type Owed = Pick<Extract<Verdict, { owed: true }>, 'open_cents' | 'fine_cents' | 'interest_cents' | 'total_cents' | 'due_date' | 'effective_due_date' | 'days_late'>;

function ofReceivable({ collectability, open_cents, original_due_date: due_date, effective_due_date, charge_policy }: Receivable, on_date: CivilDate): Owed | { reason: Refusal } {
  if (collectability !== 'owed') return { reason: collectability };
  if (prescribesOn(effective_due_date) < on_date) return { reason: 'prescribed' };
  return { open_cents, due_date, effective_due_date, ...lateCharges({ open_cents, due_date, on_date, policy: charge_policy }) };
}

/** What refuses an instalment, the firmest first; a live agreement's receivable that is merely owed is one whose events have crossed. */
const REFUSALS = ['disputed', 'held', 'pending', 'unmatched', 'promised', 'owed'] as const;

function ofInstalment({ instalment_id, contact_day }: Ask, receivable: Receivable, { agreements }: Facts): Owed | { reason: Refusal } {
  const agreement = instalment_id === undefined ? undefined : agreements.get(instalment_id);
  if (!agreement || !agreement.receivable_ids.includes(receivable.receivable_id)) return { reason: 'stale' };
  // An agreement that has ended asks for no instalment any more; what is owed then is asked for as collection.
  if (!agreement.live) return { reason: 'settled' };
  // Whatever keeps one of its receivables from being asked for keeps the instalment, which pays them all.
  const refused = REFUSALS.find((reason) => agreement.collectabilities.includes(reason));
  if (refused) return { reason: refused === 'owed' ? 'stale' : refused };
  const { due_date } = agreement.instalments.find((each) => each.instalment_id === instalment_id)!;
  const open_cents = missingCents(agreement);
  if (open_cents === 0) return { reason: 'settled' };
  return { open_cents, due_date, effective_due_date: effectiveDueDate(due_date), ...lateCharges({ open_cents, due_date, on_date: contact_day, policy: null }) };
}

/** What is still missing of instalments 1 to the one asked about: their sum less the money that has lowered the debt since. */
export function missingCents({ instalment_id, instalments, waived_cents, open_cents }: Agreement): number {
  const agreed_cents = instalments.reduce((sum, { amount_cents }) => sum + amount_cents, waived_cents);
  const { number } = instalments.find((each) => each.instalment_id === instalment_id)!;
  const due_cents = instalments.filter((each) => each.number <= number).reduce((sum, { amount_cents }) => sum + amount_cents, 0);
  return Math.min(due_cents, Math.max(0, due_cents - (agreed_cents - open_cents)));
}

/** What keeps the knowledge of a receivable from being complete enough to ask, if anything. */
function whatLacks(receivable: Receivable, agreement: Agreement | undefined, effectiveDate: CivilDate, contactDay: CivilDate, facts: Facts, partitionOf: PartitionOf, wallEpochMs: number): Refusal | null {
  const { account_key, creditor_id, instruments } = receivable;
  if (facts.unread.has(account_key)) return 'unread';
  const isHeard = (service: Heard, key: string) => isFresh(facts.beats.get(heartbeatKey(service, partitionOf(service, key))) ?? 0, wallEpochMs);
  if (!HEARD.every((service) => isHeard(service, account_key))) return 'stale';
  // A payment that came before anybody knew whose it is lies under its reference, on a partition of its own.
  if (!quotedBy(receivable, agreement).every((reference) => isHeard('billing', referenceKey(creditor_id, reference)))) return 'stale';
  const wanted = [isNear(contactDay), ...(contactDay > effectiveDate ? [hasCovered(effectiveDate)] : [])];
  return isCovered(facts.sources.get(creditor_id) ?? UNDECLARED, partitionOf('billing', account_key), instruments, wanted) ? null : 'not_covered';
}

/** What a payment may quote that pays it; that of an instalment may quote whatever the agreement covers, or another of its instalments. */
const quotedBy = (receivable: Receivable, agreement: Agreement | undefined): readonly string[] =>
  agreement ? [...agreement.instalments.map(({ instalment_id }) => instalment_id), ...agreement.quotable.flatMap(referencesOf)] : referencesOf(receivable);

/** How a receivable stands, and whether every source it can be paid through has covered a day. */
export type Standing =
  | { readonly receivable_id: string; readonly known: false }
  | (Pick<Receivable, 'receivable_id' | 'status' | 'open_cents' | 'paid_cents' | 'version' | 'collectability'> & { readonly known: true; readonly covered: boolean });

export function standing(asked: { creditor_id: string; receivable_id: string }, coveredFor: CivilDate, facts: Facts, partitionOf: PartitionOf): Standing {
  const receivable = facts.receivables.get(asked.receivable_id);
  if (!receivable || receivable.creditor_id !== asked.creditor_id) return { receivable_id: asked.receivable_id, known: false };
  const { receivable_id, status, open_cents, paid_cents, version, collectability, account_key, creditor_id, instruments } = receivable;
  const isToldOf = !facts.unread.has(account_key) && isCovered(facts.sources.get(creditor_id) ?? UNDECLARED, partitionOf('billing', account_key), instruments, [hasCovered(coveredFor)]);
  return { receivable_id, known: true, status, open_cents, paid_cents, version, collectability, covered: isToldOf };
}

