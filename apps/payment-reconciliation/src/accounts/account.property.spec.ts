import fc from 'fast-check';
import type { BillingInvoiceIssued, DataOf, Outgoing } from '@emdia/contracts';
import { Forbidden } from '@emdia/messaging';
import { chargeToleranceCents, lateCharges } from '@emdia/money';
import type { AllocationPolicy } from '../allocation-policy/allocation-policy';
import {
  agreed, agreementBroken, amended, applied, at, balances, byFile, cancelled, credited, disputed, failed, held, instalmentId, issued, lifted, nothing, paid, pending, POLICY, promiseBroken, promised,
  refunded, resolved, tell, type Told, unapplied, undone, type World,
} from '../../test/story';
import type { Payment, Receivable } from './account';
import { payableCents } from './allocate';

/** How many histories are told; CI's number takes some seconds. */
const HISTORIES = Number(process.env.EMDIA_HISTORIES ?? 400);

type Issued = DataOf<typeof BillingInvoiceIssued>;

const INVOICES = ['A', 'B', 'C'];
const PAYMENTS = ['p', 'q', 'r', 's'];
const REFERENCES = [...INVOICES, ...INVOICES, 'N', 'unknown', instalmentId(1), null];
const cents = fc.integer({ min: 1, max: 15_000 });
/** Half of them round, so that parts come to the whole as often as not. */
const amounts = fc.oneof(cents, fc.constantFrom(5_000, 10_000));
/** How much more is paid than is due with late charges; null: some other amount. Mostly what rounding alone explains. */
const aboveDue = fc.option(fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 400 }) }), { freq: 4 });
const chargesTold = fc.option(fc.record({ fine_cents: fc.constantFrom(undefined, 100, 200), interest_cents: fc.integer({ min: 1, max: 900 }) }), { freq: 2 });
const day = fc.integer({ min: 1, max: 28 }).map((n) => `2026-03-${String(n).padStart(2, '0')}`);
const policies = fc.constantFrom(null, POLICY, { ...POLICY, discounts: [{ until: '2026-03-05', percent: '10' }, { until: '2026-03-12', cents: 300 }] }, { ...POLICY, fine_cents: 150, interest_daily_cents: 5 });

/** The facts of one invoice, of which some may never come. */
const invoiceFacts = (invoice: string): fc.Arbitrary<Told[]> =>
  fc.record({ amount: amounts, due: day, shares: fc.boolean(), policy: policies, amend: fc.option(fc.tuple(cents, day)), again: fc.option(cents), cancel: fc.nat(3) })
    .map(({ amount, due, shares, policy, amend, again, cancel }) => [
      issued(invoice, { amount_cents: amount, due_date: due, charge_policy: policy, ...(shares ? { number: 'N' } : {}) }),
      ...(amend ? [amended(invoice, 2, ...amend)] : []),
      ...(again ? [amended(invoice, 3, again)] : []),
      ...(cancel === 0 ? [cancelled(invoice, 4)] : []),
    ]);

interface PaymentFacts {
  readonly payment_id: string;
  readonly reference: string | null;
  readonly customer_id: string | null;
  readonly told: readonly Told[];
}

