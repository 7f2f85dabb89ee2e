import { type Static, Type } from '@sinclair/typebox';
import { addDays, type CivilDate, nextBusinessDay } from '@emdia/calendar';
import { Actor, Cents, CivilDate as Day, CustomerId, derivedId, Instant, NegotiationAgreementBroken, NegotiationAgreementCompleted, NegotiationAgreementMade, NegotiationInstalmentPaid, outgoing, type Outgoing, PositiveCents, Uuid } from '@emdia/contracts';
import { type DecisionOne, Refusal } from '@emdia/messaging';
import { addressOf, type Cover, coversOf, idsOf, type Negotiation, nothingOpen, openCents, oneWordOf, openReceivables, receivedSince, refuseCommitted, startOf, today, withEntry } from '../negotiation/negotiation';

/** One part of an agreement; `first_paid_at` stays when a refund opens it again, so that it is announced once. */
export interface Instalment {
  readonly instalment_id: string;
  readonly number: number;
  readonly due_date: CivilDate;
  readonly amount_cents: number;
  readonly status: 'open' | 'paid';
  readonly first_paid_at: Date | null;
}

interface Agreed {
  readonly agreement_id: string;
  readonly covers: readonly Cover[];
  /** By number; due dates increase. */
  readonly instalments: readonly Instalment[];
  readonly waived_cents: number;
  readonly actor: string;
  readonly made_at: Date;
}

/** A debt to be paid by instalments; `next_check_at` is when it is asked whether the first open one has passed and is covered. */
export type Agreement = Agreed &
  (
    | { readonly status: 'active'; readonly next_check_at: Date }
    | { readonly status: 'completed'; readonly ended_at: Date }
    | { readonly status: 'broken'; readonly ended_at: Date; readonly broken_by: 'date' | 'request' }
  );

export type ActiveAgreement = Extract<Agreement, { status: 'active' }>;

export const INSTALMENTS_MAX = 24;
/** Five years, the longest plan a court sets (Lei 14.181/2021, CDC 104-A): an agreement without end would hide a forgotten debt. */
export const AGREEMENT_DAYS_MAX = 1_826;

export interface MakeAgreement {
  readonly agreement_id: string;
  readonly receivable_ids: readonly string[];
  readonly instalments: readonly { readonly due_date: CivilDate; readonly amount_cents: number }[];
  readonly waived_cents: number;
  readonly actor: string;
}

/** Records an agreement; refuses like a promise, and where dates do not increase from today on or the sums differ from what is open. */
export function makeAgreement(state: Negotiation, command: MakeAgreement, now: Date): DecisionOne<Negotiation, AgreementView> {
  const { agreement_id, waived_cents, actor } = command;
  const receivables = openReceivables(state, command.receivable_ids);
  refuseCommitted(state, receivables);
  refuseDates(command.instalments, today(now));
  refuseDifference(command, openCents(receivables));
  const instalments = command.instalments.map(({ due_date, amount_cents }, index): Instalment => ({
    instalment_id: derivedId('instalment', agreement_id, index + 1), number: index + 1, due_date, amount_cents, status: 'open', first_paid_at: null,
  }));
  const agreement: ActiveAgreement = {
    agreement_id, covers: coversOf(receivables), instalments, waived_cents, actor, made_at: now, status: 'active', next_check_at: checkOf(instalments[0]!),
  };
  const parts = instalments.map(({ instalment_id, number, due_date, amount_cents }) => ({ instalment_id, number, due_date, amount_cents }));
  const data = { ...dataOf(state, agreement), instalments: parts, waived_cents, actor };
  return {
    next: withAgreement(state, agreement),
    events: [outgoing(NegotiationAgreementMade, { id: derivedId('agreement-made', agreement_id), ...addressOf(state), now, data })],
    result: agreementView(state.customer_id, agreement),
  };
}

function refuseDates(instalments: MakeAgreement['instalments'], day: CivilDate): void {
  const refuse = (message: string) => {
    throw new Refusal(422, 'instalment-dates', 'The instalment dates do not fit', message);
  };
  if (instalments.length < 1 || instalments.length > INSTALMENTS_MAX) refuse(`Give 1 to ${INSTALMENTS_MAX} instalments.`);
  if (instalments[0]!.due_date < day) refuse(`The first instalment may not fall due before today, ${day}.`);
  const wrong = instalments.findIndex(({ due_date }, index) => index > 0 && due_date <= instalments[index - 1]!.due_date);
  if (wrong > 0) refuse(`Instalment ${wrong + 1} must fall due after instalment ${wrong}.`);
  const last = addDays(day, AGREEMENT_DAYS_MAX);
  if (instalments.at(-1)!.due_date > last) refuse(`The last instalment may not fall due after ${last}.`);
}

function refuseDifference({ instalments, waived_cents }: MakeAgreement, open_cents: number): void {
  const agreed_cents = instalments.reduce((sum, { amount_cents }) => sum + amount_cents, waived_cents);
  const difference_cents = agreed_cents - open_cents;
  if (difference_cents === 0) return;
  throw new Refusal(422, 'agreement-sum', 'The instalments and the waiver do not add up to the debt',
    `They come to ${agreed_cents} cents, ${Math.abs(difference_cents)} ${difference_cents > 0 ? 'more' : 'less'} than the ${open_cents} cents open now.`,
    { open_cents, agreed_cents, difference_cents });
}

