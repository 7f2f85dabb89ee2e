import { derivedId, ReconciliationBalanceChanged, ReconciliationReceivableReopened, ReconciliationReceivableSettled } from '@emdia/contracts';
import { account, amended, balances, cancelled, CREDITOR, CUSTOMER, given, issued, KEY, NOW, paid, POLICY, position, receivableId, typesOf, unapplied } from '../../test/story';

const ids = { creditor_id: CREDITOR, customer_id: CUSTOMER, receivable_id: receivableId('A') };

describe('issuing an invoice', () => {
  it('opens a receivable: told whole, and posted', () => {
    const invoice = issued('A', { number: 'NF-1', description: 'Plan', due_date: '2026-03-07', charge_policy: POLICY, instruments: [{ rail: 'BOLETO', reference: '0001' }] });
    const world = given().when(invoice);
    expect(world.events).toEqual([{
      contract: ReconciliationBalanceChanged, id: derivedId('balance-changed', receivableId('A'), 1), key: KEY, creditor_id: CREDITOR, time: NOW.toISOString(),
      data: {
        ...ids, version: 1, invoice_id: 'A', number: 'NF-1', description: 'Plan', currency: 'BRL', issue_date: '2026-02-15', original_due_date: '2026-03-07',
        effective_due_date: '2026-03-09', amount_cents: 10_000, paid_cents: 0, waived_cents: 0, written_off_cents: 0, open_cents: 10_000, status: 'open', collectability: 'owed', review_date: null,
        charge_policy: POLICY, instruments: [{ rail: 'BOLETO', reference: '0001' }], settled_on: null,
      },
    }]);
    expect(account(world).unsaved).toEqual({
      left: [],
      changes: [{ receivable_id: receivableId('A'), version: 1, collectability: 'owed', status: 'open', open_cents: 10_000, recorded_at: NOW }],
      entries: [{
        cause: `invoice:${receivableId('A')}:1`, event_id: invoice.event.id, currency: 'BRL', recorded_at: NOW,
        postings: [
          { account: 'receivable', receivable_id: receivableId('A'), source: null, payment_id: null, amount_cents: 10_000 },
          { account: 'revenue', receivable_id: receivableId('A'), source: null, payment_id: null, amount_cents: -10_000 },
        ],
      }],
    });
  });

  it('takes the invoice id where there is no number', () => {
    expect(given().when(issued('A')).events[0]!.data).toMatchObject({ number: 'A', description: null });
  });

  it('is told again when it is issued anew with other instruments, and ignored when an older version comes', () => {
    const anew = issued('A', { source_version: 2, instruments: [{ rail: 'PIX_COB', reference: 'tx' }] });
    const world = given(issued('A')).when(anew);
    expect(world.events).toHaveLength(1);
    expect(world.events[0]!.data).toMatchObject({ version: 2, instruments: [{ rail: 'PIX_COB', reference: 'tx' }] });
    expect(given(anew).when(issued('A')).ignored).toEqual(['older-version']);
  });
});

