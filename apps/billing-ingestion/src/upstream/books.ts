import type { Tx } from '@emdia/database';
import { Outdated, Seal, type Store } from '@emdia/messaging';
import type { Customer } from '../customers/customer';
import { loadCustomers, saveCustomers } from '../customers/rows';
import type { Invoice } from '../invoices/invoice';
import { loadInvoices, ownersOf, saveInvoices } from '../invoices/rows';
import type { Payment } from '../payments/payment';
import { keysOfPayments, loadPayments, savePayments } from '../payments/rows';
import { loadEntries, saveEntries } from '../quarantine/rows';
import type { PaymentSource } from '../sources/source';
import { loadSources, saveSources } from '../sources/rows';
import type { Entry, NewEntry } from '../quarantine/entry';
import { aboutKey, customerKey, eventKey, isLocked, keyOf, paymentKey, quarantineKey, referenceKey, sourceKey, type Key, type KeyOf } from './keys';
import { customerOf, type Numbered, type State } from './state';

type Wanted = { readonly [K in Key['kind']]: readonly KeyOf<K>[] };

/** Told of what must wake somebody up: the same id with other content. */
export type Alarm = (entries: readonly Entry[]) => void;

/** What the upstream told, by key: the only imperative file on an event's way. */
export class Books implements Store<State> {
  readonly name = 'books';
  private readonly contacts: Seal;
  private readonly bodies: Seal;

  constructor(
    installationKey: string,
    private readonly alarm: Alarm = () => undefined,
  ) {
    this.contacts = new Seal(installationKey, 'billing/contact');
    this.bodies = new Seal(installationKey, 'billing/quarantine');
  }

  /** Opens the raw body of a quarantined event. */
  open(sealed: string): string {
    return this.bodies.open(sealed);
  }

  /** Opens what a customer row keeps sealed. */
  openContact(sealed: string): string {
    return this.contacts.open(sealed);
  }

  /** The keys that events will go out under: of the payments told before, and of the customers whose invoices are referred to. */
  async also(tx: Tx, keys: readonly string[]): Promise<readonly string[]> {
    const wanted = sorted(keys);
    const paid = await this.paidUnder(tx, wanted.payment);
    const reference = [...wanted.reference, ...sorted(paid).reference];
    if (reference.length === 0) return paid;
    const owners = await ownersOf(tx, reference.map(({ creditor_id }) => creditor_id), reference.map((each) => each.reference));
    return [...paid, ...owners.map(({ creditor_id, customer_id }) => customerKey(creditor_id, customer_id))];
  }

  private async paidUnder(tx: Tx, wanted: Wanted['payment']): Promise<string[]> {
    if (wanted.length === 0) return [];
    const keys = await keysOfPayments(tx, wanted.map(({ creditor_id }) => creditor_id), wanted.map(({ source }) => source), wanted.map(({ payment_id }) => payment_id));
    return keys.filter(isShared);
  }

  async load(tx: Tx, keys: readonly string[]): Promise<Map<string, State>> {
    const wanted = sorted(keys);
    const states = new Map<string, State>();
    const ours = new Set(keys);
    await lock(tx, keys.filter(isLocked));
    // Sent without waiting for each other, on the one connection: answered in this order, each after the lock was had.
    await Promise.all([
      this.loadAbout(tx, wanted.about, states),
      this.loadEvents(tx, wanted.event, states),
      this.loadQuarantine(tx, wanted.quarantine, states),
      this.loadSources(tx, wanted.source, states),
      this.loadCustomers(tx, wanted.customer, states),
      this.loadReferences(tx, wanted.reference, states, ours),
      this.loadPayments(tx, wanted.payment, states, ours),
    ]);
    return states;
  }

