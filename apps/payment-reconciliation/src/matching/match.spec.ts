import { type Book, Candidates } from './candidates';
import { type Candidate, type Confirmed, type Credit, type Customer, type Key, type Match, MATCH_SETTINGS, type Payer } from './credit';
import { match } from './match';

const NOBODY: Payer = { document_key: null, document_fragment: null, name: null };
const ana: Customer = { customer_id: 'ana', document_key: 'doc-ana', name: 'Ana Paula Ferreira' };
const bia: Customer = { customer_id: 'bia', document_key: 'doc-bia', name: 'Beatriz Queiroz' };
const invoice = (id: string, customer_id: string, more: Partial<Candidate> = {}): Candidate => ({
  receivable_id: id, customer_id, currency: 'BRL', open_cents: 4_990, issue_date: '2026-02-26', due_date: '2026-03-10', charge_policy: null, discount: null, paid: null,
  keys: [{ kind: 'txid', value: `tx${id}` }, { kind: 'invoice_number', value: id }], ...more,
});
const credit = (more: Partial<Omit<Credit, 'payer'>> & { payer?: Partial<Payer> } = {}): Credit => ({
  credit_id: 'c1', amount_cents: 4_990, currency: 'BRL', paid_date: '2026-03-10', keys: [], memo: null, ...more, payer: { ...NOBODY, ...more.payer },
});
const book = (receivables: readonly Candidate[], more: Partial<Book> = {}) => new Candidates({ customers: [ana, bia], receivables, ...more });
const ask = (of: Credit, receivables: readonly Candidate[], more: Partial<Book> = {}): Match => match(of, book(receivables, more));
const key = (kind: Key['kind'], value: string, more: Partial<Key> = {}): Key => ({ kind, value, ...more });
const parts = (found: Match) => (found.status === 'matched' ? found.parts.map(({ receivable_id, amount_cents }) => [receivable_id, amount_cents]) : found.status);
const doubts = (found: Match) => (found.status === 'suggested' || found.status === 'unknown' ? found.doubts : []);
const firstOf = (found: Match) => (found.status === 'suggested' ? found.suggestions[0]!.parts.map(({ receivable_id }) => receivable_id) : found.status);
const known = (name: string, customer_id: string, more: Partial<Payer> = {}): Confirmed => ({ customer_id, payer: { ...NOBODY, name, ...more } });
const byAna = { document_key: 'doc-ana' };

