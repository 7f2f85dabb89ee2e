import { Injectable } from '@nestjs/common';
import { WallClock } from '@emdia/clock';
import { askGate, GATE_ASKS_MAX, type GateAsk } from '@emdia/gate';
import { InternalClient } from '@emdia/runtime';
import { contactDay } from './admission';
import type { Claimed, Sending } from './delivery';
import { askId, asksGate, unasked, weigh, type Weight } from './verdict';

/** The weight of one message, and the monotonic instant at which the gate was asked: its verdict is good for 1 s from then. */
export interface Judged {
  readonly delivery: Claimed | Sending;
  readonly weight: Weight;
  readonly asked_at_ms: number;
}

/** The debt-truth gate of payment-reconciliation, asked with no transaction open. */
@Injectable()
export class Gate {
  constructor(
    private readonly internal: InternalClient,
    private readonly wall: WallClock,
  ) {}

  /** Judges a batch; never rejects: a gate that does not answer is a weight `retry`. */
  async judge(deliveries: readonly (Claimed | Sending)[], now: Date): Promise<Judged[]> {
    const asking = deliveries.filter(asksGate);
    const free = deliveries.filter((delivery) => !asksGate(delivery));
    const judged = await Promise.all(parts(asking).map((part) => this.ask(part, now)));
    return [...judged.flat(), ...free.map((delivery) => ({ delivery, weight: unasked(delivery), asked_at_ms: this.wall.monotonicMs() }))];
  }

  private async ask(deliveries: readonly (Claimed | Sending)[], now: Date): Promise<Judged[]> {
    const asks = deliveries.flatMap((delivery) => delivery.covers.map((cover, index) => askOf(delivery, index, now)));
    const asked_at_ms = this.wall.monotonicMs();
    const said = await askGate(this.internal, asks);
    const weightOf = (delivery: Claimed | Sending): Weight => (said ? weigh(delivery, said.answers, said.as_of_epoch_ms) : { to: 'retry', reason: 'no-answer' });
    return deliveries.map((delivery) => ({ delivery, weight: weightOf(delivery), asked_at_ms }));
  }
}

/** One ask of a message about which the gate is asked. */
function askOf(delivery: Claimed | Sending, index: number, now: Date): GateAsk {
  const { purpose, creditor_id, customer_id, instalment_id } = delivery;
  const { receivable_id, due_date, step } = delivery.covers[index]!;
  return {
    ask_id: askId(delivery, index), purpose: purpose as GateAsk['purpose'], creditor_id, customer_id, receivable_id, due_date, step,
    ...(instalment_id === null ? {} : { instalment_id }), contact_day: contactDay(delivery, now),
  };
}

/** Whole messages, at most 500 asks together; a message has at most 200. */
function parts(deliveries: readonly (Claimed | Sending)[]): (Claimed | Sending)[][] {
  const found: (Claimed | Sending)[][] = [];
  let asks = GATE_ASKS_MAX;
  for (const delivery of deliveries) {
    if (asks + delivery.covers.length > GATE_ASKS_MAX) {
      found.push([]);
      asks = 0;
    }
    found.at(-1)!.push(delivery);
    asks += delivery.covers.length;
  }
  return found;
}
