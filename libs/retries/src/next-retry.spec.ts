import { given } from '../test/given';
import { HOUSE_RULES, nextRetry, type Attempt, type Rules } from './index';

const { attempt, facts, at } = given;
const next = (more: Parameters<typeof facts>[0], now: string, rules: Rules = HOUSE_RULES) => nextRetry(facts(more), rules, at(now));
const days = (n: number, each: (day: number) => Partial<Attempt>): Attempt[] => Array.from({ length: n }, (_, day) => attempt({ attempt_id: `a${day}`, ...each(day) }));

describe('a card', () => {
  it('waits for a payday where the money lacked, by the table', () => {
    // Tuesday 3 March 2026: the fifth business day is Friday 6 March.
    expect(next({ attempts: [attempt({ at: at('2026-03-03T10:00'), network_code: '51' })] }, '2026-03-03T10:00')).toEqual({
      at: at('2026-03-06T09:00'), rail: 'CARD', attempt_no: 2, amount_cents: 10_000, by: 'table', because: 'no-funds: payday',
    });
  });

  it.each([
    ['2026-03-08T07:00', '2026-03-08T09:00', 'the day after a payday'],
    ['2026-03-09T07:00', '2026-03-13T09:00', '15 March is a Sunday: salaries come on Friday'],
    ['2026-03-16T07:00', '2026-03-20T09:00', 'the 20th'],
    ['2026-03-23T07:00', '2026-03-31T09:00', 'the last business day'],
  ])('from %s on at %s: %s', (now, wanted) => {
    expect(next({ attempts: [attempt({ at: at('2026-03-03T10:00'), network_code: '51' })] }, now)).toMatchObject({ at: at(wanted) });
  });

  it('goes by the static ladder where the code says nothing', () => {
    const tries = [attempt({ at: at('2026-03-03T10:00'), network_code: '05' })];
    expect(next({ attempts: tries }, '2026-03-03T10:00')).toMatchObject({ at: at('2026-03-04T09:00'), by: 'ladder', because: 'attempt 2 after 1 days' });
    expect(next({ attempts: [...tries, attempt({ attempt_id: 'b', at: at('2026-03-04T09:00') })] }, '2026-03-04T10:00')).toMatchObject({ at: at('2026-03-07T09:00'), by: 'ladder' });
  });

  it('waits as long as the network advises', () => {
    expect(next({ attempts: [attempt({ at: at('2026-03-03T10:00'), brand: 'mastercard', advice_code: '28' })] }, '2026-03-03T10:00')).toMatchObject({ at: at('2026-03-09T10:00') });
  });

  it.each([
    ['visa', { network_code: '43' }], ['visa', { network_code: 'R1' }], ['mastercard', { advice_code: '03' }], ['mastercard', { advice_code: '21' }],
    ['elo', { network_code: '57' }], [null, { network_code: 'R3' }], [null, { advice_code: '21' }], ['amex', { advice_code: '03' }], ['visa', { code: 'stolen_card' }], ['visa', { category: 'HARD' }],
  ] as const)('is never tried again after a hard stop: %s %j', (brand, said) => {
    const stopped = attempt({ brand, at: at('2026-03-03T10:00'), ...said });
    expect(next({ attempts: [stopped] }, '2026-09-03T10:00')).toMatchObject({ never: 'hard-stop', follow: 'ask-other-method' });
    // Of another debt of the card, too; and a later soft decline changes nothing.
    expect(next({ attempts: [{ ...stopped, receivable_id: 'other' }, attempt({ attempt_id: 'b', at: at('2026-03-04T10:00'), network_code: '51' })] }, '2026-09-03T10:00')).toMatchObject({ never: 'hard-stop' });
  });

  it('codes of one brand say nothing of another', () => {
    expect(next({ attempts: [attempt({ brand: 'visa', advice_code: '21' })] }, '2026-03-20T10:00')).toMatchObject({ by: 'ladder' });
  });

  it('a new card begins anew', () => {
    const stopped = attempt({ at: at('2026-03-03T10:00'), network_code: '43' });
    const renewed = attempt({ attempt_id: 'b', at: at('2026-03-10T10:00'), card_key: 'new', network_code: '05' });
    expect(next({ attempts: [stopped, renewed] }, '2026-03-10T10:00')).toMatchObject({ rail: 'CARD', at: at('2026-03-13T09:00') });
    // A stop whose card nobody said held until a card was tried after it.
    expect(next({ attempts: [{ ...stopped, card_key: null }] }, '2026-03-10T10:00')).toMatchObject({ never: 'hard-stop' });
    expect(next({ attempts: [{ ...stopped, card_key: null }, renewed] }, '2026-03-10T10:00')).toMatchObject({ rail: 'CARD' });
  });

  it('one budget over all debts of it: the next comes when the first leaves the window', () => {
    const tries = days(15, (day) => ({ receivable_id: `debt ${day}`, at: at(`2026-03-${String(day + 1).padStart(2, '0')}T10:00`) }));
    expect(next({ attempts: tries }, '2026-03-16T10:00')).toMatchObject({ at: at('2026-03-31T10:00') });
    expect(next({ attempts: tries.slice(1) }, '2026-03-16T10:00')).toMatchObject({ at: at('2026-03-16T10:00') });
    // Of an unknown brand the strictest counts, which is the acquirers' bill of Mastercard.
    expect(next({ attempts: tries.slice(0, 7).map((each) => ({ ...each, brand: null })) }, '2026-03-16T10:00')).toMatchObject({ at: at('2026-04-01T10:00') });
  });

  it('attempts that nobody said the card of count on every card of the customer', () => {
    const tries = days(15, (day) => ({ receivable_id: `debt ${day}`, card_key: day === 14 ? 'card' : null, at: at(`2026-03-${String(day + 1).padStart(2, '0')}T10:00`) }));
    expect(next({ attempts: tries }, '2026-03-16T10:00')).toMatchObject({ at: at('2026-03-31T10:00') });
  });

  it('the last attempt is the latest, whatever its id', () => {
    const tries = [attempt({ attempt_id: 'z', at: at('2026-03-03T10:00'), network_code: '51' }), attempt({ attempt_id: 'a', at: at('2026-03-05T10:00'), network_code: '05' })];
    expect(next({ attempts: tries }, '2026-03-05T10:00')).toMatchObject({ at: at('2026-03-08T09:00'), by: 'ladder' });
  });

  it('what the platform will do by itself is waited for, and counts', () => {
    const tries = [attempt({ at: at('2026-03-03T10:00'), network_code: '05', next_attempt_at: at('2026-03-08T10:00') })];
    expect(next({ attempts: tries }, '2026-03-03T10:00')).toMatchObject({ at: at('2026-03-09T10:00'), attempt_no: 3, because: 'the platform tries again by itself at 2026-03-08T13:00:00.000Z; then attempt 2 after 1 days' });
  });

  it('a retry that we asked for counts until it is told', () => {
    const asked = [{ receivable_id: 'debt', on: '2026-03-10' }];
    const tries = [attempt({ at: at('2026-03-03T10:00') })];
    expect(next({ attempts: tries, asked }, '2026-03-12T10:00')).toMatchObject({ attempt_no: 3 });
    expect(next({ attempts: [...tries, attempt({ attempt_id: 'b', at: at('2026-03-11T10:00') })], asked }, '2026-03-12T10:00')).toMatchObject({ attempt_no: 3 });
  });

  it('an attempt made well before a retry was asked for is not its answer, though of the same day; of a platform whose clock is behind it is', () => {
    const tries = (hour: string) => [attempt({ at: at('2026-03-03T10:00') }), attempt({ attempt_id: 'b', at: at(`2026-03-10T${hour}`) })];
    const asked = [{ receivable_id: 'debt', on: '2026-03-10', at: at('2026-03-10T10:00') }];
    expect(['09:54', '09:55', '10:00'].map((hour) => next({ attempts: tries(hour), asked }, '2026-03-12T10:00'))).toMatchObject([{ attempt_no: 4 }, { attempt_no: 3 }, { attempt_no: 3 }]);
  });
});

