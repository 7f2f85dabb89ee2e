import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Type, type Static } from '@sinclair/typebox';
import { oneOf } from '@emdia/contracts';
import { Runner } from '@emdia/messaging';
import { problem, type Principal } from '@emdia/runtime';
import { Alarms } from './alarms';
import type { Receipt } from './mapping';
import { changeInPieces } from './pieces';
import { problemOf, reasons } from './reasons';
import { Upstream } from './upstream';

export const ITEMS_MAX = 500;

const ItemProblem = Type.Object({ type: Type.String(), title: Type.String(), status: Type.Integer(), detail: Type.String() });

/** What became of a submission, item by item; what was refused is still the caller's. */
export const Submitted = Type.Object({
  accepted: Type.Array(Type.Object({ index: Type.Integer(), id: Type.String(), outcome: oneOf('accepted', 'unchanged') })),
  rejected: Type.Array(Type.Object({ index: Type.Integer(), problem: ItemProblem })),
});
export type Submitted = Static<typeof Submitted>;

/** The resource endpoints: the upstream event that their bodies are the data of, and the field that names an item. */
export const resources = {
  invoices: { type: 'upstream.invoice-issued.v1', id: 'invoice_id' },
  payments: { type: 'upstream.payment-received.v1', id: 'payment_id' },
  refunds: { type: 'upstream.payment-refunded.v1', id: 'refund_id' },
  customers: { type: 'upstream.customer-changed.v1', id: 'customer_id' },
} as const;

/** REST's door to the one mapping: one item or a list, each with its own answer. */
@Injectable()
export class Submissions {
  constructor(
    private readonly upstream: Upstream,
    private readonly runner: Runner,
    private readonly alarms: Alarms,
  ) {}

  /** CloudEvents, whose ids are the sender's own. */
  events(body: unknown, caller: Principal, idempotencyKey?: string): Promise<Submitted> {
    return this.submit(body, caller, idempotencyKey, (item) => ({ body: item, identified: true, id: null }));
  }

  /** Bodies that are the data of one upstream event. */
  resource(kind: keyof typeof resources, body: unknown, caller: Principal, idempotencyKey?: string): Promise<Submitted> {
    const { type, id } = resources[kind];
    return this.submit(body, caller, idempotencyKey, (item) => {
      const named = (item as Record<string, unknown> | null)?.[id];
      return { body: { specversion: '1.0', id: randomUUID(), source: `/v1/${kind}`, type, data: item }, identified: false, id: typeof named === 'string' ? named : null };
    });
  }

  private async submit(body: unknown, caller: Principal, idempotencyKey: string | undefined, itemOf: (item: unknown) => { body: unknown; identified: boolean; id: string | null }): Promise<Submitted> {
    const items = Array.isArray(body) ? (body as unknown[]) : body === undefined ? [] : [body];
    if (items.length === 0) throw problem(400, 'invalid-request', 'Nothing was sent', 'Send one object or a list of 1 to 500.');
    if (items.length > ITEMS_MAX) throw problem(413, 'too-many-items', 'Too many items', `Send at most ${ITEMS_MAX} at a time, or use POST /v1/imports.`);
    const made = items.map(itemOf);
    const readings = made.map(({ body, identified }) =>
      this.upstream.read({ origin: `api:${caller.creditor_id ?? namedIn(body)}`, platform: null, creditor_id: caller.creditor_id, position: null, body, identified, refused: 'tell' }),
    );
    const receipts = await changeInPieces(this.runner, readings.map((reading) => this.upstream.step(reading)), { creditorId: caller.creditor_id, idempotencyKey });
    const submitted = sorted(receipts, made.map(({ id }) => id));
    this.alarms.contradicted(receipts.filter((each) => each.outcome === 'rejected' && each.wrong.reason === 'conflicting-content').map(({ id }) => id));
    const [first] = submitted.rejected;
    if (!Array.isArray(body) && first) throw refusal(receipts[0]!);
    return submitted;
  }
}

const namedIn = (body: unknown): string => {
  const named = ((body as { data?: { creditor_id?: unknown } } | null)?.data ?? {}).creditor_id;
  return typeof named === 'string' ? named : '';
};

function sorted(receipts: readonly Receipt[], ids: readonly (string | null)[]): Submitted {
  return {
    accepted: receipts.flatMap((receipt, index) => (receipt.outcome === 'rejected' ? [] : [{ index, id: ids[index] ?? receipt.id, outcome: receipt.outcome }])),
    rejected: receipts.flatMap((receipt, index) => (receipt.outcome === 'rejected' ? [{ index, problem: problemOf(receipt.wrong) }] : [])),
  };
}

/** The problem of one refused item. */
export function refusal(receipt: Receipt): Error {
  if (receipt.outcome !== 'rejected') return new Error('A receipt that was not refused has no problem.');
  const { reason } = receipt.wrong;
  return problem(reasons[reason].status, reason, reasons[reason].title, problemOf(receipt.wrong).detail);
}
