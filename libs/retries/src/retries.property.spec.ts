import fc from 'fast-check';
import { addDays, localDate } from '@emdia/calendar';
import type { Rail } from '@emdia/contracts';
import { given } from '../test/given';
import { HOUSE_RULES, isHardStop, nextRetry, PIX, type Attempt, type Brand } from './index';

const { attempt, facts } = given;
const START = given.at('2026-03-01T00:00').getTime();
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const maybe = <T>(arb: fc.Arbitrary<T>) => fc.option(arb, { nil: null });
const told = fc.record({
  attempt_id: fc.nat(40).map(String), receivable_id: fc.constantFrom('debt', 'other', 'third'), at: fc.nat(50 * 24).map((hours) => new Date(START + hours * HOUR_MS)),
  rail: maybe(fc.constantFrom<Rail>('CARD', 'CARD', 'CARD', 'PIX_AUTO', 'BOLETO', 'DEBIT')), card_key: maybe(fc.constantFrom('one', 'two')), brand: maybe(fc.constantFrom('visa', 'mastercard', 'elo', 'amex')),
  category: maybe(fc.constantFrom('HARD', 'SOFT', 'SOFT', 'SOFT', 'SOFT')), code: maybe(fc.constantFrom('insufficient_funds', 'do_not_honor')),
  network_code: maybe(fc.constantFrom('05', '51', '61', '91', '51', '05', '91', '43')), advice_code: maybe(fc.constantFrom('24', '26', '30', '01')),
  amount_cents: maybe(fc.constantFrom(10_000)), next_attempt_at: maybe(fc.nat(60 * 24).map((hours) => new Date(START + hours * HOUR_MS))), retry_policy: maybe(fc.constantFrom('PERMITE_3R_7D', 'NAO_PERMITE')),
}) as fc.Arbitrary<Attempt>;
const soft = told.map((each): Attempt => ({ ...each, category: null, network_code: each.network_code === '43' ? '05' : each.network_code }));
const histories = (one: fc.Arbitrary<Attempt>) => fc.array(one, { maxLength: 45 });
const asked = fc.array(fc.record({ receivable_id: fc.constantFrom('debt', 'other'), on: fc.nat(50).map((days) => addDays('2026-03-01', days)) }), { maxLength: 4 });
const instant = fc.nat(55 * 24).map((hours) => new Date(START + hours * HOUR_MS));

const limit = (name: string) => HOUSE_RULES.limits.find((each) => each.name === name)!;
const CARD_LIMITS: Record<Brand, string[]> = { visa: ['visa-30-days'], mastercard: ['mastercard-1-day', 'mastercard-30-days', 'mastercard-fee'], elo: ['elo-30-days'] };

/** The most attempts in any window of so many days that holds the instant. */
function mostAround(times: readonly number[], days: number, at: number): number {
  const starts = times.filter((time) => time <= at && time > at - days * DAY_MS);
  return Math.max(...[...starts, at].map((start) => times.filter((time) => time >= start && time < start + days * DAY_MS).length));
}

/** Asks as often as it is allowed: each retry is made at its time, and fails. */
function lived(history: readonly Attempt[], now: Date, more: Partial<Attempt>): { attempts: Attempt[]; ours: Attempt[] } {
  const attempts = [...history];
  const ours: Attempt[] = [];
  for (let clock = now, n = 0; n < 40; n++) {
    const answer = nextRetry(facts({ attempts, rails: ['CARD'] }), HOUSE_RULES, clock);
    if (!('at' in answer)) break;
    const made = attempt({ attempt_id: `ours ${n}`, at: answer.at, rail: answer.rail, ...more });
    attempts.push(made);
    ours.push(made);
    clock = answer.at;
  }
  return { attempts, ours };
}

it.each(['visa', 'mastercard', 'elo', null] as const)('never more than a limit less its margin in any window that holds a retry of ours: %s', (brand) => {
  const names = brand ? CARD_LIMITS[brand] : Object.values(CARD_LIMITS).flat();
  fc.assert(fc.property(histories(soft.map((each): Attempt => ({ ...each, rail: 'CARD', card_key: 'card', brand, next_attempt_at: null }))), instant, (history, now) => {
    // What others tried later than now is not known now.
    const { attempts, ours } = lived(history.filter(({ at }) => at <= now), now, { card_key: 'card', brand });
    const distinct = [...new Map(attempts.map((each) => [each.attempt_id, each])).keys()].map((id) => Math.min(...attempts.filter((each) => each.attempt_id === id).map(({ at }) => at.getTime())));
    for (const { at } of ours)
      for (const { attempts_max, margin, days } of names.map(limit)) expect(mostAround(distinct, days, at.getTime())).toBeLessThanOrEqual(attempts_max - margin);
    expect(ours.length > 0 || distinct.length > 0).toBe(true);
  }), { numRuns: 150 });
});