/** The facts of one payment, by those of the invoices: it may be pending, fail, begin again, come with a fee, a discount and late charges told, be credited, and go back in parts or be charged back. */
const paymentFacts = (payment_id: string): fc.Arbitrary<(invoices: readonly (readonly Told[])[]) => PaymentFacts> =>
  fc.record({
    reference: fc.constantFrom(...REFERENCES), said: amounts, above: aboveDue, paid_date: day, charged: chargesTold, known: fc.boolean(), begins: fc.boolean(), fails: fc.boolean(),
    again: fc.boolean(), comes: fc.nat(4), fee: fc.option(fc.integer({ min: 1, max: 400 })), discount: fc.option(cents), credit: fc.option(day), credit_fee: fc.option(fc.integer({ min: 0, max: 400 })),
    later: fc.boolean(), roads: fc.array(fc.constantFrom('event', 'file', 'both', 'undone', 'both-undone', 'again'), { minLength: 3, maxLength: 3 }), refunds: fc.array(fc.tuple(fc.integer({ min: 1, max: 6_000 }), fc.boolean()), { maxLength: 2 }),
  }).map(({ reference, said, above, paid_date, charged, known, begins, fails, again, comes, fee, discount, credit, credit_fee, later, roads, refunds }) => (invoices) => {
    const amount = above === null ? said : (dueOn(invoices.find(([issue]) => (issue!.event.data as Issued).invoice_id === reference), paid_date) ?? said) + above;
    const customer_id = known ? 'C-1' : null;
    const about = { amount_cents: amount, paid_date, customer_id };
    const parts = { ...about, ...(fee === null ? {} : { fee_cents: fee }), ...(discount === null ? {} : { discount_cents: discount }), ...(charged === null ? {} : { charges: charged }), ...(later ? { credit_date: '2026-03-31' } : {}) };
    // What a file tells it may tell alone, or an event besides; and it may be undone, and posted again.
    const by = (road: string | undefined, fact: Told): Told[] => ({
      event: [fact], file: [byFile(fact)], both: [fact, byFile(fact)], undone: [byFile(fact), undone(fact)], 'both-undone': [fact, byFile(fact), undone(fact)],
      again: [byFile(fact), undone(fact), { ...byFile(fact, 2), after: undone(fact).event.id }],
    })[road!]!;
    const told = [
      ...(begins ? [pending(payment_id, reference, about)] : []),
      ...(fails ? [failed(payment_id, reference, about)] : []),
      ...(again ? [pending(payment_id, reference, about, at('2026-03-10', '13:00'))] : []),
      ...(comes > 0 ? by(roads[0], paid(payment_id, reference, parts)) : []),
      // A credit of its own has only what an event told.
      ...(comes > 0 && credit && !['undone', 'again'].includes(roads[0]!)
        ? [{ ...credited(payment_id, reference, credit, { customer_id, ...(credit_fee === null ? {} : { fee_cents: credit_fee }) }), ...(roads[0] === 'both-undone' ? { after: paid(payment_id, reference, parts).event.id } : {}) }] : []),
      ...(comes > 0 ? refunds.flatMap(([refund_cents, back], index) => by(roads[index + 1], refunded(payment_id, `r${index}`, refund_cents, reference, { ...about, reason: back ? 'chargeback' : 'refund' }))) : []),
    ];
    return { payment_id, reference, customer_id, told };
  });

/** What an invoice comes to with its late charges, as it was issued and amended. */
const dueOn = (facts: readonly Told[] | undefined, on_date: string): number | null => {
  if (!facts) return null;
  const { amount_cents, due_date, charge_policy } = facts.reduce<Issued>((terms, { event }) => ({ ...terms, ...(event.data as Issued) }), {} as Issued);
  return lateCharges({ open_cents: amount_cents, due_date, on_date, policy: charge_policy }).total_cents;
};

const standstills: fc.Arbitrary<Told[]> = fc.subarray([
  held(['A']), lifted(), disputed(['B', 'C']), resolved(['B', 'C']), promised(['A']), promiseBroken(['A']), agreed(['B', 'C'], [3_000, 4_000]), agreementBroken(['B', 'C']),
]);

const orders: fc.Arbitrary<readonly AllocationPolicy[]> = fc.constantFrom<readonly AllocationPolicy[]>(
  [], [], [{ valid_from: '2026-03-08', allocation_order: ['principal', 'interest', 'costs'] }],
  [{ valid_from: '2026-01-01', allocation_order: ['interest', 'principal', 'costs'] }, { valid_from: '2026-03-15', allocation_order: ['costs', 'principal', 'interest'] }]);