describe('amending an invoice', () => {
  it('moves the amount and the due date, with an adjusting entry', () => {
    const world = given(issued('A')).when(amended('A', 2, 8_000, '2026-03-20'));
    expect(position(world, 'A')).toMatchObject({ version: 2, amount_cents: 8_000, open_cents: 8_000, original_due_date: '2026-03-20', effective_due_date: '2026-03-20' });
    expect(balances(world)).toEqual({ receivable: 8_000, revenue: -8_000 });
    expect(account(world).unsaved.entries.at(-1)).toMatchObject({ cause: `invoice:${receivableId('A')}:2`, postings: [{ amount_cents: -2_000 }, { amount_cents: 2_000 }] });
  });

  it('waits for its invoice', () => {
    const before = given().when(amended('A', 2, 8_000));
    expect(before.events).toEqual([]);
    expect(account(before).receivables.get(receivableId('A'))!.position).toBeNull();
    expect(position(given(amended('A', 2, 8_000)).when(issued('A')), 'A')).toMatchObject({ version: 1, amount_cents: 8_000 });
  });

  it('ignores an older version, and lets event ids decide between equal ones', () => {
    expect(given(issued('A'), amended('A', 3, 8_000)).when(amended('A', 2, 9_000)).ignored).toEqual(['older-version']);
    const tied = [amended('A', 2, 8_000), amended('A', 2, 7_000, '2026-03-02', 'another event')] as const;
    const winner = tied[0].event.id > tied[1].event.id ? 8_000 : 7_000;
    for (const [first, second] of [tied, [...tied].reverse()]) expect(position(given(issued('A'), first!).when(second!), 'A').amount_cents).toBe(winner);
  });

  it('below what was paid frees the rest of the money', () => {
    const world = given(issued('A'), paid('p', 'A')).when(amended('A', 2, 6_000));
    expect(position(world, 'A')).toMatchObject({ amount_cents: 6_000, paid_cents: 6_000, open_cents: 0, status: 'settled' });
    expect(unapplied(world)).toEqual({ p: 4_000 });
    expect(typesOf(world)).toEqual(['balance-changed', 'payment-unmatched']);
  });

  it('above what was paid reopens', () => {
    const raise = amended('A', 2, 15_000);
    const world = given(issued('A'), paid('p', 'A')).when(raise);
    expect(world.events[1]).toEqual({
      contract: ReconciliationReceivableReopened, id: derivedId('receivable-reopened', receivableId('A'), 3), key: KEY, creditor_id: CREDITOR, time: NOW.toISOString(),
      data: { ...ids, open_cents: 5_000, reason: 'amendment', cause: raise.event.id },
    });
  });
});

describe('cancelling an invoice', () => {
  it('takes back what is open', () => {
    const world = given(issued('A')).when(cancelled('A', 2));
    expect(position(world, 'A')).toMatchObject({ status: 'cancelled', amount_cents: 0, open_cents: 0, collectability: 'settled', settled_on: null });
    expect(balances(world)).toEqual({});
    expect(typesOf(world)).toEqual(['balance-changed']);
  });

  it('gives money back to unapplied', () => {
    const world = given(issued('A'), paid('p', 'A', { amount_cents: 3_000 })).when(cancelled('A', 2));
    expect(balances(world)).toEqual({ cash: 3_000, unapplied: -3_000 });
    expect(unapplied(world)).toEqual({ p: 3_000 });
  });

  it('waits for its invoice, and gives way to a newer word', () => {
    expect(position(given(cancelled('A', 2)).when(issued('A')), 'A').status).toBe('cancelled');
    expect(position(given(issued('A'), cancelled('A', 2)).when(amended('A', 3, 9_000)), 'A')).toMatchObject({ status: 'open', open_cents: 9_000 });
    expect(position(given(issued('A'), amended('A', 3, 9_000)).when(cancelled('A', 2)), 'A')).toMatchObject({ status: 'open', open_cents: 9_000 });
  });
});

describe('settling', () => {
  it('is told once, with the day of the last payment and how late it was after the roll to a business day', () => {
    const world = given(issued('A', { due_date: '2026-03-07' }), paid('p', 'A', { amount_cents: 4_000, paid_date: '2026-03-12' })).when(paid('q', 'A', { amount_cents: 6_000, paid_date: '2026-03-10' }));
    expect(typesOf(world)).toEqual(['balance-changed', 'receivable-settled']);
    expect(world.events[1]).toEqual({
      contract: ReconciliationReceivableSettled, id: derivedId('receivable-settled', receivableId('A'), 3), key: KEY, creditor_id: CREDITOR, time: NOW.toISOString(),
      data: { ...ids, settled_on: '2026-03-12', days_late: 3, amount_cents: 10_000 },
    });
  });
});