describe('an exact key', () => {
  const two = [invoice('1001', 'ana'), invoice('1002', 'bia')];

  it('is enough, whoever pays and how much', () => {
    expect(parts(ask(credit({ keys: [key('txid', 'tx1002')], payer: byAna }), two))).toEqual([['1002', 4_990]]);
    expect(parts(ask(credit({ keys: [key('txid', 'tx1001')], amount_cents: 1_000 }), two))).toEqual([['1001', 1_000]]);
    expect(ask(credit({ keys: [key('txid', 'tx1001')], amount_cents: 6_000 }), two)).toMatchObject({ status: 'matched', by: 'key', over_cents: 1_010 });
  });
  it('of what is paid is a double payment and goes nowhere else', () => {
    const paid = invoice('1001', 'ana', { open_cents: 0, paid: { on: '2026-03-01', amount_cents: 4_990 } });
    expect(ask(credit({ keys: [key('txid', 'tx1001')], payer: byAna }), [paid, invoice('1003', 'ana', { due_date: '2026-03-11' })])).toMatchObject({ status: 'double', receivable_ids: ['1001'] });
  });
  it('is compared as its kind is written', () => {
    const own = key('our_number', '00109-0012345', { bank: '341', account: '77' });
    const at = (more: Partial<Key>) => parts(ask(credit({ keys: [key('our_number', '1090012345', more)] }), [invoice('1001', 'ana', { keys: [own] })]));
    expect([at({}), at({ bank: '341', account: '77' })]).toEqual([[['1001', 4_990]], [['1001', 4_990]]]);
    expect([at({ bank: '237' }), at({ bank: '341', account: '78' })]).not.toContainEqual([['1001', 4_990]]);
    expect(parts(ask(credit({ keys: [key('txid', 'TX1001')] }), two))).toBe('suggested');
  });
  it('that several invoices share pays those due first', () => {
    const shared = (id: string, due_date: string) => invoice(id, 'ana', { due_date, keys: [key('instalment_id', 'i1')] });
    expect(parts(ask(credit({ keys: [key('instalment_id', 'i1')], amount_cents: 6_000 }), [shared('b', '2026-03-09'), shared('a', '2026-03-10')]))).toEqual([['b', 4_990], ['a', 1_010]]);
  });
  it('that means several customers is for a person', () => {
    const shared = [key('our_number', '55')];
    const found = ask(credit({ keys: shared }), [invoice('a', 'ana', { keys: shared }), invoice('b', 'bia', { keys: shared })]);
    expect(doubts(found)).toContain('key_ambiguous');
  });
  it('pays late charges too, and says what a fee kept', () => {
    const late = invoice('1001', 'ana', { charge_policy: { fine_percent: '2', interest_monthly_percent: '1', interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ROLLED' } });
    expect(parts(ask(credit({ keys: [key('txid', 'tx1001')], paid_date: '2026-03-20', amount_cents: 5_110 }), [late]))).toEqual([['1001', 5_110]]);
    const found = match(credit({ keys: [key('txid', 'tx1001')], amount_cents: 4_791 }), book([late]), { ...MATCH_SETTINGS, fees: [{ cents: 199 }] });
    expect(found).toMatchObject({ status: 'matched', parts: [{ amount_cents: 4_791, deducted_cents: 199 }], over_cents: 0 });
  });
  it('unknown here means that the money quotes something else', () => {
    expect(doubts(ask(credit({ keys: [key('txid', 'elsewhere')], payer: byAna }), two))).toEqual(['key_unknown']);
    expect(parts(ask(credit({ keys: [key('end_to_end_id', 'E1'), key('txid', '***')], payer: byAna }), two))).toEqual([['1001', 4_990]]);
  });
});

describe('a number', () => {
  const two = [invoice('1001', 'ana'), invoice('1002', 'bia')];

  it('of a machine is believed where the payer does not speak against it', () => {
    expect(parts(ask(credit({ keys: [key('invoice_number', '1002')], payer: { name: 'NINGUEM CONHECIDO AQUI' } }), two))).toEqual([['1002', 4_990]]);
    expect(doubts(ask(credit({ keys: [key('invoice_number', '1002')], payer: byAna }), two))).toContain('key_of_another');
    expect(doubts(ask(credit({ keys: [key('invoice_number', '1002')], amount_cents: 777 }), two))).toContain('key_unsupported');
  });
  it('that a person typed needs payer and amount', () => {
    expect(parts(ask(credit({ memo: 'fatura 1002', payer: { name: 'BEATRIZ QUEIROZ' } }), two))).toEqual([['1002', 4_990]]);
    expect(doubts(ask(credit({ memo: 'fatura 1002' }), two))).toContain('key_unsupported');
    expect(doubts(ask(credit({ memo: 'fatura 1002', payer: { name: 'ANA PAULA FERREIRA' } }), two))).toContain('key_of_another');
  });
  it('with one error is a hint', () => {
    const found = ask(credit({ memo: 'fatura 9002' }), [...two, ...Array.from({ length: 30 }, (_, at) => invoice(`77${at}00`, 'ana'))]);
    expect([firstOf(found), doubts(found)]).toEqual([['1002'], ['payer_unknown']]);
    expect(found.status === 'suggested' && found.suggestions[0]!.reasons).toContainEqual({ code: 'key_near', kind: 'invoice_number' });
  });
});

describe('a payer', () => {
  it('known by document pays what the amount explains', () => {
    expect(ask(credit({ payer: byAna }), [invoice('a', 'ana'), invoice('b', 'bia')])).toMatchObject({ status: 'matched', by: 'payer', parts: [{ receivable_id: 'a' }] });
  });
  it.each([
    ['of which only a part came', { amount_cents: 2_000 }, {}, 'amount_unexplained'],
    ['long before it is due', {}, { due_date: '2026-04-10', issue_date: '2026-03-01' }, 'too_early'],
    ['before it was issued', {}, { due_date: '2026-03-20', issue_date: '2026-03-11' }, 'before_issue'],
    ['long after it was due', {}, { due_date: '2025-08-10', issue_date: '2025-08-01' }, 'too_late'],
  ] as const)('%s leaves it to a person', (_, of, more, doubt) => expect(doubts(ask(credit({ ...of, payer: byAna }), [invoice('a', 'ana', more)]))).toEqual([doubt]));

  it('of whom two invoices have the amount leaves it to a person, however near one is', () => {
    const found = ask(credit({ payer: byAna }), [invoice('old', 'ana', { due_date: '2025-12-10', issue_date: '2025-12-01' }), invoice('new', 'ana')]);
    expect([firstOf(found), doubts(found)]).toEqual([['new'], ['no_margin']]);
  });
  it('who paid the same some days ago may have pressed twice', () => {
    const paid = invoice('a', 'ana', { open_cents: 0, paid: { on: '2026-03-03', amount_cents: 4_990 } });
    expect(doubts(ask(credit({ payer: byAna }), [paid, invoice('b', 'ana')]))).toEqual(['maybe_double']);
  });
  it('whose invoice other money waits for leaves it to a person', () => {
    const waiting = (credit_id: string) => ({ waiting: [{ credit_id, receivable_ids: ['a'] }] });
    expect(doubts(ask(credit({ payer: byAna }), [invoice('a', 'ana')], waiting('c0')))).toEqual(['money_waiting']);
    expect(parts(ask(credit({ payer: byAna }), [invoice('a', 'ana')], waiting('c1')))).toEqual([['a', 4_990]]);
  });
  it('who has paid for two customers is for a person where both owe the amount', () => {
    const confirmed = [known('X', 'ana', { document_key: 'doc-x' }), known('X', 'bia', { document_key: 'doc-x' })];
    expect(doubts(ask(credit({ payer: { document_key: 'doc-x' } }), [invoice('a', 'ana'), invoice('b', 'bia')], { confirmed }))).toEqual(['no_margin']);
    const both = ask(credit({ payer: { document_key: 'doc-x' }, amount_cents: 9_980 }), [invoice('a', 'ana'), invoice('b', 'bia')], { confirmed });
    expect([firstOf(both), doubts(both)]).toEqual([['a', 'b'], expect.arrayContaining(['several_customers'])]);
  });
  it('pays several at once where the sum is all that is due', () => {
    const own = [invoice('a', 'ana', { open_cents: 1_500 }), invoice('b', 'ana', { open_cents: 2_300 })];
    expect(parts(ask(credit({ payer: byAna, amount_cents: 3_800 }), own))).toEqual([['a', 1_500], ['b', 2_300]]);
    const older = invoice('c', 'ana', { open_cents: 999, due_date: '2026-03-01' });
    expect(doubts(ask(credit({ payer: byAna, amount_cents: 3_800 }), [...own, older]))).toEqual(['leaves_older']);
    // Of more than twelve only twelve are looked at, so nobody knows that the sum is the only one.
    const later = Array.from({ length: 11 }, (_, at) => invoice(`z${at}`, 'ana', { open_cents: 50_000 + at, due_date: '2026-03-12' }));
    expect(doubts(ask(credit({ payer: byAna, amount_cents: 3_800 }), [...own, ...later.slice(1)]))).toEqual([]);
    expect(doubts(ask(credit({ payer: byAna, amount_cents: 3_800 }), [...own, ...later]))).toEqual(['leaves_older']);
  });
  it('sees every sum of many equal debts', () => {
    const own = ['03', '04', '05'].flatMap((month) => [invoice(`${month}a`, 'ana', { due_date: `2026-${month}-10`, open_cents: 4_000 }), invoice(`${month}b`, 'ana', { due_date: `2026-${month}-10`, open_cents: 7_000 })]);
    const found = ask(credit({ payer: byAna, amount_cents: 11_000, paid_date: '2026-05-10', memo: '05b', keys: [] }), own);
    expect(doubts(found)).toContain('no_margin');
  });
});

describe('a name', () => {
  const one = [invoice('a', 'ana')];
  const named = (name: string, more: Partial<Payer> = {}) => credit({ payer: { name, ...more } });
  const confirmed = [known('ANA PAULA FERREIRA', 'ana')];

  it('alone is never enough, and is enough once it was confirmed', () => {
    expect(doubts(ask(named('ANA PAULA FERREIRA'), one))).toEqual(['payer_unknown']);
    expect(parts(ask(named('Ana Paula Ferreira'), one, { confirmed }))).toEqual([['a', 4_990]]);
    expect(doubts(ask(named('ANA PAULA FERREIRO'), one, { confirmed }))).toEqual(['payer_unknown']);
  });
  it('in the memo counts as one', () => expect(parts(ask(credit({ memo: 'PIX RECEBIDO - ANA PAULA FERREIRA' }), one, { confirmed }))).toEqual([['a', 4_990]]));
  it('of two customers never decides', () => {
    const customers = [ana, bia, { customer_id: 'ana2', document_key: 'doc-ana2', name: 'Ana Paula Ferreira' }];
    expect(doubts(ask(named('ANA PAULA FERREIRA'), one, { customers, confirmed }))).toEqual(['same_name']);
    expect(doubts(ask(named('ANA PAULA FERREIRA'), one, { confirmed: [...confirmed, known('ANA PAULA FERREIRA', 'bia')] }))).toEqual(['same_name']);
  });
  it('cut off at the same place is the name of both', () => {
    const long = [{ ...ana, name: 'Maria Aparecida dos Santos Oliveira' }, { ...bia, name: 'Maria Aparecida dos Santos Olimpio' }];
    const cut = 'MARIA APARECIDA DOS SANTOS OLI';
    expect(doubts(ask(named(cut), one, { customers: long, confirmed: [known(cut, 'ana')] }))).toEqual(['same_name']);
  });
  it('with another document is another person', () => {
    expect(doubts(ask(named('ANA PAULA FERREIRA', { document_key: 'doc-stranger' }), one, { confirmed }))).toEqual(['payer_unknown']);
    expect(doubts(ask(named('ANA PAULA FERREIRA', { document_fragment: '111222' }), one, { confirmed, sameFragment: () => false }))).toEqual(['payer_unknown']);
    expect(doubts(ask(named('ANA PAULA FERREIRA', { document_fragment: '111222' }), one, { confirmed, sameFragment: () => null }))).toEqual(['payer_unknown']);
  });
  it('with the fragment of the document is the customer, of two of the name only the one', () => {
    const customers = [ana, { customer_id: 'ana2', document_key: 'doc-ana2', name: 'Ana Paula Ferreira' }];
    const sameFragment = (fragment: string, customer_id: string) => fragment === '111222' && customer_id === 'ana';
    expect(parts(ask(named('ANA PAULA FERREIRA', { document_fragment: '111222' }), [...one, invoice('b', 'ana2')], { customers, sameFragment }))).toEqual([['a', 4_990]]);
    expect(doubts(ask(named('XAVIER PECANHA', { document_fragment: '111222' }), one, { sameFragment }))).toContain('payer_unknown');
  });
  it('seen with its fragment before is known by both', () => {
    const spouse = [known('CARLOS FERREIRA', 'ana', { document_fragment: '333444' })];
    expect(parts(ask(named('CARLOS FERREIRA', { document_fragment: '333444' }), one, { confirmed: spouse }))).toEqual([['a', 4_990]]);
    expect(doubts(ask(named('CARLOS FERREIRA', { document_fragment: '999999' }), one, { confirmed: spouse }))).toContain('payer_unknown');
  });
});

describe('a person', () => {
  const two = [invoice('a', 'ana'), invoice('b', 'bia')];

  it('is followed, against a key and after the invoice was paid', () => {
    const decisions = [{ credit_id: 'c1', verdict: 'accepted' as const, receivable_ids: ['b'] }];
    expect(ask(credit({ keys: [key('txid', 'txa')], payer: byAna }), two, { decisions })).toMatchObject({ status: 'matched', by: 'person', parts: [{ receivable_id: 'b' }] });
    expect(ask(credit(), [invoice('b', 'bia', { open_cents: 0 })], { decisions })).toMatchObject({ status: 'matched', by: 'person', parts: [], over_cents: 4_990 });
  });
  it('who refused is not asked the same again, nor passed over', () => {
    const refused = (...receivable_ids: string[]) => ({ decisions: [{ credit_id: 'c1', verdict: 'refused' as const, receivable_ids }] });
    const found = ask(credit({ payer: byAna }), [...two, invoice('c', 'ana', { open_cents: 5_500 })], refused('a'));
    expect(found.status === 'suggested' && found.suggestions.flatMap((each) => each.parts.map(({ receivable_id }) => receivable_id))).not.toContain('a');
    expect(doubts(found)).toContain('refused_before');
    expect(parts(ask(credit({ keys: [key('txid', 'txa')] }), two, refused('a')))).toBe('suggested');
    expect(doubts(ask(credit({ payer: byAna }), two, refused('b')))).toEqual(['refused_before']);
    expect(parts(ask(credit({ credit_id: 'c2', payer: byAna }), two, refused('a')))).toEqual([['a', 4_990]]);
  });
});

describe('the rest', () => {
  it('is told in order, ten at most, with reasons', () => {
    const found = ask(credit({ payer: { name: 'ANA PAULA FEREIRA' } }), [...Array.from({ length: 40 }, (_, at) => invoice(`x${at}`, 'bia')), invoice('a', 'ana')]);
    if (found.status !== 'suggested') throw new Error(found.status);
    expect(found.suggestions).toHaveLength(10);
    expect(firstOf(found)).toEqual(['a']);
    expect(found.suggestions.map(({ points }) => points)).toEqual(found.suggestions.map(({ points }) => points).sort((x, y) => y - x));
    expect(found.suggestions[0]!.reasons.map(({ code }) => code)).toEqual(['payer', 'amount', 'date']);
  });
  it('that resembles nothing is unknown', () => expect(ask(credit({ amount_cents: 12, memo: 'RENDIMENTO' }), [invoice('a', 'ana')])).toEqual({ status: 'unknown', doubts: [] }));
  it('in another currency means nothing', () => expect(ask(credit({ currency: 'USD', payer: byAna }), [invoice('a', 'ana')]).status).toBe('unknown'));
});