interface History {
  readonly orders: readonly AllocationPolicy[];
  /** All facts with the decisions of people in between, as somebody might list them. */
  readonly told: readonly Told[];
  /** The same facts before and after the decisions, in another order and some of them twice. */
  readonly heard: readonly Told[];
}

const history: fc.Arbitrary<History> = fc
  .record({ orders, invoices: fc.tuple(...INVOICES.map(invoiceFacts)), payments: fc.tuple(...PAYMENTS.map(paymentFacts)), standstills })
  .chain(({ payments: drawn, ...rest }) => {
    const payments = drawn.map((of) => of(rest.invoices));
    const facts = [...rest.invoices.flat(), ...payments.flatMap(({ told }) => told), ...rest.standstills];
    const decision = fc.tuple(fc.constantFrom(...payments), fc.constantFrom(...INVOICES), fc.option(cents)).map(([{ payment_id, reference, customer_id }, invoice, amount]) =>
      applied(payment_id, reference, invoice, { customer_id, ...(amount === null ? {} : { amount_cents: amount }) }));
    return fc.tuple(fc.shuffledSubarray(facts, { minLength: facts.length }), fc.shuffledSubarray(facts), fc.nat(facts.length), fc.array(decision, { maxLength: 2 })).map(
      ([order, again, cut, decisions]) => {
        const before = new Set(order.slice(0, cut));
        return {
          orders: rest.orders,
          told: [...facts.filter((fact) => before.has(fact)), ...decisions, ...facts.filter((fact) => !before.has(fact))],
          heard: [...order.slice(0, cut), ...again.filter((fact) => before.has(fact)), ...decisions, ...order.slice(cut), ...again],
        };
      });
  });

/** The inbox takes an event once; a decision that the rules forbid changes nothing. */
const hears = (world: World, thing: Told): World => {
  try {
    return tell(world, [thing]);
  } catch (error) {
    if (error instanceof Forbidden) return world;
    throw error;
  }
};
/** Each once, and none before that without which it cannot be. */
function once(things: readonly Told[]): Told[] {
  const ids = new Set<string>();
  const heard = new Set<string>();
  const waiting = new Map<string, Told[]>();
  const inTurn = (thing: Told): Told[] => {
    const { event: { id }, after } = thing;
    if (after !== undefined && !heard.has(after)) {
      waiting.set(after, [...(waiting.get(after) ?? []), thing]);
      return [];
    }
    heard.add(id);
    return [thing, ...(waiting.get(id) ?? []).flatMap(inTurn)];
  };
  return things.filter(({ event: { id } }) => !ids.has(id) && ids.add(id)).flatMap(inTurn);
}

