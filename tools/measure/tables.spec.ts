import { backtestTables, benchTable, between, chaosTable, fuzzTable, matchingTable, reguasTable, simulateTable } from './tables';

const row = { id: 'relay', measured: '2 cores', value: 104.26, unit: 'x', better: 'higher' as const, target: 100, floor: 50, min: 99.1, max: 120, cpu_us_per_event: 21.44, repeats: 5 };
const bench = (change: object) => benchTable({ rows: [{ ...row, ...change }] });

describe('the tables of the README', () => {
  it('tell of a row whether its target or its floor holds', () => {
    expect(bench({})).toContain('| `relay` | 104 x | 99.1 – 120 | ≥ 100 | ≥ 50 | target | 21.4 µs | 5 |');
    expect(bench({ value: 60 })).toContain('| floor |');
    expect(bench({ value: 49.9 })).toContain('| **missed** |');
    expect(bench({ better: 'lower', target: 2, floor: 2.5, value: 2.2 })).toContain('| ≤ 2 | ≤ 2.5 | floor |');
    expect(bench({ target: null, floor: null, cpu_us_per_event: null })).toContain('| – | – | reported | – |');
  });

  it('tell where each row was measured', () => {
    expect(bench({})).toMatch(/^- 2 cores\n\n/);
    expect(benchTable({ rows: [row, { ...row, id: 'peak', measured: '2 cores, NOT quiet' }, { ...row, id: 'hop' }] })).toMatch(/^- 2 cores: relay, hop\n- 2 cores, NOT quiet: peak\n\n/);
  });

  it('claim of chaos what the number of faults supports, and no bound where something broke', () => {
    const run = { seconds: 600, events: 12_000, faults: { kill: 100, stop: 200 }, witnesses: { 'duplicate refused': 7 }, invariants: [{ name: 'nothing lost', checked: 12_000, violations: 0 }] };
    expect(chaosTable(run)).toContain('No violation in 300 faults bounds the rate below 0.01 per fault');
    expect(chaosTable(run)).toContain('| nothing lost | 12,000 | 0 |');
    expect(chaosTable({ ...run, invariants: [{ name: 'nothing lost', checked: 9, violations: 2 }] })).toContain('2 violations.');
    expect(chaosTable({ ...run, invariants: [{ name: 'nothing lost', checked: 9, violations: 2 }] })).not.toContain('bounds');
  });

  it('show what was simulated', () => {
    const text = simulateTable({ seeds: 200, steps: 9_000, case_days: 40_000, case_days_per_second: 212.7, faults: { crash: 3 }, laws: [{ law: 1, checked: 5, violations: 0 }] });
    expect(text).toContain('200 seeds, 9,000 steps, 40,000 case-days, 213 a second');
    expect(text).toContain('| 1 | 5 | 0 |');
  });

  it('claim of matching what the number of automatic matches supports, and no bound where one is wrong', () => {
    const figures = { rows: 1_200, automatic: 1_000, wrong: 0, only: 800, only_automatic: 780, only_first: 799, decidable: 700, decidable_automatic: 699, left: 0, left_told: 0 };
    const run = { seed: 1, customers: 500, known_share: 0.85, decide_days: 1, ms_per_credit: 0.251, figures: { all: figures }, cost: { open: 11_000, index_ms: 200, median_ms: 0.25, p99_ms: 2.1 } };
    expect(matchingTable(run)).toContain('none wrong of 1,000 automatic bounds the rate below 0.300 % (95 %)');
    expect(matchingTable(run)).toContain('| all | 1,200 | 1,000 | 0 | 97.5 % of 800 | 99.9 % of 700 | 99.9 % of 800 | – |');
    const wrong = matchingTable({ ...run, figures: { all: { ...figures, wrong: 2 } } });
    expect(wrong).toContain('2 WRONG of 1,000 automatic');
    expect(wrong).not.toContain('bounds');
  });

  it('tell how mutated files ended', () => {
    const text = fuzzTable({ kinds: [{ kind: 'ofx', inputs: 100_000, seed: 1, seconds: 61.04, slowest_ms: 12.34, postings: { ok: 40_000, refused: 60_000 } }] });
    expect(text).toContain('| ofx | 100,000 | ok 40,000, refused 60,000 | 12.3 ms | 61 s |');
  });

  it('hold réguas of each book against the first and against silence, and tell loudly of a broken law', () => {
    const recovered = { debts: 3, cents: 123_456, share: 0.61728, share_in_10_days: 0.3 };
    const first = { label: 'esquecido', recovered, contacts: { count: 1_200, per_person: 4, per_recovered_debt: null }, acts: { task: 2, retry: 1 }, cost_cents: 5, late_cent_days: 1_234_567, against_first: null };
    const run = {
      book: { source: 'generated' as const, seed: 1, customers: 100, invoices: 600, at_risk_debts: 4, at_risk_cents: 200_000, disputed_debts: 0, horizon_days: 60, of: null }, unasked: { recovered: { ...recovered, cents: 0, share: 0 }, late_cent_days: 2_000_000 },
      reguas: [first, { ...first, label: 'outra', against_first: { recovered_cents: -100, low: -250, high: 50 } }], laws: [{ checked: 10, violations: 0 }],
    };
    const text = backtestTables(run, { ...run, book: { ...run.book, source: 'file', customers: 40, disputed_debts: 7, of: { customers: 100, invoices: 2_466 } }, laws: [{ checked: 10, violations: 2 }] });
    expect(text).toContain('| *nobody asks* | R$ 0.00 | 0.0 % | 30.0 % | – | 0 | – | – | 0 | R$ 0.00 | 20,000 |');
    expect(text).toContain('| esquecido | R$ 1,234.56 | 61.7 % | 30.0 % | – | 1,200 | 4.00 | – | 3 | R$ 0.05 | 12,346 |');
    expect(text).toContain('| outra | R$ 1,234.56 | 61.7 % | 30.0 % | −R$ 1.00 (−R$ 2.50 to +R$ 0.50) |');
    expect(text).toContain('Generated book, seed 1: 100 customers, 600 debts; 4 of them (R$ 2,000.00) at risk; each followed for 60 days. No law broken in 10 checks.');
    expect(text).toContain('seed 1: 40 customers, 600 debts, by lot of 100 and 2,466; 4 of them (R$ 2,000.00) at risk, 7 disputed; each followed for 60 days. 2 VIOLATIONS in 10 checks.');
  });

  it('count under each régua what was paid after a contact, without thanks, and the violations of each law', () => {
    const one = {
      regua: 'esquecido', seed: 1, book: { customers: 200, invoices: 1_200 }, contacts: [{ step: 'D+1', count: 30 }, { step: 'D+3', count: 10 }, { step: 'thanks', count: 99 }],
      recovered: [{ step: 'none', count: 5, amount_cents: 700 }, { step: 'D+1', count: 16, amount_cents: 120_000 }, { step: 'D+3', count: 4, amount_cents: 3_456 }], laws: [{ checked: 7, violations: 0 }, { checked: 8, violations: 3 }],
    };
    const text = reguasTable(one, { ...one, regua: 'outra', recovered: [] });
    expect(text).toContain('Seed 1, 200 customers, 1,200 invoices');
    expect(text).toContain('| esquecido | 20 | R$ 1,234.56 | 5 | 40 | 2.00 | 15 | 0 · 3 |');
    expect(text).toContain('| outra | 0 | R$ 0.00 | 0 | 40 | – | 15 | 0 · 3 |');
  });

  it('go between their markers, and nowhere else', () => {
    expect(between('a <!-- x -->old<!-- /x --> b', 'x', 'new')).toBe('a <!-- x -->\n\nnew\n\n<!-- /x --> b');
    expect(() => between('a <!-- x --> b', 'x', 'new')).toThrow('no <!-- x -->');
  });
});
