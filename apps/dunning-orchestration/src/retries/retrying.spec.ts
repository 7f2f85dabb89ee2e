import { BillingChargeDeclined, derivedId } from '@emdia/contracts';
import type { Tx } from '@emdia/database';
import { rulesOf } from '@emdia/retries';
import { creditor_id, customer_id, eventOf, receivableId, Story } from '../../test/story';
import { act } from '../cases/act';
import { applyDeclined, ATTEMPT, attemptOf, keepDeclined, unclaimedAttempts, type KeptAttempt } from './attempts';
import { retriesShown } from './shown';
import { retriesInTurn, retryNow } from './retrying';

const at = (day: string, hour = '00:00') => new Date(`${day}T${hour}:00-03:00`);
/** Due on Friday 6 March 2026, charged to a card, along the régua for trouble with it: retries on 9 and 13 March, messages on the 10th and 18th. */
const charged = (due = '2026-03-06') => new Story(at('2026-02-20')).customer('SP').owes('A', due, { instruments: [{ rail: 'CARD' }] }).follows('meio-de-pagamento-1');
const since = (s: Story, day: string, until: string) => s.until(`${until}T00:00:00-03:00`).calendar.filter((line) => line >= day);

describe('a retry of the régua', () => {
  it('without any attempt known is handed over on its own day', () => {
    expect(since(charged(), '2026-03-06', '2026-03-14')).toEqual(['2026-03-09 D+1: retry', '2026-03-11 D+4', '2026-03-13 D+5: retry']);
  });

  it('waits for its time, and what else the régua has does not wait for it', () => {
    const s = charged().until('2026-03-06T10:00:00-03:00').declines('A', 'a1', { network_code: '51' });
    // The 6th is a payday that lasts to the 8th, D+1 a Monday after it: the next one is Friday the 13th.
    expect(since(s, '2026-03-06', '2026-03-14')).toEqual(['2026-03-10 D+4', '2026-03-13 D+5: retry']);
    expect(s.file.receivables.get(receivableId('A'))!.acted).toEqual([expect.objectContaining({ step: 'D+5', retry: { rail: 'CARD', attempt_no: 2, amount_cents: 10_000, by: 'table', because: 'no-funds: payday' } })]);
  });

  it('never comes before the platform has done what it announced, and the message says when that is', () => {
    const s = charged().until('2026-03-09T08:00:00-03:00').declines('A', 'a1', { network_code: '05', next_attempt_at: '2026-03-11T12:00:00Z' });
    expect(since(s, '2026-03-09', '2026-03-13')).toEqual(['2026-03-10 D+4', '2026-03-12 D+1: retry']);
    expect(s.heard('notice-requested').at(-1)!.data.next_step).toEqual({ step: 'retry', planned_day: '2026-03-11', does: 'retry' });
  });

  it('is told of by the message before it, on the day on which it then comes', () => {
    const s = charged().until('2026-03-06T10:00:00-03:00').declines('A', 'a1', { network_code: '51' });
    s.until('2026-03-11T00:00:00-03:00');
    const said = s.heard('notice-requested').at(-1)!.data.next_step as { planned_day: string; does: string };
    expect(said).toMatchObject({ does: 'retry', planned_day: '2026-03-13' });
    expect(since(s, '2026-03-11', '2026-03-14')).toEqual(['2026-03-13 D+5: retry']);
  });

  it('never comes after a hard stop: no step, no word of it, and the cause is the means of payment', () => {
    const s = new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06', { instruments: [{ rail: 'CARD' }] }).until('2026-03-06T10:00:00-03:00');
    expect(s.file.regua_version).toBe('esquecido-1');
    s.declines('A', 'a1', { network_code: '43' });
    expect(s.file).toMatchObject({ cause: { cause: 'payment-method', by: 'dunning-orchestration' }, regua_version: 'meio-de-pagamento-1' });
    expect(since(s, '2026-03-07', '2026-03-27').filter((line) => line.includes('retry'))).toEqual([]);
    expect(s.heard('notice-requested').map(({ data }) => (data.next_step as { does?: string } | null)?.does).filter((does) => does === 'retry')).toEqual([]);
    // A person's word stands.
    const told = new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06');
    told.take((file) => ({ next: { ...file, cause: { cause: 'no-money' as const, at: told.now, by: 'ana' } } }));
    expect(told.declines('A', 'a1', { network_code: '43' }).file.cause).toMatchObject({ cause: 'no-money' });
  });

  it('never comes for a debt that waits for its debtor, and a stop of the customer\'s card says nothing of it', () => {
    const boleto = () => new Story(at('2026-02-20')).customer('SP').owes('B', '2026-03-06', { instruments: [{ rail: 'BOLETO' }] }).until('2026-03-06T10:00:00-03:00');
    const soft = boleto().follows('meio-de-pagamento-1').declines('A', 'a1', { network_code: '51' });
    expect(since(soft, '2026-03-07', '2026-03-27').filter((line) => line.includes('retry'))).toEqual([]);
    expect(boleto().declines('A', 'a1', { network_code: '43' }).file).toMatchObject({ cause: null, regua_version: 'esquecido-1' });
  });

  const boletos = (...more: 'CARD'[]) => new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06', { instruments: [...more, 'BOLETO' as const, 'PIX_COBV' as const].map((rail) => ({ rail, reference: rail })) });
  const asked = (s: Story) => s.heard<{ rail: string; amount_cents: number }>('retry-requested').map(({ time, data }) => `${time.slice(0, 10)} ${data.rail} ${data.amount_cents}`);

  it('issues a boleto anew where the systems of the creditor do that, which counts in its own limit and is told of as no charge', () => {
    const s = boletos().carries('retry').follows('meio-de-pagamento-1');
    expect(since(s, '2026-03-06', '2026-03-14')).toEqual(['2026-03-10 D+4']);
    expect(asked(s)).toEqual(['2026-03-09 BOLETO 10000', '2026-03-13 BOLETO 10000']);
    expect(retriesShown(s.file, s.now)).toEqual([expect.objectContaining({ budgets: expect.arrayContaining([{ limit: 'boleto-60-days', attempts: 2, attempts_max: 3, days: 60 }, { limit: 'debt-60-days', attempts: 2, attempts_max: 8, days: 60 }]) })]);
    expect(s.heard('notice-requested').at(-1)!.data.next_step).toMatchObject({ step: 'D+12' });
    const byHand = boletos().follows('meio-de-pagamento-1');
    expect(since(byHand, '2026-03-06', '2026-03-14')).toEqual(['2026-03-10 D+4']);
  });

  it('issues none where a card charges the debt: stopped, it is to be replaced', () => {
    const s = boletos('CARD').carries('retry').until('2026-03-06T10:00:00-03:00').declines('A', 'a1', { network_code: '43' });
    expect([s.file.cause?.cause, asked(s.until('2026-04-20T00:00:00-03:00'))]).toEqual(['payment-method', []]);
  });

  it('the cause is the same whether the stop or the debt came first', () => {
    const s = new Story(at('2026-03-01')).customer('SP').declines('A', 'a1', { network_code: '43' });
    expect(s.file).toMatchObject({ status: 'new', cause: null });
    expect(s.owes('A', '2026-03-06').file).toMatchObject({ status: 'open', cause: { cause: 'payment-method' }, regua_version: 'meio-de-pagamento-1' });
  });
});