  private async loadAbout(tx: Tx, wanted: Wanted['about'], states: Map<string, State>): Promise<void> {
    if (wanted.length === 0) return;
    const rows = await tx.query<{ creditor_id: string; currency: string | null; platforms: string[] }>(
      `select w.creditor_id, c.currency, array(select p.platform from platform_creditor p where p.creditor_id = w.creditor_id) as platforms
       from unnest($1::text[]) as w (creditor_id) left join creditor c on c.creditor_id = w.creditor_id`,
      [wanted.map(({ creditor_id }) => creditor_id)],
    );
    for (const { creditor_id, currency, platforms } of rows) states.set(aboutKey(creditor_id), { kind: 'about', creditor: currency === null ? null : { currency }, platforms });
  }

  private async loadEvents(tx: Tx, wanted: Wanted['event'], states: Map<string, State>): Promise<void> {
    if (wanted.length === 0) return;
    for (const { origin, event_id } of wanted) states.set(eventKey(origin, event_id), { kind: 'event', content_hash: null, creditor_id: null });
    const rows = await tx.query<{ origin: string; event_id: string; content_hash: string; creditor_id: string }>(
      'select origin, event_id, content_hash, creditor_id from upstream_event where (origin, event_id) in (select * from unnest($1::text[], $2::text[]))',
      [wanted.map(({ origin }) => origin), wanted.map(({ event_id }) => event_id)],
    );
    for (const { origin, event_id, content_hash, creditor_id } of rows) states.set(eventKey(origin, event_id), { kind: 'event', content_hash, creditor_id });
  }

  private async loadQuarantine(tx: Tx, wanted: Wanted['quarantine'], states: Map<string, State>): Promise<void> {
    if (wanted.length === 0) return;
    for (const { id } of wanted) states.set(quarantineKey(id), { kind: 'quarantine', entry: null });
    for (const entry of await loadEntries(tx, wanted.map(({ id }) => id))) states.set(quarantineKey(entry.id), { kind: 'quarantine', entry });
  }

  private async loadSources(tx: Tx, wanted: Wanted['source'], states: Map<string, State>): Promise<void> {
    if (wanted.length === 0) return;
    for (const { creditor_id, source, state } of await loadSources(tx, wanted.map((each) => each.creditor_id), wanted.map((each) => each.source)))
      states.set(sourceKey(creditor_id, source), state);
  }

  private async loadCustomers(tx: Tx, wanted: Wanted['customer'], states: Map<string, State>): Promise<void> {
    if (wanted.length === 0) return;
    for (const { creditor_id, customer_id } of wanted) states.set(customerKey(creditor_id, customer_id), { kind: 'customer', customer: null });
    const customers = await loadCustomers(tx, this.contacts, wanted.map(({ creditor_id }) => creditor_id), wanted.map(({ customer_id }) => customer_id));
    for (const customer of customers) states.set(customerKey(customer.creditor_id, customer.customer_id), { kind: 'customer', customer });
  }

  private async loadReferences(tx: Tx, wanted: Wanted['reference'], states: Map<string, State>, ours: ReadonlySet<string>): Promise<void> {
    if (wanted.length === 0) return;
    const invoices = await loadInvoices(tx, wanted.map(({ creditor_id }) => creditor_id), wanted.map(({ reference }) => reference));
    const byId = new Map(invoices.map((invoice) => [referenceKey(invoice.creditor_id, invoice.invoice_id), invoice]));
    const byNumber = new Map<string, Numbered[]>();
    for (const invoice of invoices) {
      if (invoice.status === 'awaited' || invoice.number === null) continue;
      const key = referenceKey(invoice.creditor_id, invoice.number);
      byNumber.set(key, [...(byNumber.get(key) ?? []), { invoice_id: invoice.invoice_id, customer_id: invoice.customer_id }]);
    }
    for (const { creditor_id, reference } of wanted) {
      const key = referenceKey(creditor_id, reference);
      const state: State = { kind: 'reference', invoice: byId.get(key) ?? null, numbered: byNumber.get(key) ?? [] };
      const customer_id = customerOf(state);
      // The invoice was issued between the look-up and the lock: its customer's key is not ours yet.
      if (customer_id !== null && !ours.has(customerKey(creditor_id, customer_id))) throw new Outdated();
      states.set(key, state);
    }
  }

