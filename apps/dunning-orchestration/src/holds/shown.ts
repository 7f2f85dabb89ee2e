import type { CivilDate } from '@emdia/calendar';
import { KIND_OF_SILENCE, ruleOf, type HoldKind, type Kind } from './kinds';
import { inWords, keptInWords } from './what-follows';

/** A hold as its row tells it. */
export interface OwnHold extends Record<string, unknown> {
  readonly kind: HoldKind;
  readonly hold_id: string;
  readonly receivable_ids: readonly string[];
  readonly review_date: CivilDate;
  readonly look_date: CivilDate;
  readonly ended_on: CivilDate | null;
  readonly undecided: boolean;
}

/** What a debt's row says of its silence. */
export interface HeldDebt extends Record<string, unknown> {
  readonly receivable_id: string;
  readonly collectability: string;
  readonly review_date: CivilDate | null;
  readonly standing: string;
  readonly standing_reason: string | null;
  readonly hold_review_date: CivilDate | null;
  readonly contact_day: CivilDate | null;
}

/** Own holds, and what other services keep from being asked for as holds of theirs, with the rules of each; nothing of theirs is stored here. */
export function heldOf(own: readonly OwnHold[], debts: readonly HeldDebt[], waited: ReadonlySet<string>, today: CivilDate) {
  const mine = own.map(({ ended_on, undecided, ...hold }) => ({ ...hold, ...rulesOf(hold.kind), what_follows: inWords({ ...hold, ended_on, undecided }, today) }));
  const open = debts.filter(({ standing }) => standing !== 'end');
  const told = open.flatMap((debt) => {
    const reason = debt.standing_reason === 'agreed' ? 'agreed' : debt.collectability;
    const silence = KIND_OF_SILENCE[reason];
    return silence ? [theirs(debt, silence, reason, debt.review_date ?? debt.hold_review_date)] : [];
  });
  const late = open.filter(({ receivable_id }) => waited.has(receivable_id)).map((debt) => theirs(debt, { kind: 'stale-source', kept_by: 'notifications' }, 'expired', debt.contact_day));
  return [...mine, ...told, ...late];
}

/** What its rules come to, for whoever reads a hold. */
const rulesOf = (kind: HoldKind) => {
  const { kept_by, stops, ends_by, follows } = ruleOf(kind);
  return { kept_by, stops, ends_by, follows };
};

function theirs({ receivable_id }: HeldDebt, { kind, kept_by }: { kind: HoldKind; kept_by: Kind['kept_by'] }, reason: string, review_date: CivilDate | null) {
  const unknown = { hold_id: null, actor: kept_by, placed_at: null, begin_date: null, look_date: null, asked: null, lifted_at: null, lift_reason: null, lift_actor: null, decided_at: null, decide_reason: null, decide_actor: null };
  return { ...unknown, kind, receivable_ids: [receivable_id], reason, review_date, kept_by, stops: 'contacts' as const, ends_by: 'keeper' as const, follows: 'regua' as const, what_follows: keptInWords(kept_by) };
}
