import { Type, type Static } from '@sinclair/typebox';
import { BillingSourceCovered, CivilDate, creditorKey, CreditorId, derivedId, outgoing, type Outgoing, Rail } from '@emdia/contracts';
import { addDays, localDate } from '@emdia/calendar';
import { Forbidden, type DecisionOne } from '@emdia/messaging';

/** A place that payments come from, which the creditor declared: by which rails, and how far behind it may be. */
export const PaymentSource = Type.Object({
  creditor_id: CreditorId, source: Type.String(), rails: Type.Array(Rail), lag_business_days: Type.Integer(),
  covered_until: Type.Union([CivilDate, Type.Null()], { description: 'Everything up to and including this date has been told; null while nobody said so' }),
  version: Type.Integer(),
});
export type PaymentSource = Static<typeof PaymentSource>;

/** A source and the quarantined payments that hold its coverage back. */
export interface SourceState {
  readonly kind: 'source';
  readonly source: PaymentSource | null;
  readonly unread: readonly string[];
}

export type Declaration = Pick<PaymentSource, 'creditor_id' | 'source' | 'rails' | 'lag_business_days'>;

/** Declares a source, or changes its rails and lag; what it covers stays. */
export function declare(state: SourceState, declared: Declaration, partitions: number, now: Date): DecisionOne<SourceState, PaymentSource> {
  const { source: known } = state;
  if (known && known.lag_business_days === declared.lag_business_days && sameRails(known.rails, declared.rails)) return { ignored: 'unchanged', result: known };
  const source: PaymentSource = { ...declared, covered_until: known?.covered_until ?? null, version: (known?.version ?? 0) + 1 };
  return { next: { ...state, source }, events: covered(source, partitions, now), result: source };
}

const sameRails = (a: readonly Rail[], b: readonly Rail[]): boolean => a.length === b.length && [...a].sort().join() === [...b].sort().join();

/**
 * A source says that it has told everything up to a date. It never goes back, never vouches for days to come, and waits
 * while a payment of it lies in quarantine whose customer nobody can read.
 */
export function advance(state: SourceState, covered_until: string, partitions: number, now: Date): DecisionOne<SourceState, PaymentSource> {
  const { source: known, unread } = state;
  if (!known) throw new Forbidden('undeclared-source', 'Declare the source first: PUT /v1/sources/{source}.');
  if (unread.length > 0) throw new UnreadPayments(unread);
  // The date is in the creditor's zone, and no zone is more than a day ahead of another's midnight.
  if (covered_until > addDays(localDate(now, 'America/Sao_Paulo'), 1)) throw new Forbidden('covers-the-future', 'covered_until lies in the future; vouch only for days that are over or running.');
  if (known.covered_until !== null && covered_until <= known.covered_until) return { ignored: 'already-covered', result: known };
  const source = { ...known, covered_until, version: known.version + 1 };
  return { next: { ...state, source }, events: covered(source, partitions, now), result: source };
}

/** Payments in quarantine hold a source's coverage back; `quarantined` names them. */
export class UnreadPayments extends Forbidden {
  constructor(readonly quarantined: readonly string[]) {
    super('unread-payments', 'Payments of this source lie in quarantine and their customer cannot be read. Correct and replay, or discard them, then check again.');
  }
}

const covered = ({ creditor_id, source, rails, lag_business_days, covered_until, version }: PaymentSource, partitions: number, now: Date): Outgoing[] =>
  Array.from({ length: partitions }, (_, partition) =>
    outgoing(BillingSourceCovered, {
      id: derivedId('source-covered', creditor_id, source, version, partition),
      key: creditorKey(creditor_id),
      creditor_id,
      now,
      partition,
      data: { creditor_id, source, partition, rails: [...rails], lag_business_days, covered_until, checked_at: now.toISOString() },
    }),
  );