it('one debt is never tried more than its own limit over all rails', () => {
  const { attempts_max, days } = limit('debt-60-days');
  fc.assert(fc.property(histories(soft.map((each): Attempt => ({ ...each, receivable_id: 'debt', next_attempt_at: null }))), instant, (history, now) => {
    const { attempts, ours } = lived(history.filter(({ at }) => at <= now), now, {});
    const times = [...new Set(attempts.map(({ attempt_id }) => attempt_id))].map((id) => Math.min(...attempts.filter((each) => each.attempt_id === id).map(({ at }) => at.getTime())));
    for (const { at } of ours) expect(mostAround(times, days, at.getTime())).toBeLessThanOrEqual(attempts_max);
  }), { numRuns: 150 });
});

it('never after a hard stop of the card, whoever told of it and whatever came before or after', () => {
  fc.assert(fc.property(histories(told), told, instant, asked, (history, stop, now, asks) => {
    const attempts = history.map((each): Attempt => ({ ...each, attempt_id: `h ${each.attempt_id}`, rail: 'CARD', card_key: 'one' }));
    const stopped: Attempt = { ...stop, rail: 'CARD', card_key: 'one', brand: 'visa', network_code: '43' };
    expect(isHardStop(stopped)).toBe(true);
    expect(nextRetry(facts({ attempts: [...attempts, stopped], rails: ['CARD'], asked: asks }), HOUSE_RULES, now)).toMatchObject({ never: 'hard-stop', follow: 'ask-other-method' });
  }));
});

it('Pix: distinct days within the seven, three at most, always the same amount', () => {
  fc.assert(fc.property(histories(soft.map((each): Attempt => ({ ...each, receivable_id: 'debt', rail: 'PIX_AUTO', card_key: null, brand: null, network_code: null, advice_code: null, amount_cents: 10_000, retry_policy: 'PERMITE_3R_7D', next_attempt_at: null }))), instant, (history, now) => {
    const due_date = '2026-03-10';
    const attempts = history.filter(({ at }) => at <= now).slice(0, 5);
    const days = new Set(attempts.map(({ at }) => localDate(at, 'America/Sao_Paulo')).filter((day) => day > due_date));
    const before = days.size;
    for (let clock = now, n = 0; n < 6; n++) {
      const answer = nextRetry(facts({ due_date, attempts: [...attempts, attempt({ attempt_id: 'agreed', rail: 'PIX_AUTO', card_key: null, brand: null, retry_policy: 'PERMITE_3R_7D', amount_cents: 10_000, at: given.at('2026-03-10T10:00') })] }), HOUSE_RULES, clock);
      if (!('at' in answer)) break;
      const day = localDate(answer.at, 'America/Sao_Paulo');
      expect([answer.rail, answer.amount_cents, days.has(day), day > due_date && day <= addDays(due_date, PIX.days)]).toEqual(['PIX_AUTO', 10_000, false, true]);
      days.add(day);
      attempts.push(attempt({ attempt_id: `ours ${n}`, rail: 'PIX_AUTO', card_key: null, at: answer.at, amount_cents: 10_000, retry_policy: 'PERMITE_3R_7D' }));
      clock = answer.at;
    }
    expect(days.size).toBeLessThanOrEqual(Math.max(before, PIX.attempts_max));
  }));
});

it('order and repetition of what is told do not matter, and waiting until the time given changes nothing', () => {
  fc.assert(fc.property(histories(told), asked, instant, fc.infiniteStream(fc.nat()), (all, wanted, now, dice) => {
    // What comes later than now is not known now.
    const history = all.filter(({ at }) => at <= now);
    const asks = wanted.filter(({ on }) => on <= localDate(now, 'America/Sao_Paulo'));
    const answer = nextRetry(facts({ attempts: history, rails: ['CARD'], asked: asks }), HOUSE_RULES, now);
    const shuffled = [...history, ...history.filter(() => dice.next().value! % 2 === 0)].map((each) => [dice.next().value!, each] as const).sort(([a], [b]) => a - b).map(([, each]) => each);
    expect(nextRetry(facts({ attempts: shuffled, rails: ['CARD'], asked: [...asks].reverse() }), HOUSE_RULES, now)).toEqual(answer);
    if (!('at' in answer)) return;
    expect(answer.at >= now).toBe(true);
    expect(nextRetry(facts({ attempts: history, rails: ['CARD'], asked: asks }), HOUSE_RULES, answer.at)).toMatchObject({ at: answer.at, rail: answer.rail, attempt_no: answer.attempt_no });
  }), { numRuns: 300 });
});
