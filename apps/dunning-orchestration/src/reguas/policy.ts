import { WEEKDAYS } from '@emdia/calendar';
import { choose, DEFAULT_REGUAS, defaultPolicy, HOUSE_REGUAS, ladderOf, SILENT_REGUA, type Channel, type Facts, type Policy } from '@emdia/regua';
import type { CaseFile, Covered } from '../cases/case-file';
import type { Unfitted } from './unfitted';

/** What decides which régua a case follows. */
export type Follower = Pick<CaseFile, 'regua_version' | 'trial' | 'published' | 'own_weekdays' | 'unfitted' | 'customer_id' | 'person' | 'receivables' | 'covers' | 'cause'>;

/** The régua that a case opens with: of those that its creditor published the one that fits best, else the house's first, or people alone where the creditor wants that. */
export const policyInUse = (file: Follower): Policy => {
  const fitting = file.published ? choose(file.published.active, factsOf(file), 0) : null;
  return fitting ?? unfittedBy(file.unfitted);
};

/** What whoever no own régua fits goes by. */
export const unfittedBy = (unfitted: Unfitted | undefined): Policy => defaultPolicy(unfitted === 'task' ? SILENT_REGUA : DEFAULT_REGUAS[0]);

/** What a case's régua is chosen by. */
export function factsOf({ customer_id, person, receivables, covers, cause }: Follower): Facts {
  const debts = [...receivables.values()].filter(({ status }) => status === 'open');
  const open = debts.map(({ open_cents }) => open_cents);
  return {
    customer_id, amount_cents: Math.max(0, ...open), case_amount_cents: open.reduce((sum, cents) => sum + cents, 0),
    late_before: latePaid(receivables), segment: person?.segment ?? null, score: person?.score ?? null, cause: cause?.cause ?? null,
    reached: covers.size === 0 ? NOWHERE : reachedBy([...covers.values()].filter(({ receivable_id, due_date }) => receivables.get(receivable_id)?.status === 'open' && receivables.get(receivable_id)!.original_due_date === due_date)),
  };
}

/**
 * The régua for the cause of a case: the creditor's own that is meant for it, else that of the house, else the one it would open with.
 * Whom nobody is to write to is not written to for having a cause.
 */
export function policyForCause(file: Follower): Policy {
  const followed = policyOf(file);
  if (followed.document.silent) return followed;
  const meant = (policies: readonly Policy[]) => choose(policies.filter(({ document }) => document.for?.when?.causes), factsOf(file), 0);
  const [own, else_] = [meant(file.published?.active ?? []), policyInUse(file)];
  return own ?? (else_.document.silent ? else_ : (meant(DEFAULT_REGUAS.map(defaultPolicy)) ?? else_));
}

const NOWHERE: readonly Channel[] = [];
const BY_EMAIL: readonly Channel[] = ['email'];

/** The channels on which messages went out; the usual answers are always the same, because this is asked of every debt. */
export function reachedBy(covers: readonly Covered[]): readonly Channel[] {
  let reached = NOWHERE;
  for (const { outcome, channel } of covers) {
    if (outcome !== 'sent' || channel === null || reached.includes(channel)) continue;
    reached = reached === NOWHERE && channel === 'email' ? BY_EMAIL : [...reached, channel];
  }
  return reached;
}

/** How many debts of a customer were paid after the last day without charge. */
export const latePaid = (receivables: CaseFile['receivables']): number =>
  [...receivables.values()].filter(({ status, settled_on, effective_due_date }) => status === 'settled' && settled_on !== null && settled_on > effective_due_date).length;

let houseByVersion: ReadonlyMap<string, Policy> | undefined;

/** Makes the réguas of the house ready to decide by, once per process. Throws RefusedRegua, a defect of a file. */
export const prepareHouse = (): ReadonlyMap<string, Policy> => (houseByVersion ??= new Map(HOUSE_REGUAS.map(defaultPolicy).map((policy) => [policy.version, policy])));

/** A version of the house, null where it has none of the name. */
export const houseVersion = (version: string): Policy | null => prepareHouse().get(version) ?? null;

const narrowed = new WeakMap<Policy, Map<string, Policy>>();

/** A régua on those weekdays alone that its creditor lets people be contacted on: the ones it wants of them, or all of them where it wants none of them. */
function onWeekdays(policy: Policy, own: readonly number[] | undefined): Policy {
  if (!own) return policy;
  let known = narrowed.get(policy);
  if (!known) narrowed.set(policy, (known = new Map()));
  let found = known.get(own.join());
  if (!found) {
    const { document } = policy;
    const allowed = own.map((day) => WEEKDAYS[day]!);
    const wanted = allowed.filter((day) => document.contact.weekdays?.includes(day) ?? true);
    known.set(own.join(), (found = ladderOf({ ...document, contact: { ...document.contact, weekdays: wanted.length > 0 ? wanted : allowed } })));
  }
  return found;
}

/** The régua that a case follows: the version it opened with, where that is not known any more the one in use; on its creditor's own weekdays. */
export function policyOf(file: Follower): Policy {
  const { regua_version, trial, published, own_weekdays } = file;
  return onWeekdays(trial ?? ((regua_version && (published?.byVersion.get(regua_version) ?? houseVersion(regua_version))) || policyInUse(file)), own_weekdays);
}
