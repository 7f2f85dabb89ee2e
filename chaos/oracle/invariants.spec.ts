import type { Act, Call, Sent } from './database';
import * as invariants from './invariants';
import type { Finding } from './invariants';
import type { Asked } from './load';
import type { Accepted } from './provider';
import type { Posted } from './receiver';
import type { Heard } from './topics';
import { lifeOf, type Life } from './truth';

const T = 1_000_000;
const mail = (more: Partial<Accepted> = {}): Accepted => ({ notice_id: 'n1', to: 'p1@cliente.invalid', named_epoch_ms: T + 5, epoch_ms: T + 10, ...more });
const call = (more: Partial<Call> = {}): Call => ({ notice_id: 'n1', customer_id: 'c1', purpose: 'collection', status: 'sent', attempt: 1, call_began_epoch_ms: T, receivable_ids: ['r1'], ...more });
const sent = (id: number, more: Partial<Sent> = {}): Sent => ({ schema: 'billing', id, key: 'a/c1', type: 'billing.invoice-issued.v1', event_id: `e${id}`, epoch_ms: T, data: {}, ...more });
const heard = (id: number, offset: number, more: Partial<Heard> = {}): Heard => ({ topic: 'billing', partition: 0, offset, key: 'a/c1', id: `e${id}`, type: '', ...more });
const life = (more: Partial<Life> = {}): Life => ({
  told: [], event_ids: ['e1'], poison: [],
  invoices: [{ invoice_id: 'i1', customer_id: 'c1', due_date: '2026-03-16', amount_cents: 100, open_cents: 40, status: 'open', disordered: true }],
  payments: [{ payment_id: 'p1', received_cents: 60, refunded_cents: 0 }], ...more,
});
const row = { invoice_id: 'i1', amount_cents: 100, open_cents: 40, status: 'open', due_date: '2026-03-16', posted_cents: 40 };
const money = { payment_id: 'p1', received_cents: 60, refunded_cents: 0, receipts: 1, booked_cents: 60 };
const asked = (more: Partial<Asked> = {}): Asked => ({ kind: 'promise', customer_id: 'c1', receivable_id: 'r1', granted_epoch_ms: T, ...more });
const made = (id: number, notice_id: string): Sent =>
  sent(id, { schema: 'notifications', type: 'notifications.contact-made.v1', data: { notice_id, step: 'D+1', covers: [{ receivable_id: 'r1', due_date: '2026-03-16', step: 'D+1' }] } });

const DATA = { act_id: 'a1', receivable_id: 'r1', attempt_no: 1, facts: [{ receivable_id: 'r1', version: 1 }] };
const act = (more: Partial<Act> = {}): Act => ({ act_id: 'a1', receivable_id: 'r1', kind: 'retry', status: 'accepted', waits: false, ...more });
const wanted = (more: Partial<Sent> = {}): Sent => sent(9, { schema: 'dunning', type: 'dunning.retry-requested.v1', data: DATA, ...more });
const posted = (more: Partial<Posted> = {}): Posted => ({ act_id: 'a1', event_id: 'e9', data: DATA, body: 'b', epoch_ms: T + 10, ...more });

const good = (found: Finding, checked = 1) => expect(found).toEqual({ name: expect.any(String), checked, violations: [] });
const bad = (found: Finding, violations = 1) => expect(found.violations).toHaveLength(violations);