describe('Pix Automático', () => {
  const pix = (more: Partial<Attempt> = {}) => attempt({ rail: 'PIX_AUTO', card_key: null, brand: null, retry_policy: 'PERMITE_3R_7D', amount_cents: 10_000, at: at('2026-03-10T19:00'), ...more });

  it('on another day within seven after the due date, the same amount', () => {
    expect(next({ due_date: '2026-03-10', attempts: [pix()] }, '2026-03-10T20:00')).toMatchObject({ at: at('2026-03-11T09:00'), rail: 'PIX_AUTO', amount_cents: 10_000 });
    expect(next({ due_date: '2026-03-10', attempts: [pix(), pix({ attempt_id: 'b', at: at('2026-03-17T09:00') })] }, '2026-03-17T10:00')).toMatchObject({ never: 'window-over', follow: 'none' });
    expect(next({ due_date: '2026-03-10', attempts: [pix()] }, '2026-03-17T23:00')).toMatchObject({ at: at('2026-03-17T23:00') });
    expect(next({ due_date: '2026-03-10', attempts: [pix()] }, '2026-03-18T00:00')).toMatchObject({ never: 'window-over' });
  });

  it('three extra days, the due date itself not counted', () => {
    const tries = ['10', '11', '12', '13'].map((day) => pix({ attempt_id: day, at: at(`2026-03-${day}T09:00`) }));
    expect(next({ due_date: '2026-03-10', attempts: tries.slice(0, 3) }, '2026-03-12T20:00')).toMatchObject({ rail: 'PIX_AUTO' });
    expect(next({ due_date: '2026-03-10', attempts: tries }, '2026-03-13T20:00')).toMatchObject({ never: 'budget-spent' });
  });

  it('a retry that we asked for takes one day, that of its attempt once it is told', () => {
    const asked = ['11', '12', '13'].map((day) => ({ receivable_id: 'debt', on: `2026-03-${day}`, at: at(`2026-03-${day}T22:00`) }));
    const tries = [pix(), ...['12', '13'].map((day) => pix({ attempt_id: day, at: at(`2026-03-${day}T06:00`) }))];
    expect(next({ due_date: '2026-03-10', attempts: tries, asked: asked.slice(0, 2) }, '2026-03-13T10:00')).toMatchObject({ at: at('2026-03-14T09:00') });
    expect(next({ due_date: '2026-03-10', attempts: [pix()], asked }, '2026-03-13T23:00')).toMatchObject({ never: 'budget-spent' });
  });

  it('an attempt answers a retry by its day, which is all that is told of it', () => {
    const tries = (day: string) => [pix(), pix({ attempt_id: 'b', at: at(`2026-03-${day}T12:00`) })];
    const asked = [{ receivable_id: 'debt', on: '2026-03-12', at: at('2026-03-12T16:00') }];
    expect(['11', '12'].map((day) => next({ due_date: '2026-03-10', attempts: tries(day), asked }, '2026-03-12T20:00'))).toMatchObject([{ attempt_no: 4 }, { attempt_no: 3 }]);
  });

  it('before the next cycle', () => {
    expect(next({ due_date: '2026-03-10', next_due_date: '2026-03-12', attempts: [pix(), pix({ attempt_id: 'b', at: at('2026-03-11T09:00') })] }, '2026-03-11T10:00')).toMatchObject({ never: 'window-over' });
  });

  it.each([
    ['not-permitted', { retry_policy: 'NAO_PERMITE' }, 'none'], ['not-permitted', { retry_policy: null }, 'none'], ['charge-ended', { code: 'MSUC' }, 'ask-other-method'],
    ['amount-changed', { amount_cents: 12_000 }, 'none'],
  ] as const)('never where %s: %j', (never, said, follow) => {
    expect(next({ due_date: '2026-03-10', attempts: [pix(said)] }, '2026-03-11T10:00')).toMatchObject({ never, follow });
  });
});

