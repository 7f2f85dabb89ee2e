import { placeOf } from '@emdia/calendar';
import {
  derivedId, type BillingCustomerChanged, type EventOf, type Instrument, NegotiationAgreementBroken, type NegotiationAgreementCompleted, type NegotiationAgreementMade, type NegotiationInstalmentPaid,
  type NotificationsContactMade, type NotificationsContactRefused, type Rail, type ReconciliationBalanceChanged,
} from '@emdia/contracts';
import type { DecisionOne } from '@emdia/messaging';
import { neverTakenBack } from '../acts/outward-act';
import { coverKey, withEntries, type Agreement, type CaseFile, type Covered, type Receivable } from './case-file';
import { conclude } from './conclude';
import { creditorDay } from './plan';

type Applied = DecisionOne<CaseFile>;

/** A receivable as it now is; an older version says nothing new. */
export function applyBalance(file: CaseFile, event: EventOf<typeof ReconciliationBalanceChanged>, now: Date): Applied {
  const { creditor_id, receivable_id, version, instruments, original_due_date, effective_due_date, open_cents, paid_cents, status, collectability, review_date, settled_on } = event.data;
  const known = file.receivables.get(receivable_id);
  if (known && known.version >= version) return { ignored: 'older-version' };
  const { rails, charge_ids } = chargedBy(creditor_id, instruments);
  const reopens = known !== undefined && known.status !== 'open' && status === 'open';
  const receivable = {
    receivable_id, version, original_due_date, effective_due_date, open_cents, paid_cents, status, collectability, review_date, settled_on,
    as_of: creditorDay(new Date(event.time)),
    rails, charge_ids,
    cure_told: status !== 'open' && (known?.cure_told ?? false),
    owner: known?.owner ?? null,
    acted: reopens ? neverTakenBack(known.acted) : (known?.acted ?? []),
    standing: null,
  };
  return conclude({ ...file, receivables: withEntries(file.receivables, [[receivable_id, receivable]]) }, event.id, now);
}

/** Rails on which upstream charges by itself; the others wait for the debtor, and of those a boleto may be issued anew where nothing charges. */
const CHARGING: ReadonlySet<Rail> = new Set<Rail>(['CARD', 'PIX_AUTO', 'DEBIT']);

function chargedBy(creditor_id: string, instruments: readonly Instrument[]): Pick<Receivable, 'rails' | 'charge_ids'> {
  if (instruments.length === 0) return { rails: null, charge_ids: [] };
  const charging = instruments.filter(({ rail }) => CHARGING.has(rail));
  if (charging.length === 0) return { rails: instruments.some(({ rail }) => rail === 'BOLETO') ? ['BOLETO'] : [], charge_ids: [] };
  return { rails: [...new Set(charging.map(({ rail }) => rail))], charge_ids: charging.flatMap(({ reference }) => (reference === undefined ? [] : [derivedId('receivable', creditor_id, reference)])) };
}

/** Where the person lives, whether an address is known, and what réguas may ask of them; the highest source version counts. */
export function applyCustomer(file: CaseFile, event: EventOf<typeof BillingCustomerChanged>, now: Date): Applied {
  const { person_key, has_email, segment = null, score = null, source_version } = event.data;
  const state = placeOf(event.data.state, event.data.city_code);
  if (file.person && file.person.source_version >= source_version) return { ignored: 'older-version' };
  return conclude({ ...file, person: { person_key, state, has_email, segment, score, source_version, changed_at: new Date(event.time) } }, event.id, now);
}

export function applyAgreementMade(file: CaseFile, event: EventOf<typeof NegotiationAgreementMade>, now: Date): Applied {
  const { receivable_ids, instalments } = event.data;
  const made = instalments.map(({ instalment_id, number, due_date }) => ({ instalment_id, number, due_date }));
  return withAgreement(file, event, now, (agreement) => ({ ...agreement, receivable_ids, instalments: made }));
}

export function applyInstalmentPaid(file: CaseFile, event: EventOf<typeof NegotiationInstalmentPaid>, now: Date): Applied {
  const { instalment_id } = event.data;
  return withAgreement(file, event, now, (agreement) => ({ ...agreement, paid: [...new Set([...agreement.paid, instalment_id])].sort() }));
}

