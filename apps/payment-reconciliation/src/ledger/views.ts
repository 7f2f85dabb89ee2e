import { Type } from '@sinclair/typebox';
import { Currency, Instant, Uuid } from '@emdia/contracts';
import { orNull } from '@emdia/runtime';

/** The ledger as people read it: debits are positive. */

const closed = { additionalProperties: false };
const Posting = Type.Object({ account: Type.String(), receivable_id: orNull(Uuid), source: orNull(Type.String()), payment_id: orNull(Type.String()), amount_cents: Type.Integer() }, closed);

export const EntryView = Type.Object(
  { id: Uuid, cause: Type.String(), event_id: orNull(Type.String()), currency: Currency, recorded_at: Instant, postings: Type.Array(Posting, { description: 'They sum to zero' }) },
  closed,
);

export const BalancesView = Type.Object({ balances: Type.Array(Type.Object({ account: Type.String(), currency: Currency, balance_cents: Type.Integer() }, closed)) }, closed);
