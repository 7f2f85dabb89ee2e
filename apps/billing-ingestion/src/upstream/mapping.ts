import type { Outgoing, UpstreamContent } from '@emdia/contracts';
import { daysBetween, localDate } from '@emdia/calendar';
import type { Decision, Step, Store } from '@emdia/messaging';
import { isToldAlike, learn, type Told } from '../customers/customer';
import { amend, cancel, issue, type Change } from '../invoices/invoice';
import { credited, declined, failed, ownerOf, pending, received, refunded, type Owner, type Payment, type PaymentChange } from '../payments/payment';
import { entryId, rejected, resolved } from '../quarantine/entry';
import { aboutKey, customerKey, eventKey, paymentKey, quarantineKey, referenceKey } from './keys';
import { rankOf } from './rank';
import { sourceOf, type Reading } from './reading';
import { wrong, type Wrong } from './reasons';
import { customerOf, Desk, type State, type StateOf } from './state';

/** What became of one arrival. */
export type Receipt =
  | { readonly outcome: 'accepted' | 'unchanged'; readonly id: string }
  | { readonly outcome: 'rejected'; readonly id: string; readonly wrong: Wrong; readonly quarantine_id: string | null };

/** A quarantined event tried again, and by whom. */
export interface Replay {
  readonly id: string;
  readonly actor: string;
}

/** What the content did: events and states on the desk, nothing new, or a contradiction. */
type Applied = { readonly events: readonly Outgoing[] } | { readonly ignored: string } | { readonly wrong: Wrong };

const YEARS_10_DAYS = 3653;

/** The keys that an arrival touches, as far as it can be read; the books add the customer of a referenced invoice. */
function keysOf({ arrival, concerns, event_id }: Reading, quarantineId: string | null): string[] {
  const { creditor_id, customer_id, references, payment } = concerns;
  const keys: string[] = [];
  if (arrival.identified) keys.push(eventKey(arrival.origin, event_id));
  if (quarantineId !== null) keys.push(quarantineKey(quarantineId));
  if (creditor_id === null || isAnothers(arrival.creditor_id, creditor_id)) return keys;
  keys.push(aboutKey(creditor_id), ...references.map((reference) => referenceKey(creditor_id, reference)));
  if (customer_id !== null) keys.push(customerKey(creditor_id, customer_id));
  if (payment?.payment_id) keys.push(paymentKey(creditor_id, payment.source, payment.payment_id));
  return keys;
}

// A key or file that names another creditor touches nothing of theirs, not even a lock.
const isAnothers = (own: string | null, named: string): boolean => own !== null && own !== named;

/** The one mapping: whatever came in by Kafka, REST, file or replay becomes this step. */
export function upstreamStep(books: Store<State>, reading: Reading, installationKey: string, replay?: Replay): Step<State, Receipt> {
  const quarantineId = replay?.id ?? (reading.arrival.refused === 'quarantine' ? entryId(reading) : null);
  return {
    store: books,
    keys: keysOf(reading, quarantineId),
    decide(states, now): Decision<State, Receipt> {
      const desk = new Desk(states);
      const found = objection(reading, desk);
      if (found === 'repeated') return { ignored: 'duplicate', result: { outcome: 'unchanged', id: reading.event_id } };
      const applied = found ? { wrong: found } : apply(reading, desk, installationKey, now);
      if ('wrong' in applied) return refuse(reading, applied.wrong, new Desk(states), quarantineId, replay, now);
      return accept(reading, applied, desk, quarantineId, replay, now);
    },
  };
}

/** What keeps an arrival from being looked at: it does not fit, may not speak, or its id was used before. */
function objection(reading: Reading, desk: Desk): Wrong | 'repeated' | null {
  const { arrival, concerns, event_id, content_hash } = reading;
  const { creditor_id } = concerns;
  if (creditor_id !== null) {
    if (isAnothers(arrival.creditor_id, creditor_id)) return wrong('not-its-creditor', 'The body names another creditor.');
    const about = desk.get('about', aboutKey(creditor_id));
    if (about.creditor === null) return wrong('unknown-creditor', 'No creditor of this id is registered.');
    if (arrival.platform !== null && !about.platforms.includes(arrival.platform)) return wrong('not-its-creditor', 'This platform is not registered for the creditor it names.');
  }
  if ('wrong' in reading) return reading.wrong;
  if (!arrival.identified) return null;
  const known = desk.get('event', eventKey(arrival.origin, event_id)).content_hash;
  if (known === null) return null;
  return known === content_hash ? 'repeated' : wrong('conflicting-content', 'An event with this id was taken in before, with other content.');
}