/**
 * Broken or completed: either way it reminds nobody any more; what is owed then comes from reconciliation. Where it was broken its debts
 * are owed anew, and whoever was to remove an entry may have left it.
 */
export function applyAgreementEnded(
  file: CaseFile,
  event: EventOf<typeof NegotiationAgreementBroken> | EventOf<typeof NegotiationAgreementCompleted>,
  now: Date,
): Applied {
  const anew = event.type !== NegotiationAgreementBroken.type ? [] : event.data.receivable_ids.flatMap((id) => {
    const receivable = file.receivables.get(id);
    const acted = receivable?.status === 'open' ? neverTakenBack(receivable.acted) : null;
    return receivable && acted && acted !== receivable.acted ? [[id, { ...receivable, acted }] as const] : [];
  });
  const next = anew.length === 0 ? file : { ...file, receivables: withEntries(file.receivables, anew) };
  return withAgreement(next, event, now, (agreement) => ({ ...agreement, ended: true }));
}

function withAgreement(
  file: CaseFile,
  event: { id: string; data: { agreement_id: string; receivable_ids: string[] } },
  now: Date,
  change: (agreement: Agreement) => Agreement,
): Applied {
  const { agreement_id, receivable_ids } = event.data;
  const known = file.agreements.get(agreement_id) ?? { agreement_id, receivable_ids, instalments: [], paid: [], ended: false };
  return conclude({ ...file, agreements: withEntries(file.agreements, [[agreement_id, change(known)]]) }, event.id, now);
}

/** The steps of a notice went out, or may have, and with them perhaps the question why the debts are unpaid. */
export function applyContactMade(file: CaseFile, event: EventOf<typeof NotificationsContactMade>, now: Date): Applied {
  const asked = event.data.asked_cause ? { ...file, cause_asked_at: file.cause_asked_at ?? new Date(event.time) } : file;
  return withOutcome(asked, event, now, { outcome: event.data.certainty, reason: null, channel: event.data.channel });
}

/** Reasons that close e-mail for this customer until billing tells of an address again. */
const CLOSES_CHANNEL = new Set(['no-address', 'address-invalid', 'opted-out']);

/** Steps of a notice did not go out; what follows is planned anew. */
export function applyContactRefused(file: CaseFile, event: EventOf<typeof NotificationsContactRefused>, now: Date): Applied {
  const { reason } = event.data;
  const at = new Date(event.time);
  const known = file.channel_closed;
  const isNews = CLOSES_CHANNEL.has(reason) && (known === null || at > known.at || (at.getTime() === known.at.getTime() && reason < known.reason));
  return withOutcome(isNews ? { ...file, channel_closed: { reason, at } } : file, event, now, { outcome: 'refused', reason, channel: null });
}

// What says more wins over what says less, whichever was read first; a send that happened is never taken back.
const WEIGHT: Record<Covered['outcome'], number> = { asked: 0, lapsed: 1, refused: 2, unknown: 4, sent: 5 };
const weightOf = ({ outcome, reason }: Pick<Covered, 'outcome' | 'reason'>): number => (reason === 'already-covered' ? 3 : WEIGHT[outcome]);

function withOutcome(
  file: CaseFile,
  event: EventOf<typeof NotificationsContactMade> | EventOf<typeof NotificationsContactRefused>,
  now: Date,
  fate: Pick<Covered, 'outcome' | 'reason' | 'channel'>,
): Applied {
  const { notice_id, covers } = event.data;
  const told = covers.flatMap(({ receivable_id, due_date, step }) => {
    const known = file.covers.get(coverKey(notice_id, receivable_id));
    if (known && weightOf(known) >= weightOf(fate)) return [];
    const valid_until = known?.valid_until ?? new Date(event.time);
    return [[coverKey(notice_id, receivable_id), { notice_id, receivable_id, due_date, step, outcome: fate.outcome, reason: fate.reason, channel: fate.channel, valid_until }] as const];
  });
  return conclude({ ...file, covers: withEntries(file.covers, told) }, event.id, now);
}