describe('the budget', () => {
  it('is one over the debts of a card, also when they fall due in the same instant', () => {
    const s = charged();
    for (let n = 1; n < 4; n++) s.owes(`B${n}`, '2026-03-06', { instruments: [{ rail: 'CARD' }] });
    s.follows('meio-de-pagamento-1').until('2026-03-06T10:00:00-03:00');
    for (let n = 0; n < 13; n++) s.declines('X', `x${n}`, { attempted_at: at('2026-02-20', '10:00').toISOString(), network_code: '05' });
    // Fifteen fit, thirteen are used: of four debts two are tried.
    s.until('2026-03-09T12:00:00-03:00');
    const [task] = s.heard<{ reason: string; receivable_ids: string[] }>('task-requested');
    expect([task!.data.reason, task!.data.receivable_ids.length]).toEqual(['D+1: retry', 2]);
    expect(retriesInTurn(s.file, [...s.file.receivables.values()], '2026-03-09', s.now)).toEqual([]);
  });

  it('is stricter where the creditor set it so', () => {
    const s = charged().until('2026-03-06T10:00:00-03:00').declines('A', 'a1', { network_code: '05' }).declines('A', 'a2', { network_code: '05' });
    const strict = { ...s.file, retry_rules: rulesOf({ limits: { 'debt-60-days': { attempts_max: 2 } } }) };
    const [receivable] = strict.receivables.values();
    expect([retryNow(s.file, receivable!, at('2026-03-20', '10:00')), retryNow(strict, receivable!, at('2026-03-20', '10:00'))]).toEqual([expect.objectContaining({ attempt_no: 3 }), null]);
    const later = act({ ...strict, due_at: at('2026-03-09', '09:30') }, at('2026-03-09', '09:30'));
    expect('events' in later ? later.events : []).toEqual([]);
  });

  it('is shown: used, limit, when next and why', () => {
    const s = charged().until('2026-03-06T10:00:00-03:00').declines('A', 'a1', { network_code: '51' });
    expect(retriesShown(s.file, s.now)).toEqual([{
      receivable_id: receivableId('A'), attempts: 1, next: expect.objectContaining({ at: at('2026-03-07', '10:00'), by: 'table' }), never: null, follow: null, because: 'no-funds: payday', asked: [],
      budgets: [{ limit: 'debt-60-days', attempts: 1, attempts_max: 8, days: 60 }, { limit: 'visa-30-days', attempts: 1, attempts_max: 15, days: 30 }],
    }]);
    expect(retriesShown(charged().file, at('2026-03-01'))).toEqual([]);
    expect(retriesShown(s.declines('A', 'a2', { advice_code: '03', brand: 'mastercard' }).file, s.now)).toMatchObject([{ next: null, never: 'hard-stop', follow: 'ask-other-method' }]);
  });
});