describe('other rails', () => {
  it('a boleto is issued anew three times in sixty days', () => {
    const boletos = days(3, (day) => ({ rail: 'BOLETO', card_key: null, brand: null, at: at(`2026-03-0${day + 1}T10:00`) }));
    expect(next({ attempts: boletos.slice(1) }, '2026-03-10T10:00')).toMatchObject({ rail: 'BOLETO', at: at('2026-03-10T10:00') });
    expect(next({ attempts: boletos }, '2026-03-10T10:00')).toMatchObject({ at: at('2026-04-30T10:00') });
  });

  it('a boleto that was asked for counts in its own limit and that of its debt, on no card and in no limit of another way; a decline of a card does not tell of it', () => {
    const asked = ['01', '05', '09'].map((day) => ({ receivable_id: 'debt', on: `2026-03-${day}`, at: at(`2026-03-${day}T10:00`), rail: 'BOLETO' as const }));
    expect(next({ rails: ['BOLETO'], asked: asked.slice(1) }, '2026-03-10T10:00')).toMatchObject({ rail: 'BOLETO', at: at('2026-03-10T10:00'), attempt_no: 3 });
    expect(next({ rails: ['BOLETO'], asked }, '2026-03-10T10:00')).toMatchObject({ at: at('2026-04-30T10:00') });
    expect(next({ rails: ['DEBIT'], asked }, '2026-03-10T10:00')).toMatchObject({ rail: 'DEBIT', at: at('2026-03-10T10:00') });
    const many = Array.from({ length: 40 }, () => asked[0]!);
    expect(next({ receivable_id: 'other', rails: ['CARD'], asked: many }, '2026-03-10T10:00')).toMatchObject({ rail: 'CARD', at: at('2026-03-10T10:00') });
    expect(next({ receivable_id: 'other', rails: ['CARD'], asked: many.map((each) => ({ ...each, rail: null })) }, '2026-03-10T10:00')).not.toMatchObject({ at: at('2026-03-10T10:00') });
    const declined = attempt({ at: at('2026-03-09T12:00') });
    expect(next({ rails: ['BOLETO'], attempts: [declined], asked }, '2026-03-20T10:00')).toMatchObject({ rail: 'CARD', attempt_no: 5 });
  });

  it('where one rail is stopped the next of the invoice is tried, on the same budget', () => {
    const stopped = attempt({ at: at('2026-03-03T10:00'), network_code: '43' });
    expect(next({ attempts: [stopped], rails: ['CARD', 'DEBIT'] }, '2026-03-20T10:00')).toMatchObject({ rail: 'DEBIT' });
    const tries = days(8, (day) => ({ rail: day < 4 ? 'CARD' : 'DEBIT', at: at(`2026-03-0${day + 1}T10:00`) }));
    expect(next({ attempts: tries, rails: ['BOLETO'] }, '2026-03-20T10:00')).toMatchObject({ at: at('2026-04-30T10:00') });
  });

  it('what waits for its debtor is not charged, whatever the customer\'s other debts are charged to', () => {
    const other = attempt({ receivable_id: 'other', network_code: '43' });
    expect(next({ rails: [], attempts: [other] }, '2026-03-20T10:00')).toMatchObject({ never: 'not-charged', follow: 'none' });
    expect(next({ rails: null, attempts: [other] }, '2026-03-20T10:00')).toMatchObject({ never: 'hard-stop' });
    expect(next({ rails: [], attempts: [attempt({ rail: null, card_key: null, brand: null })] }, '2026-03-20T10:00')).toMatchObject({ rail: null, attempt_no: 2 });
  });

  it('of nothing known the platform is left the rail', () => {
    expect(next({}, '2026-03-20T10:00')).toMatchObject({ rail: null, attempt_no: 1, by: 'ladder' });
  });
});