/** Ends a live agreement by request: the debt returns less what was paid. */
export function cancelAgreement(state: Negotiation, agreement_id: string, now: Date): DecisionOne<Negotiation, AgreementView> {
  const agreement = state.agreements.get(agreement_id);
  if (agreement?.status !== 'active') throw new Refusal(409, 'agreement-ended', 'The agreement has already ended', 'Nothing is left to cancel; read the agreement to see how it ended.');
  const { next, events } = breakAgreement(state, agreement, 'request', now);
  return { next, events, result: agreementView(state.customer_id, next.agreements.get(agreement_id)!) };
}

/** Breaks a live agreement at its first open instalment; the caller knows that its day has passed and is covered, or that somebody asked. */
export function breakAgreement(state: Negotiation, agreement: ActiveAgreement, broken_by: 'date' | 'request', now: Date): { next: Negotiation; events: Outgoing[] } {
  const { instalment_id } = firstOpen(agreement)!;
  const event = { id: derivedId('agreement-broken', agreement.agreement_id), ...addressOf(state), now, data: { ...dataOf(state, agreement), instalment_id } };
  return {
    next: withAgreement(state, { ...withoutCheck(agreement), status: 'broken', ended_at: now, broken_by }),
    events: [outgoing(NegotiationAgreementBroken, event)],
  };
}

/**
 * The agreement as the money received since makes it, if that changes anything; else null. Instalment k is paid when the
 * money reaches the sum of 1..k, and open again when a refund takes it back. Debts cancelled or settled by other means
 * complete the agreement too: nothing is left to pay.
 */
export function advanceAgreement(state: Negotiation, agreement: Agreement, now: Date): { next: Agreement; events: Outgoing[] } | null {
  if (agreement.status !== 'active') return null;
  const received_cents = receivedSince(state, agreement.covers);
  let due_cents = 0;
  const instalments = agreement.instalments.map((instalment): Instalment => {
    due_cents += instalment.amount_cents;
    const status = received_cents >= due_cents ? 'paid' : 'open';
    if (status === instalment.status) return instalment;
    return { ...instalment, status, first_paid_at: instalment.first_paid_at ?? now };
  });
  const events = instalments.filter((instalment, index) => instalment.first_paid_at && !agreement.instalments[index]!.first_paid_at)
    .map(({ instalment_id, number }) => outgoing(NegotiationInstalmentPaid, {
      id: derivedId('instalment-paid', instalment_id), ...addressOf(state), now, data: { ...dataOf(state, agreement), instalment_id, number },
    }));
  const waiting = instalments.find(({ status }) => status === 'open');
  if (waiting && !nothingOpen(state, agreement.covers)) {
    const before = firstOpen(agreement)!;
    if (waiting.number === before.number) return null;
    return { next: { ...agreement, instalments, next_check_at: checkOf(waiting) }, events };
  }
  const { waived_cents } = agreement;
  const data = { ...dataOf(state, agreement), waived_cents };
  events.push(outgoing(NegotiationAgreementCompleted, { id: derivedId('agreement-completed', agreement.agreement_id), ...addressOf(state), now, data }));
  return { next: { ...withoutCheck(agreement), instalments, status: 'completed', ended_at: now }, events };
}

/** The first instalment that the money has not reached; instalments are paid in order, so all after it are open too. */
export const firstOpen = ({ instalments }: Agreed): Instalment | undefined => instalments.find(({ status }) => status === 'open');

/** The last day on which an instalment may be paid: banks take it on the next business day without charge (Lei 7.089/1983). */
export const payableUntil = ({ due_date }: Instalment): CivilDate => nextBusinessDay(due_date);

const checkOf = (instalment: Instalment): Date => startOf(addDays(payableUntil(instalment), 1));

/** An agreement as REST tells it; an instalment's id is the reference that its payment quotes. */
export const AgreementView = Type.Object({
  agreement_id: Uuid, customer_id: CustomerId, receivable_ids: Type.Array(Uuid),
  instalments: Type.Array(Type.Object({ instalment_id: Uuid, number: Type.Integer({ minimum: 1 }), due_date: Day, amount_cents: PositiveCents, status: oneWordOf('open', 'paid') })),
  waived_cents: Cents, actor: Actor, made_at: Instant,
  status: oneWordOf('active', 'completed', 'broken'), ended_at: Type.Optional(Instant), broken_by: Type.Optional(oneWordOf('date', 'request')),
});
export type AgreementView = Static<typeof AgreementView>;

export const agreementView = (customer_id: string, agreement: Agreement): AgreementView => ({
  agreement_id: agreement.agreement_id, customer_id, receivable_ids: idsOf(agreement.covers),
  instalments: agreement.instalments.map(({ first_paid_at: _, ...instalment }) => instalment), waived_cents: agreement.waived_cents,
  actor: agreement.actor, made_at: agreement.made_at.toISOString(), status: agreement.status,
  ...(agreement.status === 'active' ? {} : { ended_at: agreement.ended_at.toISOString() }),
  ...(agreement.status === 'broken' ? { broken_by: agreement.broken_by } : {}),
});

export const withAgreement = (state: Negotiation, agreement: Agreement): Negotiation => ({
  ...state, agreements: withEntry(state.agreements, agreement.agreement_id, agreement),
});

const dataOf = ({ creditor_id, customer_id }: Negotiation, { agreement_id, covers }: Agreed) => ({
  creditor_id, customer_id, agreement_id, receivable_ids: idsOf(covers),
});

function withoutCheck({ next_check_at: _, ...agreement }: ActiveAgreement): Omit<ActiveAgreement, 'next_check_at'> {
  return agreement;
}
