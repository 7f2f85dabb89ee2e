import { addDays, type CivilDate } from '@emdia/calendar';
import type { Outgoing } from '@emdia/contracts';
import { taskOf, type Debt, type Step } from '@emdia/regua';
import { withEntries, type Acted, type CaseFile, type Receivable } from '../cases/case-file';
import type { Plan } from '../cases/plan';
import { policyOf } from '../reguas/policy';
import { ACT_KINDS, actsOf, dayOf, inForce, inForceByPeople, isNoticed, isOff, planned, UNDONE_BY, type ActKind, type Change, type OutwardAct } from './outward-act';

export interface Asked {
  readonly next: CaseFile;
  readonly events: readonly Outgoing[];
}

const isKind = (step: Step): step is Step<ActKind> => (ACT_KINDS as readonly string[]).includes(step.action);

/** Whether the creditor's systems do a step; a bureau entry only where they gave its notice, too. */
const isCarriedOut = (file: CaseFile, receivable: Receivable, step: Step<ActKind>, today: CivilDate): boolean =>
  (file.carries_out?.has(step.action) ?? false) && (step.action !== 'bureau-listing' || isNoticed(file, receivable, step.notice_days, today));

/** Plans the steps that are due and that the creditor's systems do; the others stay for people. */
export function planActs(file: CaseFile, { standings, today }: Plan, now: Date): Asked {
  if (!file.carries_out?.size) return { next: file, events: [] };
  const policy = policyOf(file);
  const acts = [...standings].flatMap(([id, standing]): [string, OutwardAct][] => {
    if (standing.kind !== 'task' || standing.step === null || standing.at > now) return [];
    const step = policy.document.steps.find((each) => taskOf(each) === standing.reason);
    const receivable = file.receivables.get(id)!;
    if (!step || !isKind(step) || !isCarriedOut(file, receivable, step, today)) return [];
    const act = planned(file, receivable, step, policy.version, now);
    return [[act.act_id, act]];
  });
  return { next: acts.length === 0 ? file : { ...file, acts: withEntries(file.acts, acts) }, events: [] };
}

/** What is to be taken back because its debt has ended, or is being paid by an agreement: by the systems that did it, or by a person where a person was asked to do it. */
export interface Backs {
  readonly acts: readonly OutwardAct[];
  readonly byPeople: readonly { readonly receivable: Receivable; readonly acted: Acted & { readonly change: Change } }[];
}

/** Whether a debt may still come to its prescription with something standing on it: also one that was given up. */
export const isUnpaid = ({ status }: Receivable): boolean => status === 'open' || status === 'written-off';

/** Whether the first money of an agreement has come that stands: the old debt is no longer what an entry or a protest says. */
const isBeingPaid = ({ agreements }: CaseFile, { receivable_id }: Receivable): boolean =>
  [...agreements.values()].some(({ ended, paid, receivable_ids }) => !ended && paid.length > 0 && receivable_ids.includes(receivable_id));

/** Bureau entries and protests are taken back also where nobody may ask any more and once an agreement is being paid, service only where it was paid or cancelled; null where there is nothing. */
export function toTakeBack(file: CaseFile, isPrescribed: (receivable: Receivable) => boolean): Backs | null {
  const acts: OutwardAct[] = [];
  const byPeople: Backs['byPeople'][number][] = [];
  for (const receivable of file.receivables.values()) {
    if (file.acts.size + receivable.acted.length === 0 || (isUnpaid(receivable) && !isPrescribed(receivable) && !isBeingPaid(file, receivable))) continue;
    const restores = !isUnpaid(receivable) && (policyOf(file).document.thanks.restores ?? true);
    const isDue = ({ change }: { readonly change: Change | null }) => UNDONE_BY[change!] !== 'restore' || restores;
    acts.push(...inForce(file, receivable.receivable_id).filter(isDue));
    byPeople.push(...inForceByPeople(receivable).filter(isDue).map((acted) => ({ receivable, acted })));
  }
  return acts.length + byPeople.length === 0 ? null : { acts, byPeople };
}

/** Steps that count as done by acts, for the ladder; what never left does not, and a bureau notice that nobody took dates no entry. */
export const doneBy = (acts: readonly OutwardAct[]): Debt['acted'] => acts.filter((act) => !isOff(act)).map((act) => ({ step: act.step, on: act.kind === 'bureau-notice' && isFailed(act) ? null : dayOf(act) }));

const isFailed = ({ status }: OutwardAct): boolean => status === 'rejected' || status === 'unanswered';

/** The day after the one on which an act of a step last came to nothing; null where none did. What is refused today is not asked again today. */
export function againFrom(acts: readonly OutwardAct[], step: string): CivilDate | null {
  const off = acts.filter((act) => act.step === step && isOff(act)).map(dayOf);
  return off.length === 0 ? null : addDays(off.sort().at(-1)!, 1);
}

/** The acts of a debt for its present due date; none costs nothing. */
export const actsOn = (file: CaseFile, receivable: Receivable): readonly OutwardAct[] => (file.acts.size === 0 ? NONE : actsOf(file, receivable));

const NONE: readonly OutwardAct[] = [];
