import type { CivilDate } from '@emdia/calendar';
import type {
  DunningHoldLifted, DunningHoldPlaced, Event, EventOf, NegotiationAgreementBroken, NegotiationAgreementCompleted, NegotiationAgreementMade, NegotiationDisputeRaised,
  NegotiationDisputeResolved, NegotiationPromiseBroken, NegotiationPromiseKept, NegotiationPromiseMade,
} from '@emdia/contracts';
import { type Account, dayOf, isCancelled, type Receivable, type Standstill, withEntry } from './account';
import type { Change } from './steps';

type Kind = Standstill['kind'];
type Told = Omit<Standstill, 'standstill_id' | 'kind' | 'begun' | 'ended'>;

const BARE: Told = { receivable_ids: [], review_date: null, instalments: [], waived_cents: 0 };

function begin(account: Account, kind: Kind, standstill_id: string, told: Partial<Told>): Change {
  const known = account.standstills.get(standstill_id);
  if (known?.begun) return { ignored: 'known' };
  const standstill = { ...BARE, ...told, standstill_id, kind, begun: true, ended: known?.ended ?? false };
  return { facts: { ...account, standstills: withEntry(account.standstills, standstill_id, standstill) } };
}

function end(account: Account, kind: Kind, standstill_id: string): Change {
  const known = account.standstills.get(standstill_id);
  if (known?.ended) return { ignored: 'ended' };
  const standstill = { ...(known ?? { ...BARE, standstill_id, kind, begun: false }), ended: true };
  return { facts: { ...account, standstills: withEntry(account.standstills, standstill_id, standstill) } };
}

/** Some receivables for which money may have come; none: it was placed, or means others. */
export interface MoneyAwaited {
  readonly standstill_id: string;
  readonly receivable_ids: readonly string[];
  readonly review_date: CivilDate;
}

/** Nobody is asked for what money that waits for a person may be meant for; the newest word on that money counts. */
export function applyMoneyAwaited(account: Account, { data }: Event<MoneyAwaited>): Change {
  const { standstill_id, receivable_ids, review_date } = data;
  const known = account.standstills.get(standstill_id);
  const ended = receivable_ids.length === 0;
  if (known ? known.ended === ended && known.receivable_ids.join() === receivable_ids.join() : ended) return { ignored: 'known' };
  const standstill: Standstill = { ...BARE, standstill_id, kind: 'money', receivable_ids: ended ? (known?.receivable_ids ?? []) : receivable_ids, review_date, begun: true, ended };
  return { facts: { ...account, standstills: withEntry(account.standstills, standstill_id, standstill) } };
}

export const applyHoldPlaced = (account: Account, { data }: EventOf<typeof DunningHoldPlaced>): Change =>
  begin(account, 'hold', data.hold_id, { receivable_ids: data.receivable_ids, review_date: data.review_date });
export const applyHoldLifted = (account: Account, { data }: EventOf<typeof DunningHoldLifted>): Change => end(account, 'hold', data.hold_id);

export const applyDisputeRaised = (account: Account, { data }: EventOf<typeof NegotiationDisputeRaised>): Change =>
  begin(account, 'dispute', data.dispute_id, { receivable_ids: data.receivable_ids, review_date: data.review_date });
export const applyDisputeResolved = (account: Account, { data }: EventOf<typeof NegotiationDisputeResolved>): Change => end(account, 'dispute', data.dispute_id);

export const applyPromiseMade = (account: Account, { data }: EventOf<typeof NegotiationPromiseMade>): Change =>
  begin(account, 'promise', data.promise_id, { receivable_ids: data.receivable_ids, review_date: data.promised_date });
export const applyPromiseEnded = (account: Account, { data }: EventOf<typeof NegotiationPromiseKept> | EventOf<typeof NegotiationPromiseBroken>): Change =>
  end(account, 'promise', data.promise_id);

/** No new receivable: the old ones are `agreed`, and money that quotes an instalment pays them, those due first leading. */
export const applyAgreementMade = (account: Account, { data }: EventOf<typeof NegotiationAgreementMade>): Change =>
  begin(account, 'agreement', data.agreement_id, {
    receivable_ids: data.receivable_ids,
    instalments: [...data.instalments].sort((a, b) => a.number - b.number),
    waived_cents: data.waived_cents,
  });

/** The debt returns as it stands now, less what was paid. */
export const applyAgreementBroken = (account: Account, { data }: EventOf<typeof NegotiationAgreementBroken>): Change => end(account, 'agreement', data.agreement_id);

/** The waiver takes effect only now, on what is still open, at most as much as was agreed. */
export function applyAgreementCompleted(account: Account, { data }: EventOf<typeof NegotiationAgreementCompleted>, now: Date): Change {
  const ended = end(account, 'agreement', data.agreement_id);
  if ('ignored' in ended) return ended;
  let left_cents = data.waived_cents;
  const receivables = new Map(account.receivables);
  for (const receivable of dueFirst(account, data.receivable_ids)) {
    const granted_cents = Math.min(left_cents, receivable.position!.open_cents);
    if (granted_cents === 0) continue;
    left_cents -= granted_cents;
    receivables.set(receivable.receivable_id, { ...receivable, waiver_cents: receivable.waiver_cents + granted_cents, waived_on: dayOf(now) });
  }
  return { facts: { ...ended.facts, receivables } };
}

const dueFirst = (account: Account, ids: readonly string[]): Receivable[] =>
  ids
    .map((id) => account.receivables.get(id))
    .filter((receivable) => receivable !== undefined && receivable.position !== null && !isCancelled(receivable))
    .sort((a, b) => (`${a!.terms!.due_date}${a!.receivable_id}` < `${b!.terms!.due_date}${b!.receivable_id}` ? -1 : 1)) as Receivable[];
