import { daysBetween, type CivilDate } from '@emdia/calendar';
import { DunningNoticeRequested, DunningTaskRequested, type DataOf } from '@emdia/contracts';
import { CONTACT_BUDGETS, type Policy } from '@emdia/regua';
import { act } from '../cases/act';
import { coverKey, withEntries, type CaseFile, type Covered } from '../cases/case-file';
import { conclude } from '../cases/conclude';
import { localDayOf } from '../cases/contact-days';
import { THANKS_STEP } from '../cases/plan';

/** What holds a step back: a firmer one, a day not allowed or taken, the budget, no way to reach the person, silence. */
export const LIMITS = ['merged', 'day-moved', 'budget', 'no-channel', 'held'] as const;
export type Limit = (typeof LIMITS)[number];

interface Dated {
  readonly what: string;
  readonly day: CivilDate;
}

/** What a case comes to if every message goes out and nobody pays: days are the debtor's, `what` a step, the reason of a task, or what the creditor's systems are to do. */
export interface Outlook {
  readonly messages: readonly Dated[];
  readonly tasks: readonly Dated[];
  readonly limits: Readonly<Record<Limit, number>>;
}

type Notice = DataOf<typeof DunningNoticeRequested>;
type Task = DataOf<typeof DunningTaskRequested>;

const ACTS_MAX = 2_000;
const DAY_MS = 86_400_000;
const NO_CHANNEL = new Set(['customer-unknown', 'no-address', 'address-invalid', 'opted-out', 'no-channel']);

/** Lives a case on for some days by the very decisions that will be made, along another régua or (null) its own. Pure; nothing is kept. */
export function outlook(known: CaseFile, trial: Policy | null, now: Date, days: number): Outlook {
  // A notice that is out is supposed to go, like all others.
  const out = [...known.covers].filter(([, { outcome }]) => outcome === 'asked').map(([key, cover]): [string, Covered] => [key, { ...cover, outcome: 'sent', channel: 'email' }]);
  const file = { ...known, trial, covers: withEntries(known.covers, out) };
  const end = new Date(now.getTime() + days * DAY_MS);
  const limits: Record<Limit, number> = { merged: 0, 'day-moved': 0, budget: 0, 'no-channel': 0, held: 0 };
  const [messages, tasks]: [Dated[], Dated[]] = [[], []];
  const contacts = contactsOf(file);
  let { next: state } = conclude(file, 'outlook', now);
  for (const { standing } of state.receivables.values()) if (standing?.kind === 'hold') limits.held++;

  for (let at = now, acts = 0; state.due_at !== null && state.due_at <= end && acts < ACTS_MAX; acts++) {
    if (state.due_at > at) at = state.due_at;
    const planned = state;
    const decision = act(state, at);
    if ('ignored' in decision) break;
    state = { ...decision.next, asked: [], changes: [] };
    for (const { act_id, undoes, step, kind, change } of state.acts.values())
      if (undoes === null && !planned.acts.has(act_id)) tasks.push({ what: `${step}: ${kind === 'service' ? `service ${change}` : kind}`, day: localDayOf(file, at) });
    for (const { contract, data } of decision.events ?? []) {
      if (contract === DunningTaskRequested) {
        const { reason, receivable_ids } = data as Task;
        tasks.push({ what: reason, day: localDayOf(file, at) });
        if (NO_CHANNEL.has(reason)) limits['no-channel'] += receivable_ids.length;
      } else if (contract === DunningNoticeRequested) {
        const notice = data as Notice;
        const goes = notice.purpose === 'service' || isWithinBudget(contacts, notice.local_day, file.own_budgets);
        if (!goes) limits.budget++;
        else {
          messages.push({ what: notice.step, day: notice.local_day });
          if (notice.purpose !== 'service') contacts.push(notice.local_day);
          limits.merged += notice.turned_down.filter(({ reason }) => reason.startsWith('merged into ')).length;
          limits['day-moved'] += notice.covers.filter(({ receivable_id }) => isMoved(planned, receivable_id)).length;
        }
        state = conclude(answered(state, notice, goes), notice.notice_id, at).next;
      }
    }
  }
  return { messages, tasks, limits };
}

/** Days on which the person was asked for money before, over all debts of this creditor. */
const contactsOf = (file: CaseFile): CivilDate[] => [
  ...new Set([...file.covers.values()].filter(({ outcome, step }) => step !== THANKS_STEP && (outcome === 'sent' || outcome === 'unknown')).map(({ valid_until }) => localDayOf(file, valid_until))),
];

const isWithinBudget = (contacts: readonly CivilDate[], day: CivilDate, budgets = CONTACT_BUDGETS): boolean =>
  budgets.every((budget) => contacts.filter((earlier) => daysBetween(earlier, day) < budget.days).length < budget.contacts_max);

function isMoved({ receivables }: CaseFile, receivable_id: string): boolean {
  const standing = receivables.get(receivable_id)?.standing;
  return standing?.kind === 'action' && standing.contact_day > standing.planned_day;
}

function answered(file: CaseFile, { notice_id, covers }: Notice, goes: boolean): CaseFile {
  const told: Pick<Covered, 'outcome' | 'reason' | 'channel'> = goes ? { outcome: 'sent', reason: null, channel: 'email' } : { outcome: 'refused', reason: 'budget', channel: null };
  return {
    ...file,
    covers: withEntries(file.covers, covers.map(({ receivable_id }): [string, Covered] => {
      const key = coverKey(notice_id, receivable_id);
      return [key, { ...file.covers.get(key)!, ...told }];
    })),
  };
}