function accept(reading: Reading, applied: Exclude<Applied, { wrong: Wrong }>, desk: Desk, quarantineId: string | null, replay: Replay | undefined, now: Date): Decision<State, Receipt> {
  const { arrival, event_id, content_hash, concerns } = reading;
  const events = 'events' in applied ? [...applied.events] : [];
  if (arrival.identified) desk.put(eventKey(arrival.origin, event_id), { kind: 'event', content_hash, creditor_id: concerns.creditor_id });
  const entry = quarantineId === null ? null : desk.get('quarantine', quarantineKey(quarantineId)).entry;
  if (replay && entry?.status !== 'open') return { ignored: 'already-resolved', result: { outcome: 'unchanged', id: event_id } };
  if (entry?.status === 'open') {
    // What was refused while its creditor was unknown, say, needs nobody once it comes again and fits.
    const done = resolved(entry, 'replayed', replay ? `replayed by ${replay.actor}` : 'it came again, and fitted', now);
    desk.put(quarantineKey(entry.id), { kind: 'quarantine', entry: done.entry });
    events.push(...done.events);
  }
  const result: Receipt = { outcome: 'events' in applied ? 'accepted' : 'unchanged', id: event_id };
  return desk.next.size === 0 ? { ignored: 'ignored' in applied ? applied.ignored : 'unchanged', result } : { next: desk.next, events, result };
}

function refuse(reading: Reading, found: Wrong, desk: Desk, quarantineId: string | null, replay: Replay | undefined, now: Date): Decision<State, Receipt> {
  const keeps = quarantineId !== null && !replay;
  const result: Receipt = { outcome: 'rejected', id: reading.event_id, wrong: found, quarantine_id: keeps ? quarantineId : null };
  if (!keeps) return { ignored: found.reason, result };
  const key = quarantineKey(quarantineId);
  if (desk.get('quarantine', key).entry) return { ignored: 'already-quarantined', result };
  const { entry, events } = rejected(reading, found, found.reason === 'not-its-creditor' ? null : whoseIs(reading, desk), now);
  return { next: new Map([[key, { kind: 'quarantine', entry }]]), events, result };
}

/** The customer of a refused event: as named, else of the invoice or payment it refers to. */
function whoseIs({ concerns }: Reading, desk: Desk): string | null {
  const { creditor_id, customer_id, references, payment } = concerns;
  if (creditor_id === null || customer_id !== null) return customer_id;
  for (const reference of references) {
    const found = customerOf(desk.get('reference', referenceKey(creditor_id, reference)));
    if (found !== null) return found;
  }
  if (!payment?.payment_id) return null;
  const known = desk.get('payment', paymentKey(creditor_id, payment.source, payment.payment_id)).payment;
  return known && known.status !== 'awaited' ? known.customer_id : null;
}

function apply(reading: Reading, desk: Desk, installationKey: string, now: Date): Applied {
  if ('wrong' in reading) return { wrong: reading.wrong };
  const { content, fact_hash, event_id } = reading;
  const { data } = content;
  const currency = desk.get('about', aboutKey(data.creditor_id)).creditor!.currency;
  if ('currency' in data && data.currency !== currency) return { wrong: wrong('wrong-currency', `This creditor is paid in ${currency}.`) };
  switch (content.type) {
    case 'upstream.customer-changed.v1':
      return applyCustomer(desk, content.data.creditor_id, content.data, { ...rankOf(content.data, event_id), explicit: true }, installationKey, now);
    case 'upstream.invoice-issued.v1':
    case 'upstream.invoice-amended.v1':
    case 'upstream.invoice-cancelled.v1':
      return applyInvoice(desk, content, reading, installationKey, now);
    case 'upstream.payment-received.v1':
      return applyPayment(desk, content.data, (known, source, owner) => received(known, content.data, source, owner, fact_hash, now));
    case 'upstream.payment-credited.v1':
      return applyPayment(desk, content.data, (known, source) => credited(known, content.data, source, fact_hash, now));
    case 'upstream.payment-pending.v1':
      return applyPayment(desk, content.data, (known, source, owner) => pending(known, content.data, source, owner, now));
    case 'upstream.payment-failed.v1':
      return applyFailure(desk, content.data, event_id, installationKey, now);
    case 'upstream.payment-refunded.v1':
      return applyPayment(desk, content.data, (known, source) => refunded(known, content.data, source, fact_hash, now));
  }
}

function applyCustomer(desk: Desk, creditor_id: string, told: Told, by: Parameters<typeof learn>[3], installationKey: string, now: Date): { events: readonly Outgoing[] } | { ignored: string } {
  const key = customerKey(creditor_id, told.customer_id);
  const known = desk.get('customer', key).customer;
  const { customer, events, changed } = learn(known, creditor_id, told, by, installationKey, now);
  if (changed || known === null || !isToldAlike(customer.told_by, known.told_by)) desk.put(key, { kind: 'customer', customer });
  return changed ? { events } : { ignored: 'unchanged' };
}