describe('the oracle turns red', () => {
  it('when a committed event is not published', () => {
    good(invariants.nothingUnpublished([sent(1)], [heard(1, 0)]));
    bad(invariants.nothingUnpublished([sent(1), sent(2)], [heard(1, 0)]));
  });

  it('when first occurrences change places, and not when repetitions do', () => {
    good(invariants.order([sent(1), sent(2)], [heard(1, 0), heard(2, 1), heard(1, 2)]), 2);
    bad(invariants.order([sent(1), sent(2)], [heard(2, 0), heard(1, 1)]));
    good(invariants.order([sent(1), sent(2, { key: 'a/c2' })], [heard(2, 0, { key: 'a/c2' }), heard(1, 1)]), 2);
  });

  it('when what was set aside comes back before it went, and not when two things set aside that concern nobody change places', () => {
    const set = (id: number, what: 'rejected' | 'resolved', rejection_id: string, creditor_id: string | null = null) => sent(id, { type: `billing.event-${what}.v1`, data: { rejection_id, creditor_id } });
    bad(invariants.order([set(1, 'rejected', 'r', 'acme'), set(2, 'rejected', 's', 'acme')], [heard(2, 0), heard(1, 1)]));
    bad(invariants.order([set(1, 'rejected', 'r', 'acme'), sent(2)], [heard(2, 0), heard(1, 1)]));
    bad(invariants.order([set(1, 'rejected', 'r'), set(2, 'resolved', 'r')], [heard(2, 0), heard(1, 1)]));
    good(invariants.order([set(1, 'rejected', 'r'), set(2, 'rejected', 's')], [heard(2, 0), heard(1, 1)]), 2);
  });

  it('when a provider took a message twice, or one that nobody began', () => {
    good(invariants.takenOnce([mail()], [call()]));
    bad(invariants.takenOnce([mail(), mail({ epoch_ms: T + 99 })], [call()]));
    bad(invariants.takenOnce([mail({ notice_id: 'n2' })], [call()]));
  });

  it('when sent was not taken, or taken ended otherwise', () => {
    good(invariants.endsAsTaken([mail()], [call()]));
    good(invariants.endsAsTaken([mail()], [call({ status: 'unknown' })]));
    good(invariants.endsAsTaken([], [call({ status: 'unknown' })]));
    bad(invariants.endsAsTaken([], [call()]));
    bad(invariants.endsAsTaken([mail()], [call({ status: 'failed' })]));
    bad(invariants.endsAsTaken([mail()], [call({ status: 'sending' })]));
    bad(invariants.endsAsTaken([], [call({ status: 'sending' })]));
  });

  it('when a person is written to twice in a day', () => {
    good(invariants.oncePerDay([mail(), mail({ notice_id: 'thanks' })], [call(), call({ notice_id: 'thanks', purpose: 'service' })]), 2);
    bad(invariants.oncePerDay([mail(), mail({ notice_id: 'n2' })], [call(), call({ notice_id: 'n2' })]));
  });

  it('when a step of a debt is covered twice, or what was taken is never told', () => {
    good(invariants.stepsOnce([made(1, 'n1')], [mail()], true));
    bad(invariants.stepsOnce([made(1, 'n1'), made(2, 'n2')], [mail()], true));
    bad(invariants.stepsOnce([made(1, 'n1')], [mail(), mail({ notice_id: 'n2' })], true));
    good(invariants.stepsOnce([made(1, 'n1')], [mail(), mail({ notice_id: 'n2' })], false));
  });

  describe('when somebody is asked', () => {
    const issued = sent(1, { epoch_ms: T - 60_000, data: { invoice_id: 'i1', receivable_id: 'r1', amount_cents: 100 } });
    const fact = (type: string, before_ms: number, data: object = {}): Sent => sent(2, { type: `billing.${type}.v1`, epoch_ms: T - before_ms, data: { payment_id: 'p1', reference: 'i1', amount_cents: 100, ...data } });
    it.each<[string, Sent[], number]>([
      ['who has paid', [fact('payment-reported', 5_001)], 1],
      ['who has paid less than 5 s ago', [fact('payment-reported', 4_999)], 0],
      ['who has paid a part', [fact('payment-reported', 9_000, { amount_cents: 99 })], 0],
      ['who has begun to pay', [fact('payment-pending', 9_000)], 1],
      ['whose payment failed', [fact('payment-pending', 9_000), fact('payment-failed', 8_000)], 0],
      ['whose payment failed just now', [fact('payment-pending', 9_000), fact('payment-failed', 1_000)], 0],
      ['whose invoice was cancelled', [fact('invoice-cancelled', 9_000, { invoice_id: 'i1' })], 1],
      ['who got the money back', [fact('payment-reported', 9_000), fact('refund-reported', 8_000)], 0],
      ['who owes less than was paid by now', [fact('payment-reported', 9_000, { amount_cents: 50 }), fact('invoice-amended', 8_000, { invoice_id: 'i1', amount_cents: 50 })], 1],
    ])('%s', (_, facts, violations) => bad(invariants.leftAlone([issued, ...facts], [call()]), violations));

    it('of whose creditor\'s systems an act is wanted, though it was paid', () => {
      good(invariants.actsLeftAlone([issued, wanted(), fact('payment-reported', 4_999)]));
      bad(invariants.actsLeftAlone([issued, wanted(), fact('payment-reported', 5_001)]));
      good(invariants.actsLeftAlone([issued, wanted({ data: { ...DATA, undoes: 'a0' } }), fact('payment-reported', 5_001)]), 0);
    });

    it('who has a promise that stands', () => {
      const later = call({ call_began_epoch_ms: T + 5_001 });
      bad(invariants.leftInPeace([asked()], new Set(['promise r1']), [later]));
      good(invariants.leftInPeace([asked()], new Set(['promise r1']), [call({ call_began_epoch_ms: T + 4_999 })]));
      good(invariants.leftInPeace([asked()], new Set(), [later]), 0);
    });
  });

  it('when an act arrives otherwise than it was asked for, under two bodies, too late, or nobody asked', () => {
    const look = (...all: Posted[]) => invariants.actsAsAsked(all, [wanted()], [act()]);
    good(look(posted(), posted({ epoch_ms: T + 99, data: { facts: [{ version: 1, receivable_id: 'r1' }], attempt_no: 1, receivable_id: 'r1', act_id: 'a1' } })));
    bad(look(posted(), posted({ body: 'c' })));
    for (const wrong of [{ event_id: 'e8' }, { act_id: 'a2' }, { data: { ...DATA, attempt_no: 2 } }, { data: { ...DATA, facts: [] } }, { epoch_ms: T + 145_001 }, { epoch_ms: T - 1_001 }]) bad(look(posted(wrong)));
    bad(invariants.actsAsAsked([posted()], [wanted()], []));
    bad(invariants.actsAsAsked([posted()], [], [act()]));
    const back = { ...DATA, undoes: 'a0' };
    good(invariants.actsAsAsked([posted({ data: back, epoch_ms: T + 999_999 })], [wanted({ data: back })], [act()]));
  });

  it('when a debt is tried twice in a day', () => {
    good(invariants.retriedOncePerDay([posted(), posted()]));
    bad(invariants.retriedOncePerDay([posted(), posted({ act_id: 'a2', data: { ...DATA, act_id: 'a2' } })]));
  });

  it('when an accepted act was not taken, a taken one ended as refused, or one did not end', () => {
    good(invariants.actsEndAsTaken([posted()], [act()]));
    good(invariants.actsEndAsTaken([], [act({ status: 'unanswered' })]));
    good(invariants.actsEndAsTaken([], [act({ status: 'requested', waits: true })]));
    bad(invariants.actsEndAsTaken([], [act()]));
    bad(invariants.actsEndAsTaken([], [act({ status: 'requested' })]));
    bad(invariants.actsEndAsTaken([posted()], [act({ status: 'rejected' })]));
  });

  it('when a call did not begin when it says', () => {
    good(invariants.toldTrueTime([mail()], [call()]));
    bad(invariants.toldTrueTime([mail()], [call({ call_began_epoch_ms: T + 5_000 })]));
    bad(invariants.toldTrueTime([mail()], [call({ call_began_epoch_ms: T - 100_000 })]));
  });

  it('when an invoice is lost, doubled, wrong or invented', () => {
    const look = (receivables: (typeof row)[]) => invariants.invoicesAsTold([life()], { receivables, payments: [] }, false);
    good(look([row]));
    bad(look([]));
    bad(look([row, row]));
    for (const wrong of [{ open_cents: 100 }, { status: 'settled' }, { due_date: '2026-03-15' }, { posted_cents: -20 }]) bad(look([{ ...row, ...wrong }]));
    bad(look([row, { ...row, invoice_id: 'i2' }]));
  });

  it('when the state depends on the order of delivery', () => {
    bad(invariants.invoicesAsTold([life()], { receivables: [{ ...row, open_cents: 100 }], payments: [] }, true));
    good(invariants.invoicesAsTold([life({ invoices: [] })], { receivables: [row], payments: [] }, true), 0);
  });

  it('when a payment is lost, doubled, wrong or invented', () => {
    const look = (payments: (typeof money)[]) => invariants.paymentsAsTold([life()], { receivables: [], payments });
    good(look([money]));
    bad(look([]));
    bad(look([{ ...money, receipts: 2, booked_cents: 120 }]));
    bad(look([{ ...money, refunded_cents: 60, booked_cents: 0 }]));
    bad(look([money, { ...money, payment_id: 'p2' }]));
  });

  it('when an event is not taken in, or garbage not kept', () => {
    good(invariants.eventsTakenIn([life()], ['e1']));
    bad(invariants.eventsTakenIn([life()], []));
    bad(invariants.eventsTakenIn([life()], ['e1', 'e1']));
    const poisoned = [life({ poison: [{ event_id: 'x1', reason: 'unknown-type' }] })];
    good(invariants.poisonKept(poisoned, [{ event_id: 'x1', reason: 'unknown-type' }]));
    bad(invariants.poisonKept(poisoned, []));
    bad(invariants.poisonKept([life()], [{ event_id: 'e1', reason: 'conflicting-content' }]));
  });

  it('when a dead letter is of something good, or one of garbage lacks', () => {
    const letter = (schema: string, reason = 'unreadable') => ({ schema, reason, detail: '' });
    good(invariants.deadLettersOfGarbage(1, [letter('dunning'), letter('reconciliation')]), 2);
    bad(invariants.deadLettersOfGarbage(1, [letter('dunning')]));
    bad(invariants.deadLettersOfGarbage(1, [letter('dunning'), letter('reconciliation'), letter('negotiation', 'decision-failed')]));
  });

  it('when the ledger does not balance, or a request took effect twice or not at all', () => {
    good(invariants.balanced([{ what: 'entry', cents: 0 }]));
    bad(invariants.balanced([{ what: 'entry', cents: 1 }]));
    const times = (n: number) => [{ kind: 'promise', receivable_id: 'r1', times: n }];
    good(invariants.askedOnce([asked()], times(1)));
    bad(invariants.askedOnce([asked()], times(2)));
    bad(invariants.askedOnce([asked()], []));
    bad(invariants.askedOnce([asked({ granted_epoch_ms: null })], times(1)));
  });
});