describe('attempts', () => {
  const event = (more: object = {}) => eventOf(BillingChargeDeclined, { creditor_id, customer_id, payment_id: 'p', source: 's', reference: 'A', attempt_id: derivedId('x'), attempted_at: '2026-03-06T12:00:00Z', ...more }, at('2026-03-06'));

  it('tellings of one complete each other in any order, and the same again says nothing', () => {
    const told = [event({ network_code: '51' }), event({ next_attempt_at: '2026-03-08T12:00:00Z', attempted_at: '2026-03-06T12:00:01Z' })];
    const files = [told, [...told].reverse(), [...told, ...told]].map((events) => {
      const s = charged();
      for (const each of events) s.take((file, now) => applyDeclined(file, each, now));
      return [...s.file.attempts.values()];
    });
    expect(files[0]).toEqual([expect.objectContaining({ at: new Date('2026-03-06T12:00:00Z'), network_code: '51', next_attempt_at: new Date('2026-03-08T12:00:00Z') })]);
    expect([files[1], files[2]]).toEqual([files[0], files[0]]);
    const s = charged();
    s.take((file, now) => applyDeclined(file, told[0]!, now));
    expect(applyDeclined(s.file, told[0]!, s.now)).toEqual({ ignored: 'known' });
  });

  it('of a reference count on the receivable whose instrument bears it', () => {
    const pix = (story: Story) => story.owes('A', undefined, { instruments: [{ rail: 'PIX_AUTO', reference: 'txid-1' }] });
    const s = pix(charged()).until('2026-03-06T20:00:00-03:00').declines('txid-1', 'e1', { rail: 'PIX_AUTO', card_key: undefined, brand: undefined, retry_policy: 'PERMITE_3R_7D', amount_cents: 10_000 } as object);
    expect(retryNow(s.file, s.file.receivables.get(receivableId('A'))!, at('2026-03-09', '09:00'))).toMatchObject({ rail: 'PIX_AUTO', attempt_no: 2 });
    expect(since(s, '2026-03-07', '2026-03-16').filter((line) => line.includes('retry'))).toEqual(['2026-03-09 D+1: retry', '2026-03-13 D+5: retry']);
  });

  it('of nobody known are written where they changed, and no others', async () => {
    const of = 'acme/#ref:A';
    const kept = attemptOf({ ...event({ customer_id: null, network_code: '51' }), key: of });
    const written: string[] = [];
    const query = async (sql: string, values: unknown[]) => {
      if (sql.startsWith('insert')) written.push(JSON.stringify(values));
      return sql.startsWith('select a.key') ? [{ key: of, rows: [ATTEMPT.map(([, , cell]) => cell(kept))] }] : [];
    };
    const tx = { query } as unknown as Tx;
    const known = (await unclaimedAttempts.load(tx, [of])).get(of)!;
    await unclaimedAttempts.save(tx, new Map([[of, known]]));
    expect(written).toEqual([]);
    const next = keepDeclined(known, { ...event({ customer_id: null, attempt_id: derivedId('y') }), key: of });
    await unclaimedAttempts.save(tx, new Map([[of, 'next' in next ? next.next : known]]));
    expect(written).toEqual([expect.stringContaining(derivedId('y'))]);
    expect(written[0]).not.toContain(kept.attempt_id);
  });

  it('of nobody known wait under their reference', () => {
    const known = new Map<string, KeptAttempt>();
    const first = keepDeclined(known, { ...event({ customer_id: null, network_code: '51' }), key: 'acme/#ref:A' });
    expect('next' in first && [...first.next.values()]).toEqual([expect.objectContaining({ key: 'acme/#ref:A', receivable_id: receivableId('A'), network_code: '51' })]);
  });
});
