import { fitOf } from './amounts';
import { byDueDate, type Candidates, numbersIn } from './candidates';
import type { Candidate, Credit, Doubt, Key, KeyKind, MatchSettings } from './credit';
import { isKnown, type Tie } from './payers';

/** What the exact keys of some money mean. `doubt`: why a person must look at it all the same. */
export interface Keyed {
  readonly kind: KeyKind;
  readonly inMemo: boolean;
  /** Of one customer unless there is a doubt, those due first leading; settled ones too. */
  readonly receivables: readonly Candidate[];
  readonly doubt: Doubt | null;
}

/** A payer's name this much like the customer's supports a typed number. */
const SUPPORT_MIN = 850;
/** A payer's name this much like another customer's speaks against a number. */
const AGAINST_MIN = 920;

const customersIn = (receivables: readonly Candidate[]): Set<string> => new Set(receivables.map(({ customer_id }) => customer_id));

function resolve(keys: readonly Key[], candidates: Candidates): Candidate[] {
  const byId = new Map(keys.flatMap((key) => candidates.withKey(key)).map((receivable) => [receivable.receivable_id, receivable]));
  return [...byId.values()].sort(byDueDate);
}

/** Keys that identify nothing here although a machine wrote them: the money quotes something else. An endToEndId names every Pix, so it says nothing. */
export const unknownKeys = ({ keys }: Credit, candidates: Candidates): Key[] =>
  keys.filter((key) => key.kind !== 'end_to_end_id' && key.value !== '***' && candidates.withKey(key).length === 0);

/** Whether some money quotes anything known here. */
export const quotes = ({ keys, memo }: Credit, candidates: Candidates): boolean => [...keys, ...numbersIn(memo)].some((key) => candidates.withKey(key).length > 0);

/** What the keys of some money mean; `tied` is asked only where a number has to be supported; null where they mean nothing. Keys of machines come before numbers, numbers before what a person typed. */
export function keyed(credit: Credit, candidates: Candidates, tied: () => ReadonlyMap<string, Tie>, settings: MatchSettings): Keyed | null {
  const machine = resolve(credit.keys.filter(({ kind }) => kind !== 'invoice_number'), candidates);
  if (machine.length > 0) {
    const { kind } = credit.keys.find((key) => key.kind !== 'invoice_number' && candidates.withKey(key).length > 0)!;
    return { kind, inMemo: false, receivables: machine, doubt: customersIn(machine).size > 1 ? 'key_ambiguous' : null };
  }
  const numbers = resolve(credit.keys, candidates);
  const inMemo = numbers.length === 0;
  const meant = inMemo ? resolve(numbersIn(credit.memo), candidates) : numbers;
  if (meant.length === 0) return null;
  const ties = tied();
  const receivables = narrowed(meant, ties);
  const doubt = customersIn(receivables).size > 1 ? 'key_ambiguous' : doubtOf(credit, receivables, inMemo, ties, settings);
  return { kind: 'invoice_number', inMemo, receivables, doubt };
}

const supports = (tie: Tie | undefined): boolean => tie !== undefined && (isKnown(tie) || tie.kind === 'name_history' || (tie.kind === 'name' && tie.similarity >= SUPPORT_MIN));

/** Two customers may have an invoice of one number: the payer's, where the payer is tied to only one of them. */
function narrowed(receivables: Candidate[], ties: ReadonlyMap<string, Tie>): Candidate[] {
  if (customersIn(receivables).size < 2) return receivables;
  const own = receivables.filter(({ customer_id }) => supports(ties.get(customer_id)));
  return customersIn(own).size === 1 ? own : receivables;
}

/** A number with one wrong digit is somebody else's number: so payer and amount must not speak against it, and for a typed one must speak for it. */
function doubtOf(credit: Credit, receivables: readonly Candidate[], inMemo: boolean, ties: ReadonlyMap<string, Tie>, settings: MatchSettings): Doubt | null {
  const own = supports(ties.get(receivables[0]!.customer_id));
  const ofAnother = [...ties.values()].some((tie) => isKnown(tie) || (tie.kind === 'name' && tie.similarity >= AGAINST_MIN));
  if (!own && ofAnother) return 'key_of_another';
  const open = receivables.filter(({ open_cents }) => open_cents > 0);
  // What is settled shows no open amount to compare; that it is paid twice is told, nothing is moved.
  const explained = open.length === 0 || open.some((each) => fitOf(credit, each, settings)) || open.reduce((sum, each) => sum + each.open_cents, 0) === credit.amount_cents;
  if (inMemo) return own && explained ? null : 'key_unsupported';
  return explained || own ? null : 'key_unsupported';
}
