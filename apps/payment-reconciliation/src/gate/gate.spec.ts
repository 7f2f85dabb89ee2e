import { derivedId } from '@emdia/contracts';
import type { Coverage } from '../source-coverage/coverage';
import type { Agreement, Facts, Receivable } from './facts';
import { type Ask, missingCents, standing, verdict } from './gate';

const ID = derivedId('receivable', 'acme', 'A');
const OTHER = derivedId('receivable', 'acme', 'B');
const part = (number: number) => derivedId('instalment', 'agreement', number);
const WALL = 1_000_000;

const receivable = (more: Partial<Receivable> = {}): Receivable => ({
  receivable_id: ID, account_key: 'acme/C-1', creditor_id: 'acme', customer_id: 'C-1', version: 3, invoice_id: 'A', number: 'NF-1', description: null, status: 'open',
  open_cents: 10_000, paid_cents: 0, collectability: 'owed', original_due_date: '2026-03-07', effective_due_date: '2026-03-09', instruments: [{ rail: 'BOLETO', reference: '1' }],
  charge_policy: { fine_percent: '2', interest_monthly_percent: '1', interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY' }, ...more,
});

const coverage = (more: Partial<Coverage> = {}): Coverage => ({
  creditor_id: 'acme', source: 'bank', partition: 0, covered_until: '2026-03-10', lag_business_days: 1, rails: ['BOLETO'], checked_at: new Date(0), ...more,
});

interface Known {
  receivable?: Receivable | null;
  agreement?: Agreement;
  unread?: string[];
  beats?: Record<string, number>;
  coverages?: Coverage[];
  heldBack?: string[];
  underWay?: string[];
}

const facts = ({ receivable: one = receivable(), agreement, unread = [], beats = {}, coverages = [], heldBack = [], underWay = [] }: Known = {}): Facts => ({
  receivables: new Map(one ? [[ID, one]] : []),
  agreements: new Map(agreement ? [[agreement.instalment_id, agreement]] : []),
  unread: new Set(unread),
  beats: new Map(Object.entries({ 'billing/0': WALL, 'dunning/0': WALL, 'negotiation/0': WALL, ...beats })),
  sources: new Map([['acme', { coverages, heldBack: new Set(heldBack), underWay: new Set(underWay) }]]),
});

const ask = (more: Partial<Ask> = {}): Ask => ({ ask_id: 'x', purpose: 'collection', creditor_id: 'acme', customer_id: 'C-1', receivable_id: ID, contact_day: '2026-03-11', ...more });
const told = (known: Known = {}, more: Partial<Ask> = {}) => verdict(ask(more), facts(known), () => 0, WALL);
const refused = (reason: string) => ({ ask_id: 'x', receivable_id: ID, owed: false, reason });

describe('the gate', () => {
  it('says how much is still owed on the day of contact', () => {
    expect(told()).toEqual({
      ask_id: 'x', receivable_id: ID, owed: true, open_cents: 10_000, fine_cents: 200, interest_cents: 12, total_cents: 10_212, days_late: 4, version: 3, invoice_id: 'A', number: 'NF-1',
      description: null, due_date: '2026-03-07', effective_due_date: '2026-03-09', instruments: [{ rail: 'BOLETO', reference: '1' }],
    });
    expect(told({}, { contact_day: '2026-03-09' })).toMatchObject({ owed: true, total_cents: 10_000, days_late: 0 });
  });

  it.each(['settled', 'pending', 'unmatched', 'held', 'disputed', 'promised', 'agreed'] as const)('refuses what is %s, before it looks at how complete the knowledge is', (collectability) => {
    expect(told({ receivable: receivable({ collectability }), unread: ['acme/C-1'], beats: { 'billing/0': 0 } })).toEqual(refused(collectability));
  });

  it('refuses what was prescribed by the day of contact, five years after the last day payable', () => {
    const old = { receivable: receivable({ original_due_date: '2021-03-06', effective_due_date: '2021-03-08' }) };
    expect([told(old, { contact_day: '2026-03-08' }), told(old, { contact_day: '2026-03-09' })]).toEqual([expect.objectContaining({ owed: true }), refused('prescribed')]);
    expect(told({ receivable: receivable({ ...old.receivable, collectability: 'held' }) }, { contact_day: '2026-03-09' })).toEqual(refused('held'));
  });

  it('asks to come back for what it does not know, and for another\'s', () => {
    expect(told({ receivable: null })).toEqual(refused('stale'));
    expect(told({}, { creditor_id: 'other' })).toEqual(refused('stale'));
    expect(told({}, { customer_id: 'C-2' })).toEqual(refused('stale'));
  });

  it('refuses while an event of this customer is unread, of another not', () => {
    expect(told({ unread: ['acme/C-1'] })).toEqual(refused('unread'));
    expect(told({ unread: ['acme/C-2'] })).toMatchObject({ owed: true });
  });

  it.each(['billing', 'dunning', 'negotiation'])('refuses when %s has been silent for 3 s, or speaks from the future', (service) => {
    expect(told({ beats: { [`${service}/0`]: WALL - 3_000 } })).toMatchObject({ owed: true });
    expect(told({ beats: { [`${service}/0`]: WALL - 3_001 } })).toEqual(refused('stale'));
    expect(told({ beats: { [`${service}/0`]: WALL + 1_000 } })).toMatchObject({ owed: true });
    expect(told({ beats: { [`${service}/0`]: WALL + 1_001 } })).toEqual(refused('stale'));
  });

  it.each(['A', 'NF-1', '1'])('listens to the partition on which a payment lies that quotes %s and came before anybody knew whose it is', (reference) => {
    const partitionOf = (service: string, key: string) => (service === 'billing' && key === `acme/#ref:${reference}` ? 2 : 0);
    expect(verdict(ask(), facts(), partitionOf, WALL)).toEqual(refused('stale'));
    expect(verdict(ask(), facts({ beats: { 'billing/2': WALL - 3_001 } }), partitionOf, WALL)).toEqual(refused('stale'));
    expect(verdict(ask(), facts({ beats: { 'billing/2': WALL - 3_000 } }), partitionOf, WALL)).toMatchObject({ owed: true });
  });

  it('listens to the partition of the key on each service\'s own topic', () => {
    const partitionOf = (service: string, key: string) => (service === 'dunning' && key === 'acme/C-1' ? 2 : 0);
    expect(verdict(ask(), facts(), partitionOf, WALL)).toEqual(refused('stale'));
    expect(verdict(ask(), facts({ beats: { 'dunning/2': WALL } }), partitionOf, WALL)).toMatchObject({ owed: true });
  });
});

describe('coverage', () => {
  const on = (contact_day: string, ...coverages: Coverage[]) => {
    const said = told({ coverages }, { contact_day });
    return said.owed ? 'owed' : said.reason;
  };

  it('may lag behind the day of contact by the business days that its source declared', () => {
    // Thursday the 5th, one business day: Friday the 6th and the weekend after it, not Monday the 9th.
    const thursday = coverage({ covered_until: '2026-03-05' });
    expect(['2026-03-05', '2026-03-06', '2026-03-07', '2026-03-09'].map((day) => on(day, thursday))).toEqual(['owed', 'owed', 'owed', 'not_covered']);
    expect(on('2026-03-06', coverage({ covered_until: '2026-03-05', lag_business_days: 0 }))).toBe('not_covered');
    expect(on('2026-03-09', coverage({ covered_until: '2026-03-05', lag_business_days: 2 }))).toBe('owed');
  });

  it('must have reached the effective due date where the contact comes after it', () => {
    const friday = coverage({ covered_until: '2026-03-06', lag_business_days: 5 });
    expect(['2026-03-09', '2026-03-10'].map((day) => on(day, friday))).toEqual(['owed', 'not_covered']);
    expect(on('2026-03-10', coverage({ covered_until: '2026-03-09', lag_business_days: 5 }))).toBe('owed');
  });

  it('is asked of the sources on the rails of the receivable only', () => {
    const behind = coverage({ source: 'card', rails: ['CARD'], covered_until: '2026-01-01' });
    expect(on('2026-03-11', coverage(), behind)).toBe('owed');
    expect(on('2026-03-11', coverage(), { ...behind, rails: ['CARD', 'BOLETO'] })).toBe('not_covered');
    const anyRail = told({ receivable: receivable({ instruments: [] }), coverages: [coverage(), behind] });
    expect(anyRail).toEqual(refused('not_covered'));
  });

  it('is refused by a declared source that has told nothing, and by nobody where none is declared', () => {
    expect(on('2026-03-11', coverage({ covered_until: null }))).toBe('not_covered');
    expect(on('2026-03-11')).toBe('owed');
  });

  it('is read at the partition of the key: what another partition has heard does not count', () => {
    expect(on('2026-03-11', coverage({ partition: 1 }))).toBe('not_covered');
    expect(on('2026-03-11', coverage({ partition: 1, covered_until: null }), coverage())).toBe('owed');
  });

  it('is held back by an unread payment of the source whose customer nobody knows', () => {
    expect(told({ coverages: [coverage()], heldBack: ['bank'] })).toEqual(refused('not_covered'));
    expect(told({ coverages: [coverage()], heldBack: ['card'] })).toMatchObject({ owed: true });
    expect(told({ coverages: [coverage()], underWay: ['bank'] })).toEqual(refused('not_covered'));
    expect(told({ coverages: [coverage(), coverage({ source: 'card', rails: ['CARD'] })], underWay: ['card'] })).toMatchObject({ owed: true });
    expect(told({ underWay: ['bank'] })).toEqual(refused('not_covered'));
  });
});

describe('an instalment', () => {
  const agreement = (more: Partial<Agreement> = {}): Agreement => ({
    instalment_id: part(2), live: true, receivable_ids: [ID, OTHER], waived_cents: 2_000, open_cents: 20_000, collectabilities: ['agreed', 'agreed'],
    quotable: [{ invoice_id: 'A', number: 'NF-1', instruments: [] }, { invoice_id: 'B', number: 'NF-2', instruments: [] }],
    instalments: [{ instalment_id: part(1), number: 1, due_date: '2026-03-07', amount_cents: 8_000 }, { instalment_id: part(2), number: 2, due_date: '2026-04-11', amount_cents: 10_000 }], ...more,
  });
  const agreed = receivable({ collectability: 'agreed' });
  const asked = (more: Partial<Agreement> = {}, known: Known = {}) => told({ receivable: agreed, agreement: agreement(more), ...known }, { purpose: 'agreement', instalment_id: part(2), contact_day: '2026-04-10' });

  it('is owed as far as the money since the agreement has not reached it, without charges', () => {
    expect(asked({ open_cents: 9_000 })).toMatchObject({
      owed: true, open_cents: 7_000, fine_cents: 0, interest_cents: 0, total_cents: 7_000, due_date: '2026-04-11', effective_due_date: '2026-04-13', days_late: 0,
    });
    expect([20_000, 12_000, 2_001, 2_000, 0, 25_000].map((open_cents) => missingCents(agreement({ open_cents })))).toEqual([18_000, 10_000, 1, 0, 0, 18_000]);
  });

  it.each([part(1), part(2), 'A', 'NF-2'])('listens where a payment lies that quotes %s', (reference) => {
    const partitionOf = (service: string, key: string) => (service === 'billing' && key === `acme/#ref:${reference}` ? 2 : 0);
    const said = (beats: Record<string, number>) =>
      verdict(ask({ purpose: 'agreement', instalment_id: part(2), contact_day: '2026-04-10' }), facts({ receivable: agreed, agreement: agreement(), beats }), partitionOf, WALL);
    expect(said({})).toEqual(refused('stale'));
    expect(said({ 'billing/2': WALL })).toMatchObject({ owed: true });
  });

  it('is refused once it is paid, once the agreement has ended, and while it is unknown', () => {
    expect(asked({ open_cents: 2_000 })).toEqual(refused('settled'));
    expect(asked({ live: false })).toEqual(refused('settled'));
    expect(told({ receivable: agreed }, { purpose: 'agreement', instalment_id: part(2) })).toEqual(refused('stale'));
    expect(told({ receivable: agreed }, { purpose: 'agreement' })).toEqual(refused('stale'));
    expect(asked({ receivable_ids: [OTHER] })).toEqual(refused('stale'));
  });

  it.each(['disputed', 'held', 'pending', 'unmatched', 'promised'] as const)('is refused while any receivable it pays is %s', (reason) => {
    expect(asked({ collectabilities: ['agreed', reason] })).toEqual(refused(reason));
  });

  it('may be asked for through a receivable that is settled already, and needs complete knowledge like any other', () => {
    expect(asked({}, { receivable: receivable({ collectability: 'settled' }) })).toMatchObject({ owed: true });
    expect(asked({ collectabilities: ['owed'] })).toEqual(refused('stale'));
    expect(asked({}, { unread: ['acme/C-1'] })).toEqual(refused('unread'));
    expect(asked({}, { beats: { 'billing/0': 0 } })).toEqual(refused('stale'));
    expect(asked({}, { coverages: [coverage({ covered_until: '2026-04-08' })] })).toEqual(refused('not_covered'));
  });
});

describe('standing', () => {
  const asked = { creditor_id: 'acme', receivable_id: ID };
  it('tells balance and whether a day is covered', () => {
    const known = facts({ coverages: [coverage()] });
    expect(standing(asked, '2026-03-10', known, () => 0)).toEqual({ receivable_id: ID, known: true, status: 'open', open_cents: 10_000, paid_cents: 0, version: 3, collectability: 'owed', covered: true });
    expect(standing(asked, '2026-03-11', known, () => 0)).toMatchObject({ covered: false });
    expect(standing(asked, '2026-03-11', facts(), () => 0)).toMatchObject({ covered: true });
    expect(standing(asked, '2026-03-10', facts({ unread: ['acme/C-1'] }), () => 0)).toMatchObject({ covered: false });
  });
  it('tells what it does not know', () => {
    expect(standing({ ...asked, creditor_id: 'other' }, '2026-03-10', facts(), () => 0)).toEqual({ receivable_id: ID, known: false });
    expect(standing(asked, '2026-03-10', facts({ receivable: null }), () => 0)).toEqual({ receivable_id: ID, known: false });
  });
});