type Read = Extract<Reading, { content: unknown }>;
type InvoiceContent = Extract<UpstreamContent, { type: `upstream.invoice-${string}` }>;

function applyInvoice(desk: Desk, content: InvoiceContent, reading: Read, installationKey: string, now: Date): Applied {
  const { creditor_id, invoice_id } = content.data;
  const rank = rankOf(content.data, reading.event_id);
  const key = referenceKey(creditor_id, invoice_id);
  const known = desk.get('reference', key).invoice;
  const range = outOfRange(content, known?.status === 'open' ? known.issue_date : null, now);
  if (range) return { wrong: range };
  const change: Change =
    content.type === 'upstream.invoice-issued.v1' ? issue(known, content.data, rank, reading.fact_hash, now)
    : content.type === 'upstream.invoice-amended.v1' ? amend(known, content.data, rank, now)
    : cancel(known, content.data, now);
  if ('wrong' in change) return change;
  if ('invoice' in change) {
    desk.put(key, { ...desk.get('reference', key), invoice: change.invoice });
    // Only an issue names the number, and so holds its key.
    if (content.type === 'upstream.invoice-issued.v1' && content.data.number !== undefined)
      numberIt(desk, creditor_id, content.data.number, { invoice_id, customer_id: content.data.customer.customer_id });
  }
  const events = 'invoice' in change ? change.events : [];
  // A repetition without a time may be older than what the books know of the customer, and tells nothing.
  if (content.type !== 'upstream.invoice-issued.v1' || (!('invoice' in change) && rank.occurred_at === null)) return 'invoice' in change ? { events } : change;
  const learnt = applyCustomer(desk, creditor_id, content.data.customer, { ...rank, source_version: null, explicit: false }, installationKey, now);
  if ('ignored' in learnt) return 'invoice' in change ? { events } : change;
  return { events: [...learnt.events, ...events] };
}

function numberIt(desk: Desk, creditor_id: string, number: string, { invoice_id, customer_id }: { invoice_id: string; customer_id: string }): void {
  const key = referenceKey(creditor_id, number);
  const state: StateOf<'reference'> = desk.get('reference', key);
  if (state.numbered.some((each) => each.invoice_id === invoice_id)) return;
  desk.put(key, { ...state, numbered: [...state.numbered, { invoice_id, customer_id }] });
}

function outOfRange(content: InvoiceContent, issueDate: string | null, now: Date): Wrong | null {
  const { data } = content;
  if (!('due_date' in data) || data.due_date === undefined) return null;
  const from = 'issue_date' in data ? data.issue_date : issueDate;
  const far = daysBetween(localDate(now, 'America/Sao_Paulo'), data.due_date) > YEARS_10_DAYS || (from !== null && Math.abs(daysBetween(from, data.due_date)) > YEARS_10_DAYS);
  return far ? wrong('date-out-of-range', 'The due date lies more than ten years away.') : null;
}

/** A failure, and the attempt it tells of, which counts also where the failure itself changes nothing. */
function applyFailure(desk: Desk, data: Extract<UpstreamContent, { type: 'upstream.payment-failed.v1' }>['data'], event_id: string, installationKey: string, now: Date): Applied {
  let told: Outgoing | null = null;
  const applied = applyPayment(desk, data, (known, source, owner) => {
    told = declined(data, source, owner.customer_id === null && known && known.status !== 'awaited' ? known : owner, event_id, installationKey, now);
    const change = failed(known, data, source, now);
    return told && known && 'ignored' in change ? { payment: known, events: [] } : change;
  });
  return told && 'events' in applied ? { events: [...applied.events, told] } : applied;
}

type PaymentData = { readonly creditor_id: string; readonly payment_id: string; readonly source?: string; readonly customer_id?: string; readonly reference?: string };

function applyPayment(desk: Desk, data: PaymentData, change: (known: Payment | null, source: string, owner: Owner) => PaymentChange): Applied {
  const source = sourceOf(data);
  const key = paymentKey(data.creditor_id, source, data.payment_id);
  const invoiced = data.reference === undefined ? null : customerOf(desk.get('reference', referenceKey(data.creditor_id, data.reference)));
  const changed = change(desk.get('payment', key).payment, source, ownerOf(data, invoiced));
  if (!('payment' in changed)) return changed;
  desk.put(key, { kind: 'payment', payment: changed.payment });
  return { events: changed.events };
}