  private async loadPayments(tx: Tx, wanted: Wanted['payment'], states: Map<string, State>, ours: ReadonlySet<string>): Promise<void> {
    if (wanted.length === 0) return;
    for (const { creditor_id, source, payment_id } of wanted) states.set(paymentKey(creditor_id, source, payment_id), { kind: 'payment', payment: null });
    const payments = await loadPayments(tx, wanted.map(({ creditor_id }) => creditor_id), wanted.map(({ source }) => source), wanted.map(({ payment_id }) => payment_id));
    // Told for the first time between the look-up and the lock.
    if (payments.some((payment) => payment.status !== 'awaited' && isShared(payment.key) && !ours.has(payment.key))) throw new Outdated();
    for (const payment of payments) states.set(paymentKey(payment.creditor_id, payment.source, payment.payment_id), { kind: 'payment', payment });
  }

  async save(tx: Tx, changed: ReadonlyMap<string, State>): Promise<void> {
    const events: (KeyOf<'event'> & Extract<State, { kind: 'event' }>)[] = [];
    const customers: Customer[] = [];
    const invoices: Invoice[] = [];
    const payments: Payment[] = [];
    const sources: PaymentSource[] = [];
    const entries: (Entry | NewEntry)[] = [];
    for (const [key, state] of changed) {
      if (state.kind === 'event') events.push({ ...(keyOf(key) as KeyOf<'event'>), ...state });
      else if (state.kind === 'customer' && state.customer) customers.push(state.customer);
      else if (state.kind === 'reference' && state.invoice) invoices.push(state.invoice);
      else if (state.kind === 'payment' && state.payment) payments.push(state.payment);
      else if (state.kind === 'source' && state.source) sources.push(state.source);
      else if (state.kind === 'quarantine' && state.entry) entries.push(state.entry);
    }
    await Promise.all([
      saveEvents(tx, events),
      saveCustomers(tx, this.contacts, customers),
      saveInvoices(tx, invoices),
      savePayments(tx, payments),
      saveSources(tx, sources),
      saveEntries(tx, this.bodies, entries),
    ]);
    const alarming = entries.filter((entry) => 'raw' in entry && entry.reason === 'conflicting-content');
    if (alarming.length > 0) this.alarm(alarming);
  }
}

// Under a creditor's own key go payments that name nobody and nothing: the lock of the payment orders what is told of it.
const isShared = (key: string): boolean => !key.endsWith('/');

function sorted(keys: readonly string[]): Wanted {
  const wanted: { [K in Key['kind']]: KeyOf<K>[] } = { about: [], event: [], quarantine: [], source: [], customer: [], reference: [], payment: [] };
  for (const text of keys) {
    const key = keyOf(text);
    (wanted[key.kind] as Key[]).push(key);
  }
  return wanted;
}

async function lock(tx: Tx, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const made = await tx.query<{ key: string }>('insert into book_lock (key) select key from unnest($1::text[]) as key order by key on conflict do nothing returning key', [keys]);
  if (made.length === keys.length) return;
  // What was made here is ours until the commit; the rest exists, and is locked. All insert before they lock, each in order of keys: no ring.
  const own = new Set(made.map(({ key }) => key));
  await tx.query('select from book_lock where key = any($1::text[]) order by key for update', [keys.filter((key) => !own.has(key))]);
}

/** Ids taken in by somebody else since we looked: the batch starts over and compares. */
async function saveEvents(tx: Tx, events: readonly { origin: string; event_id: string; content_hash: string | null; creditor_id: string | null }[]): Promise<void> {
  if (events.length === 0) return;
  const taken = await tx.query(
    `insert into upstream_event (origin, event_id, content_hash, creditor_id) select origin, event_id, content_hash, creditor_id
     from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as e (origin, event_id, content_hash, creditor_id) order by 1, 2 on conflict do nothing returning event_id`,
    [events.map(({ origin }) => origin), events.map(({ event_id }) => event_id), events.map(({ content_hash }) => content_hash), events.map(({ creditor_id }) => creditor_id)],
  );
  if (taken.length < events.length) throw new Outdated();
}