describe('a life', () => {
  it('is the same for the same seed and number, and its truth is what its events add up to', () => {
    expect(lifeOf(1, 5, '2026-03-17', 0)).toEqual(lifeOf(1, 5, '2026-03-17', 0));
    for (let n = 0; n < 300; n++) {
      const { told, invoices, payments, event_ids } = lifeOf(1, n, '2026-03-17', 0);
      const events = new Map(told.flatMap(({ value }) => (value.includes('line broke') ? [] : [JSON.parse(value)])).filter(({ id }) => event_ids.includes(id)).map((event) => [event.id as string, event]));
      expect(new Set(events.keys())).toEqual(new Set(event_ids));
      const of = (type: string) => [...events.values()].filter((event) => event.type === `upstream.${type}.v1`).map(({ data }) => data);
      expect(of('payment-received').map(({ payment_id, amount_cents }) => [payment_id, amount_cents])).toEqual(payments.map(({ payment_id, received_cents }) => [payment_id, received_cents]));
      expect(of('payment-refunded').reduce((sum, { amount_cents }) => sum + amount_cents, 0)).toBe(payments.reduce((sum, { refunded_cents }) => sum + refunded_cents, 0));
      expect(invoices.every(({ open_cents, status }) => (status === 'open') === open_cents > 0)).toBe(true);
    }
  });
});
