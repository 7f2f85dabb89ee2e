import { derivedId, DunningCaseCured, DunningCaseOpened, outgoing, type Outgoing } from '@emdia/contracts';
import { followCause, withCause } from '../reguas/follow';
import { ruleOf } from '../holds/kinds';
import { awaitsDecision, isLive } from '../holds/standing';
import { factsOf, policyInUse, policyOf } from '../reguas/policy';
import { stoppedFor } from '../retries/retrying';
import type { Cause, Policy } from '@emdia/regua';
import type { CaseFile, Covered, Receivable, Standing } from './case-file';
import { isPaid, plan, wasChased, type Plan } from './plan';

/** A case with its plan written into it, and what is to be told. */
export interface Concluded {
  readonly next: CaseFile;
  readonly events: readonly Outgoing[];
}

/** Who decides where nobody asked. */
export const SELF = 'dunning-orchestration';

/** Ends every decision on a case: plans anew from the facts, and tells when it opened or was cured. `cause` is the id of what happened. */
export function conclude(file: CaseFile, cause: string, now: Date, events: readonly Outgoing[] = [], planned: Plan = plan(file, now)): Concluded {
  const isOpen = [...planned.standings.values()].some(({ kind }) => kind !== 'end');
  const opens = isOpen && file.status !== 'open' && file.person !== null;
  // A case that opens again begins with the régua in use now; what was planned by an older one is planned anew, and why it was unpaid then says nothing now.
  if (opens && (file.cause !== null || file.cause_asked_at !== null || (file.regua_version !== null && file.regua_version !== policyInUse(file).version))) return conclude({ ...file, regua_version: null, cause: null, cause_asked_at: null }, cause, now, events);
  const cure = cureOf(file, planned, cause, now);
  const status = opens ? 'open' : isOpen || file.status === 'new' ? file.status : 'closed';
  const receivables = written(file, planned.standings, cure.told);
  const follows = opens ? { regua_version: policyInUse(file).version, regua_since: now, regua_by: SELF, changes: chosen(file, now) } : {};
  const next = { ...file, ...follows, status, receivables, due_at: planned.due_at };
  const told = [...events, ...(opens ? [opened(file, cause, now)] : []), ...cure.events];
  // Made out here, so that the order of facts does not matter.
  const known = withCauseMadeOut(next, now);
  return known === next ? { next, events: told } : conclude(known, cause, now, told);
}

/** What a case opens with, where its creditor had it chosen by facts: which those were. */
function chosen(file: CaseFile, now: Date): CaseFile['changes'] {
  if (!file.published && !file.unfitted) return file.changes;
  const { version, document } = policyInUse(file);
  const reason = document.silent ? 'opened; no own régua writes to them' : 'opened';
  return [...file.changes, { what: 'regua', at: now, before: null, after: version, actor: SELF, reason, facts: factsOf(file) }];
}

/** An open case of which nobody has said why it is unpaid, with what follows of that from its facts; the same where nothing does. */
export function withCauseMadeOut(file: CaseFile, now: Date): CaseFile {
  const why = file.status === 'open' && file.cause === null ? whyUnpaid(file, now) : null;
  return why === null ? file : followCause(withCause(file, why.cause, why, now), why.actor, now);
}

/** Why a case is unpaid where nobody has said it since it opened: what it is held for says so, else a card stopped for good. */
function whyUnpaid(file: CaseFile, now: Date): { cause: Cause; actor: string; reason: string } | null {
  const [held] = [...file.holds.values()].filter((hold) => ruleOf(hold.kind).cause && (isLive(hold, now) || awaitsDecision(hold)))
    .sort((a, b) => b.placed_at.getTime() - a.placed_at.getTime() || (a.hold_id < b.hold_id ? -1 : 1));
  if (held) return { cause: ruleOf(held.kind).cause!, actor: held.actor, reason: `hold: ${held.kind}` };
  const stopped = stoppedFor(file, now);
  return stopped === null ? null : { cause: 'payment-method', actor: SELF, reason: stopped };
}

/** The receivables with their standings; one that did not change keeps its identity, so that the store need not write it. */
function written(file: CaseFile, standings: ReadonlyMap<string, Standing>, told: ReadonlySet<string>): ReadonlyMap<string, Receivable> {
  return new Map(
    [...file.receivables].map(([id, receivable]) => {
      const standing = standings.get(id)!;
      const cure_told = receivable.status !== 'open' && (receivable.cure_told || told.has(id));
      const same = cure_told === receivable.cure_told && isSame(standing, receivable.standing);
      return [id, same ? receivable : { ...receivable, cure_told, standing }];
    }),
  );
}

/** One kind of standing has always the same properties. */
function isSame(one: Standing, other: Standing | null): boolean {
  if (other === null || one.kind !== other.kind) return false;
  const [a, b] = [one as unknown as Record<string, unknown>, other as unknown as Record<string, unknown>];
  for (const name in a) {
    const [x, y] = [a[name], b[name]];
    if (x !== y && !(x instanceof Date && y instanceof Date && x.getTime() === y.getTime())) return false;
  }
  return true;
}

function opened(file: CaseFile, cause: string, now: Date): Outgoing {
  const { key, creditor_id, customer_id, case_id, person } = file;
  return outgoing(DunningCaseOpened, {
    id: derivedId('case-opened', case_id, cause), key, creditor_id, now,
    data: { case_id, creditor_id, customer_id, person_key: person!.person_key, regua_version: policyInUse(file).version },
  });
}

/** A cure: what was past due or asked for has ended, and nothing else is past due. Told once per receivable and ending. */
function cureOf(file: CaseFile, { past_due, today }: Plan, cause: string, now: Date): { told: ReadonlySet<string>; events: readonly Outgoing[] } {
  if (past_due) return { told: new Set(), events: [] };
  const covers = [...file.covers.values()];
  const of = (receivable: Receivable): Covered[] => covers.filter(({ receivable_id }) => receivable_id === receivable.receivable_id);
  const ended = [...file.receivables.values()].filter((receivable) => receivable.status !== 'open' && !receivable.cure_told);
  const cured = ended.filter((receivable) => wasChased(receivable, of(receivable)));
  if (cured.length === 0) return { told: new Set(), events: [] };
  const contacts = cured.flatMap(of).filter(({ outcome, step }) => step !== 'thanks' && (outcome === 'sent' || outcome === 'unknown'));
  const { key, creditor_id, customer_id, case_id } = file;
  const event = outgoing(DunningCaseCured, {
    id: derivedId('case-cured', case_id, cause), key, creditor_id, now,
    data: {
      case_id, creditor_id, customer_id,
      cured_on: today,
      contacts: new Set(contacts.map(({ notice_id }) => notice_id)).size,
      last_step: firmest(policyOf(file), contacts.map(({ step }) => step)),
      outcome: cured.some(isPaid) ? 'paid' : cured.some(({ status }) => status === 'written-off') ? 'written-off' : 'cancelled',
    },
  });
  return { told: new Set(cured.map(({ receivable_id }) => receivable_id)), events: [event] };
}

/** The firmest of some steps: the latest of the régua, else whatever there is (an instalment's reminder). */
export function firmest({ rank }: Policy, steps: readonly string[]): string | null {
  return steps.reduce<string | null>((best, step) => (best === null || rank(step) > rank(best) ? step : best), null);
}
