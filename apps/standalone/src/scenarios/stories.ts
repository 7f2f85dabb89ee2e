import type { BrokerKind } from '@emdia/runtime';
import { CREDITOR, Story } from './story';

interface Balance {
  status: string;
  open_cents: string;
  collectability: string;
}

const balance = async (story: Story, invoiceId: string): Promise<Balance> => {
  const [row] = await story.query<Balance>(`select status, open_cents, collectability from reconciliation.receivable where receivable_id = $1`, [story.receivable(invoiceId)]);
  return row!;
};

/** The whole way of a debt, in every order that matters; run over both brokers. March 2026: the 17th is a Tuesday. */
export function stories(broker: BrokerKind, env: () => Record<string, string> = () => ({})): void {
  let story: Story;
  const open = async (start = '2026-03-10 08:00') => (story = await Story.open(broker, start, env()));

  afterEach(async () => {
    // Whatever a story does, the laws hold at its end.
    const laws = await story.laws();
    await story.close();
    expect(laws.map(({ law }) => law)).toEqual([1, 2, 3, 4, 5]);
    expect(laws.filter(({ violations }) => violations > 0)).toEqual([]);
  });

  it('reminds, waits, reminds again, and falls silent the moment the money came', async () => {
    await open();
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20' });
    await story.until('2026-03-28 11:00');
    // D+1 falls on a Saturday and meets D+3 on the Monday.
    expect(await story.contacts()).toEqual(['2026-03-17 D-3', '2026-03-20 D0', '2026-03-23 D+3', '2026-03-27 D+7']);
    expect((await story.letters()).every(({ to }) => to === 'ana@cliente.invalid')).toBe(true);
    await story.pay('pay-1', 'inv-1');
    await story.until('2026-05-20');
    expect(await story.contacts()).toHaveLength(4);
    expect(await story.contacts('service')).toEqual(['2026-03-30 thanks']);
    expect(await balance(story, 'inv-1')).toMatchObject({ status: 'settled', open_cents: '0' });
  });

  it('hands the case to a person when the régua has ended', async () => {
    await open();
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20' });
    await story.until('2026-04-24');
    expect(await story.contacts()).toEqual(['2026-03-17 D-3', '2026-03-20 D0', '2026-03-23 D+3', '2026-03-27 D+7', '2026-04-06 D+15', '2026-04-20 D+30']);
    const { items } = await story.get<{ items: { customer_id: string }[] }>('/v1/tasks');
    expect(items.map(({ customer_id }) => customer_id)).toEqual(['ana']);
  });

  it('asks for nothing that was written off, thanks nobody for it, and goes on where it is reinstated', async () => {
    await open();
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20' });
    await story.until('2026-03-21');
    await story.post(`/v1/receivables/${story.receivable('inv-1')}/write-off`, { reason: 'insolvent' });
    await story.until('2026-04-02');
    expect(await story.contacts()).toEqual(['2026-03-17 D-3', '2026-03-20 D0']);
    expect(await story.contacts('service')).toEqual([]);
    await story.post(`/v1/receivables/${story.receivable('inv-1')}/reinstate`, { reason: 'found' });
    await story.until('2026-04-08');
    expect(await story.contacts()).toEqual(['2026-03-17 D-3', '2026-03-20 D0', '2026-04-02 D+7', '2026-04-06 D+15']);
  });

  it('writes one letter for several debts, and never twice a day', async () => {
    await open();
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20' });
    await story.issue({ invoice_id: 'inv-2', due_date: '2026-03-20', amount_cents: 2_500 });
    await story.issue({ invoice_id: 'inv-3', due_date: '2026-03-23', amount_cents: 700 });
    await story.until('2026-03-21');
    const days = (await story.contacts()).map((contact) => contact.slice(0, 10));
    expect(days).toEqual([...new Set(days)]);
    const [first] = await story.query<{ n: string }>(`select jsonb_array_length(covers) as n from notifications.delivery where status = 'sent' order by local_day limit 1`);
    expect(Number(first!.n)).toBe(2);
  });

  it('takes a payment that arrives before its invoice, and says nothing', async () => {
    await open();
    await story.pay('pay-1', 'inv-1');
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20' });
    await story.until('2026-03-25');
    expect(await balance(story, 'inv-1')).toMatchObject({ status: 'settled', open_cents: '0' });
    expect(await story.contacts()).toEqual([]);
  });

  it('keeps asking for what a partial payment left, and holds for a double one until it is given back', async () => {
    await open();
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20' });
    await story.issue({ invoice_id: 'inv-2', due_date: '2026-03-20' });
    await story.pay('pay-1', 'inv-1', 4_000);
    expect(await balance(story, 'inv-1')).toMatchObject({ status: 'open', open_cents: '6000', collectability: 'owed' });
    await story.pay('pay-2', 'inv-1', 6_000);
    await story.pay('pay-3', 'inv-1', 6_000);
    expect(await balance(story, 'inv-2')).toMatchObject({ status: 'open', collectability: 'unmatched' });
    await story.until('2026-03-23 08:00');
    expect(await story.contacts()).toEqual([]);
    await story.tell('payment-refunded', { refund_id: 'ref-1', payment_id: 'pay-3', amount_cents: 6_000, currency: 'BRL', refunded_date: '2026-03-23' });
    expect(await balance(story, 'inv-2')).toMatchObject({ collectability: 'owed' });
    expect(await balance(story, 'inv-1')).toMatchObject({ status: 'settled' });
    await story.until('2026-03-24');
    expect(await story.contacts()).toHaveLength(1);
  });

  it('goes on at the step its age calls for when a refund reopens a debt', async () => {
    await open();
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20' });
    await story.until('2026-03-18');
    await story.pay('pay-1', 'inv-1');
    await story.until('2026-03-30 08:00');
    expect(await story.contacts()).toEqual(['2026-03-17 D-3']);
    await story.tell('payment-refunded', { refund_id: 'ref-1', payment_id: 'pay-1', amount_cents: 10_000, currency: 'BRL', refunded_date: '2026-03-30' });
    await story.until('2026-03-31 20:00');
    expect(await story.contacts()).toEqual(['2026-03-17 D-3', '2026-03-30 D+7']);
  });

  it('is silent during a promise and asks again when it is broken', async () => {
    await open();
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20' });
    await story.until('2026-03-23 15:00');
    await story.post('/v1/promises', { customer_id: 'ana', receivable_ids: [story.receivable('inv-1')], promised_date: '2026-04-02' });
    await story.until('2026-04-02 20:00');
    expect(await story.contacts()).toEqual(['2026-03-17 D-3', '2026-03-20 D0', '2026-03-23 D+3']);
    // The 3rd is Good Friday: nobody writes before the Monday, and no person is asked while the bank may still tell.
    await story.until('2026-04-05');
    expect(await story.query('select owner_reason from dunning.case_receivable')).toEqual([{ owner_reason: null }]);
    await story.until('2026-04-06 20:00');
    expect((await story.contacts()).at(-1)).toBe('2026-04-06 D+15');
    const [promise] = await story.query<{ status: string }>('select status from negotiation.promise');
    expect(promise!.status).toBe('broken');
  });

  it('keeps an agreement: instalments by reference, the waiver at completion only', async () => {
    await open();
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-02' });
    const made = await story.post<{ agreement_id: string; instalments: { instalment_id: string }[] }>('/v1/agreements', {
      customer_id: 'ana',
      receivable_ids: [story.receivable('inv-1')],
      instalments: [{ due_date: '2026-03-20', amount_cents: 5_000 }, { due_date: '2026-04-20', amount_cents: 4_000 }],
      waived_cents: 1_000,
    });
    await story.house.settle();
    expect(await balance(story, 'inv-1')).toMatchObject({ collectability: 'agreed' });
    await story.until('2026-03-19');
    await story.pay('pay-1', made.instalments[0]!.instalment_id, 5_000);
    expect(await balance(story, 'inv-1')).toMatchObject({ open_cents: '5000', collectability: 'agreed' });
    await story.until('2026-04-16');
    await story.pay('pay-2', made.instalments[1]!.instalment_id, 4_000);
    expect(await balance(story, 'inv-1')).toMatchObject({ status: 'settled', open_cents: '0' });
    expect(await story.contacts()).toEqual([]);
    expect(await story.contacts('agreement')).toEqual(['2026-03-17 agreement']);
  });

  it('returns the debt, less what was paid, when an agreement breaks', async () => {
    await open();
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-02' });
    const made = await story.post<{ instalments: { instalment_id: string }[] }>('/v1/agreements', {
      customer_id: 'ana',
      receivable_ids: [story.receivable('inv-1')],
      instalments: [{ due_date: '2026-03-20', amount_cents: 5_000 }, { due_date: '2026-04-20', amount_cents: 5_000 }],
    });
    await story.house.settle();
    await story.pay('pay-1', made.instalments[0]!.instalment_id, 5_000);
    await story.until('2026-04-23');
    expect(await balance(story, 'inv-1')).toMatchObject({ status: 'open', open_cents: '5000', collectability: 'owed' });
    expect((await story.contacts()).length).toBeGreaterThan(0);
  });

  it('asks nobody while a payment source has not told everything', async () => {
    await open();
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-17' });
    await story.until('2026-03-20 20:00', false);
    expect(await story.contacts()).toEqual([]);
    await story.covered('2026-03-20');
    await story.until('2026-03-23 20:00');
    expect(await story.contacts()).toEqual(['2026-03-23 D+3']);
  });

  it('sets bad input aside, holds what it may concern, and takes it in when corrected', async () => {
    await open();
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20' });
    await story.call('POST', '/v1/imports?kind=payments', [{ no: 'csv' }], [400, 415, 422]);
    await story.post('/v1/payments', { payment_id: 'pay-1', reference: 'inv-1', amount_cents: -5, currency: 'BRL', paid_date: '2026-03-10' }, [400, 422]);
    await story.post('/v1/payments', { payment_id: 'pay-1', reference: 'inv-1', amount_cents: 10_000, currency: 'BRL', paid_date: '2026-02-30' }, [400, 422]);
    await story.post('/v1/payments', { payment_id: 'pay-1', reference: 'inv-1', amount_cents: 10_000, currency: 'USD', paid_date: '2026-03-10' }, [400, 422]);
    expect(await balance(story, 'inv-1')).toMatchObject({ open_cents: '10000' });
    await story.post('/v1/payments', { payment_id: 'pay-1', reference: 'inv-1', amount_cents: 10_000, currency: 'BRL', paid_date: '2026-03-10' });
    await story.house.settle();
    expect(await balance(story, 'inv-1')).toMatchObject({ status: 'settled' });
  });

  it('holds for a dispute until it is resolved', async () => {
    await open();
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20' });
    const { dispute_id } = await story.post<{ dispute_id: string }>('/v1/disputes', { customer_id: 'ana', receivable_ids: [story.receivable('inv-1')], reason: 'not mine' });
    await story.until('2026-03-26');
    expect(await story.contacts()).toEqual([]);
    await story.post(`/v1/disputes/${dispute_id}/resolve`, { outcome: 'rejected' });
    await story.until('2026-03-28');
    expect(await story.contacts()).toEqual(['2026-03-26 D+3', '2026-03-27 D+7']);
  });

  it('shows nothing of a creditor to another', async () => {
    await open();
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-20' });
    await story.until('2026-03-18');
    const authorization = `Bearer ${await story.strangersKey('outra')}`;
    for (const path of ['/v1/receivables', '/v1/cases', '/v1/deliveries', '/v1/ledger/entries']) {
      const mine = await story.get<{ items: unknown[] }>(path);
      expect([path, mine.items.length]).not.toEqual([path, 0]);
      const theirs = await fetch(story.house.url + path, { headers: { authorization } });
      expect([path, await theirs.json()]).toEqual([path, expect.objectContaining({ items: [] })]);
    }
    const meddling = await fetch(`${story.house.url}/v1/receivables`, { headers: { authorization, 'x-emdia-creditor': CREDITOR } });
    expect(meddling.status).toBe(403);
  });
}