/** What must not depend on order: balances, collectability, what pays what, what is unapplied and why; versions and review dates tell when things were heard. */
const outcome = (world: World) => ({
  receivables: [...world.accounts.values()].flatMap(({ receivables }) => [...receivables.values()]).flatMap(({ invoice_id, position }) => {
    if (position === null) return [];
    const { version: _, review_date: __, ...rest } = position;
    return [[invoice_id, rest] as const];
  }).sort(([a], [b]) => (a < b ? -1 : 1)),
  payments: [...world.accounts.values()].flatMap(({ payments }) => [...payments.values()]).map(({ payment_id, allocations, unapplied_reason }) =>
    [payment_id, [...allocations].sort((a, b) => (a.receivable_id < b.receivable_id ? -1 : 1)), unapplied_reason] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  unapplied: Object.entries(unapplied(world)).sort(),
  balances: Object.entries(balances(world)).sort(),
});

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
const saysOf = (world: World, type: string, is: (data: Record<string, unknown>) => boolean) =>
  world.events.some((event: Outgoing) => event.contract.type === `reconciliation.${type}.v1` && is(event.data as Record<string, unknown>));

describe(`an account, in ${HISTORIES} histories`, () => {
  it('adds up after every fact, and ends the same in whatever order they are heard', () => {
    const seen = { moved: 0, charges: 0, discount: 0, fees: 0, in_transit: 0, unapplied: 0, paid_twice: 0, reopened: 0, charged_back: 0, decided: 0, early_charges: 0, above_count: 0, counted_otherwise: 0, withdrawn: 0, told_again: 0 };
    const times = (what: keyof typeof seen, happened: boolean) => { if (happened) seen[what]++; };
    fc.assert(fc.property(history, ({ orders: policies, told, heard }) => {
      const begin: World = { ...nothing, policies };
      const [listed, arriving] = [once(told), once(heard)];
      const ended = listed.reduce(hears, begin);
      let world = begin;
      for (const thing of arriving) {
        world = hears(world, thing);
        check(world);
      }
      expect(outcome(world)).toEqual(outcome(ended));
      const books = balances(world);
      const allocations = [...world.accounts.values()].flatMap(({ payments }) => [...payments.values()]).flatMap((payment) => payment.allocations);
      times('moved', arriving.some((thing, index) => thing !== listed[index]));
      times('charges', (books.fine_income ?? 0) < 0);
      times('discount', (books.discount ?? 0) > 0);
      times('fees', (books.fees ?? 0) > 0);
      times('in_transit', (books.cash_in_transit ?? 0) > 0);
      times('unapplied', Object.keys(unapplied(world)).length > 0);
      times('paid_twice', saysOf(world, 'payment-unmatched', ({ reason }) => reason === 'paid-twice'));
      times('reopened', saysOf(world, 'receivable-reopened', () => true));
      times('charged_back', saysOf(world, 'receivable-reopened', ({ reason }) => reason === 'chargeback'));
      times('decided', [...world.accounts.values()].some(({ payments }) => [...payments.values()].some(({ applications }) => applications.length > 0)));
      const tellings = [...world.accounts.values()].flatMap(({ payments }) => [...payments.values()]).flatMap((payment) => payment.tellings);
      times('withdrawn', tellings.some(({ withdrawn }) => withdrawn > 0));
      times('told_again', tellings.some(({ withdrawn, by_file, by_event }) => withdrawn > 0 && (by_file || by_event)));
      const differs = (isTold: boolean) => [...world.accounts.values()].some(({ payments }) =>
        [...payments.values()].some((payment) => (payment.charges !== null) === isTold && payment.allocations.some(({ difference_cents }) => difference_cents > 0)));
      times('above_count', differs(true));
      times('counted_otherwise', differs(false));
      times('early_charges', allocations.some(({ receivable_id, fine_cents }) => fine_cents > 0 && openOf(world, receivable_id) > 0));
    }), { numRuns: HISTORIES });
    for (const [what, count] of Object.entries(seen)) expect({ what, often: count > HISTORIES / 200 }).toEqual({ what, often: true });
  }, 1_800_000);
});

const openOf = (world: World, receivable_id: string): number => sum([...world.accounts.values()].map(({ receivables }) => receivables.get(receivable_id)?.position?.open_cents ?? 0));

/** Throws where two amounts differ; the matchers of Jest cost a hundred times as much, and this is asked some ten million times. */
function same(what: string, found: unknown, expected: unknown): void {
  if (!Object.is(found, expected)) throw new Error(`${what}: ${String(found)} instead of ${String(expected)}`);
}
const right = (what: string, is: boolean): void => same(what, is, true);

function check(world: World): void {
  const accounts = [...world.accounts.values()];
  const entries = accounts.flatMap(({ unsaved }) => unsaved.entries);
  const balance = new Map<string, number>();
  for (const { postings, cause } of entries) {
    right(`${cause} has lines`, postings.length > 0);
    same(`${cause} in all`, sum(postings.map(({ amount_cents }) => amount_cents)), 0);
    for (const { account, receivable_id, payment_id, amount_cents } of postings) {
      // An account of money is judged payment by payment, one of debt receivable by receivable: what lacks on one is no credit of another.
      const name = `${account} ${OF_PAYMENT.includes(account) ? payment_id : receivable_id}`;
      balance.set(name, (balance.get(name) ?? 0) + amount_cents);
    }
  }
  same('causes', new Set(entries.map(({ cause }) => cause)).size, entries.length);
  for (const [name, amount_cents] of balance) {
    const account = name.split(' ')[0]!;
    if (NEVER_BELOW.includes(account)) right(`${name} with ${amount_cents} is not below zero`, amount_cents >= 0);
    if (NEVER_ABOVE.includes(account)) right(`${name} with ${amount_cents} is not above zero`, amount_cents <= 0);
  }
  const payments = accounts.flatMap((account) => [...account.payments.values()]);
  for (const receivable of accounts.flatMap(({ receivables }) => [...receivables.values()])) checkReceivable(receivable, payments, balance);
  for (const payment of payments) {
    const { payment_id, received_cents, refunded_cents, charges, allocations, credited: isCredited } = payment;
    const applied_cents = sum(allocations.map((each) => each.principal_cents + each.fine_cents + each.interest_cents + each.difference_cents));
    const difference_cents = sum(allocations.map((each) => each.difference_cents));
    right(`${payment_id}: ${difference_cents} above our count`, difference_cents <= (charges === null ? INVOICES.length * chargeToleranceCents(28) : (charges.fine_cents ?? 0) + charges.interest_cents));
    const kept_cents = received_cents - refunded_cents;
    const of = (account: string) => balance.get(`${account} ${payment_id}`) ?? 0;
    right(`${payment_id}: ${applied_cents} applied of ${kept_cents}`, applied_cents <= Math.max(0, kept_cents));
    same(`${payment_id}: where it is`, of('cash') + of('cash_in_transit') + of('fees'), kept_cents);
    same(`${payment_id}: unapplied`, of('unapplied'), applied_cents - Math.max(0, kept_cents));
    same(`${payment_id}: refund`, of('refund'), Math.max(0, -kept_cents));
    same(`${payment_id}: in transit`, of('cash_in_transit'), isCredited ? 0 : Math.max(0, kept_cents));
  }
}

const OF_PAYMENT = ['cash', 'cash_in_transit', 'fees', 'refund', 'unapplied'];
const NEVER_BELOW = ['receivable', 'cash_in_transit', 'fees', 'refund', 'discount', 'waiver'];
const NEVER_ABOVE = ['revenue', 'unapplied', 'fine_income', 'interest_income', 'charge_difference'];

function checkReceivable(receivable: Receivable, payments: readonly Payment[], balance: ReadonlyMap<string, number>): void {
  const { receivable_id, invoice_id, position } = receivable;
  if (position === null) return;
  const { amount_cents, paid_cents, waived_cents, open_cents, status } = position;
  same(`${invoice_id}: open`, open_cents, amount_cents - paid_cents - waived_cents);
  right(`${invoice_id}: ${open_cents} open`, open_cents >= 0);
  same(`${invoice_id}: is open`, status === 'open', open_cents > 0);
  same(`${invoice_id}: posted`, balance.get(`receivable ${receivable_id}`) ?? 0, open_cents);
  same(`${invoice_id}: billed`, amount_cents + (balance.get(`revenue ${receivable_id}`) ?? 0), 0);
  // Charges alone never keep a debt open: whoever has paid as much as the principal owes nothing.
  const parts = payments.flatMap(({ allocations }) => allocations).filter((each) => each.receivable_id === receivable_id);
  const taken_cents = sum(parts.map((each) => each.principal_cents + each.fine_cents + each.interest_cents + each.difference_cents + each.discount_cents));
  if (status === 'open') right(`${invoice_id}: open although ${taken_cents} were paid`, taken_cents < payableCents(receivable));
}
