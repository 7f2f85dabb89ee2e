import { type Book, Candidates, type Match, matchAll, MATCH_SETTINGS, type MatchSettings } from '../../src/matching';
import { Checker, type Verdict } from './checker';
import type { Channel, Row, Situation, StatementSet } from './statement-set';

/** What the engine said of one row, beside the truth. */
export interface Judged {
  readonly row: Row;
  readonly match: Match;
  readonly verdict: Verdict;
  readonly automatic: boolean;
  readonly right: boolean;
  /** What is true stands first: taken, or the first suggestion. */
  readonly first: boolean;
  /** It is taken or among the suggestions. */
  readonly told: boolean;
}

export interface Trial {
  readonly judged: readonly Judged[];
  readonly matched_ms: number;
}

export const labelOf = (ids: readonly string[]): string => [...new Set(ids)].sort().join('+');
const idsOf = (parts: readonly { readonly receivable_id: string }[]): string => labelOf(parts.map(({ receivable_id }) => receivable_id));

/** What the bank shows of a CPF against what is on file. */
export const fragmentsOf = (set: StatementSet): NonNullable<Book['sameFragment']> => {
  const fragments = new Map(set.customers.map(({ customer_id, fragment }) => [customer_id, fragment]));
  return (fragment, customer_id) => {
    const known = fragments.get(customer_id) ?? null;
    return known === null ? null : known === fragment;
  };
};

/**
 * Plays a statement day by day, as the house would: invoices are known when they are issued, the day's money is matched,
 * and every few days a person who knows the truth decides what waits. Only keys and the person confirm who pays for whom.
 */
export function play(set: StatementSet, { decideEveryDays = 1, settings = {} }: { decideEveryDays?: number; settings?: Partial<MatchSettings> } = {}): Trial {
  const candidates = new Candidates({ customers: set.customers, receivables: [], confirmed: set.confirmed, sameFragment: fragmentsOf(set) });
  const using = { ...MATCH_SETTINGS, fees: set.fees, ...settings };
  const checker = new Checker(set);
  const customerOf = new Map(set.invoices.map(({ receivable_id, customer_id }) => [receivable_id, customer_id]));
  const payerOf = new Map<string, string>();
  const invoices = [...set.invoices].sort((a, b) => (a.issue_date < b.issue_date ? -1 : 1));
  const judged: Judged[] = [];
  let waiting: Row[] = [];
  let [issued, matched_ms, days] = [0, 0, 0];
  for (const [date, rows] of byDay(set.rows)) {
    while (issued < invoices.length && invoices[issued]!.issue_date <= date) candidates.add(invoices[issued++]!);
    const verdicts = rows.map((row) => {
      const verdict = checker.judge(row);
      const customer = customerOf.get(row.truth[0] ?? '');
      if (customer) payerOf.set(row.credit.payer.name ?? '', customer);
      checker.happened(row, payerOf.get(row.credit.payer.name ?? '') ?? null);
      return verdict;
    });
    const began = performance.now();
    const matches = matchAll(rows.map(({ credit }) => credit), candidates, using);
    matched_ms += performance.now() - began;
    rows.forEach((row, at) => {
      const match = matches.get(row.credit.credit_id)!;
      judged.push(judge(row, match, verdicts[at]!));
      if (match.status === 'matched' && match.by === 'key') checker.confirm(row.credit, match.parts.map(({ customer_id }) => customer_id));
      if (match.status === 'suggested' || match.status === 'unknown') waiting.push(row);
    });
    if (++days % decideEveryDays !== 0) continue;
    for (const { credit, truth } of waiting) {
      if (truth.length === 0) { candidates.wait(credit.credit_id, []); continue; }
      candidates.decide({ credit_id: credit.credit_id, verdict: 'accepted', receivable_ids: truth });
      const decided = matchAll([credit], candidates, using).get(credit.credit_id)!;
      if (decided.status === 'matched') checker.confirm(credit, truth.map((id) => customerOf.get(id)!));
    }
    waiting = [];
  }
  return { judged, matched_ms };
}

function byDay(rows: readonly Row[]): Map<string, Row[]> {
  const days = new Map<string, Row[]>();
  for (const row of rows) days.set(row.credit.paid_date, [...(days.get(row.credit.paid_date) ?? []), row]);
  return days;
}

function judge(row: Row, match: Match, verdict: Verdict): Judged {
  const truth = labelOf(row.truth);
  const automatic = match.status === 'matched' || match.status === 'double';
  const right = match.status === 'matched' ? idsOf(match.parts) === truth : match.status === 'double' ? row.truth.length === 0 : false;
  const first = right || (match.status === 'suggested' && truth !== '' && idsOf(match.suggestions[0]!.parts) === truth);
  const told = first || (match.status === 'suggested' && match.suggestions.some(({ parts }) => truth !== '' && idsOf(parts) === truth));
  return { row, match, verdict, automatic, right, first, told };
}

export interface Figures {
  readonly rows: number;
  readonly automatic: number;
  readonly wrong: number;
  readonly only: number;
  readonly only_automatic: number;
  readonly only_first: number;
  readonly decidable: number;
  readonly decidable_automatic: number;
  readonly left: number;
  readonly left_told: number;
}

/** Counts; `left` are the rows that went to a person and do belong somewhere. */
export function figuresOf(judged: readonly Judged[]): Figures {
  const count = (of: (each: Judged) => boolean) => judged.filter(of).length;
  return {
    rows: judged.length,
    automatic: count(({ automatic }) => automatic),
    wrong: count(({ automatic, right }) => automatic && !right),
    only: count(({ verdict }) => verdict.only),
    only_automatic: count(({ verdict, automatic, right }) => verdict.only && automatic && right),
    only_first: count(({ verdict, first }) => verdict.only && first),
    decidable: count(({ verdict }) => verdict.only && verdict.decidable),
    decidable_automatic: count(({ verdict, automatic, right }) => verdict.only && verdict.decidable && automatic && right),
    left: count(({ automatic, row }) => !automatic && row.truth.length > 0),
    left_told: count(({ automatic, row, told }) => !automatic && row.truth.length > 0 && told),
  };
}

/** Figures for each value of a column. */
export function figuresBy(judged: readonly Judged[], column: 'situation' | 'channel'): [Situation | Channel, Figures][] {
  const values = [...new Set(judged.map(({ row }) => row[column]))].sort();
  return values.map((value) => [value, figuresOf(judged.filter(({ row }) => row[column] === value))]);
}

