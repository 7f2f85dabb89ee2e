import { customerKey, derivedId, encode, outgoing, ReconciliationBalanceChanged } from '@emdia/contracts';
import { Partitioners, type Kafka } from 'kafkajs';
import { CREDITOR, customerOf, RECORDED_AT } from '../dunning-book';
import { pause } from '../processes';

const TICK_MS = 50;

/** A second receivable of one of the book's customers, due in a month: it changes the case and makes nothing due now. */
function bodyOf(n: number, customer_id: string, key: string): string {
  const data = {
    creditor_id: CREDITOR, customer_id, receivable_id: derivedId('receivable', CREDITOR, `later-${n}`), version: 1, invoice_id: `later-${n}`, number: `2026/${n}`, description: 'Mensalidade do plano anual, academia',
    currency: 'BRL', issue_date: '2026-02-02', original_due_date: '2026-03-12', effective_due_date: '2026-03-12', amount_cents: 9_900, paid_cents: 0, waived_cents: 0, open_cents: 9_900,
    status: 'open' as const, collectability: 'owed' as const, review_date: null, charge_policy: null, instruments: [], settled_on: null,
  };
  return encode(outgoing(ReconciliationBalanceChanged, { id: derivedId('bench', 'later', n), key, creditor_id: CREDITOR, now: RECORDED_AT, data }), 'payment-reconciliation');
}

/** Publishes so many balances a second until it is stopped, spread over the customers of a book. */
export class Load {
  sent = 0;
  private stopped = false;
  private readonly running: Promise<void>;

  constructor(kafka: Kafka, topic: string, perSecond: number, customers: number) {
    this.running = this.run(kafka, topic, perSecond, customers);
    this.running.catch(() => undefined);
  }

  private async run(kafka: Kafka, topic: string, perSecond: number, customers: number): Promise<void> {
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const began = performance.now();
    while (!this.stopped) {
      const due = Math.floor(((performance.now() - began) / 1_000) * perSecond);
      const messages = Array.from({ length: due - this.sent }, (_, index) => {
        const n = this.sent + index;
        // A prime far from the book's size: neighbours in time are strangers in the book.
        const customer_id = customerOf((n * 611_953) % customers);
        const key = customerKey(CREDITOR, customer_id);
        return { key, value: bodyOf(n, customer_id, key) };
      });
      if (messages.length > 0) await producer.send({ topic, acks: -1, messages });
      this.sent = due;
      await pause(TICK_MS);
    }
    await producer.disconnect();
  }

  /** Resolves when the last was acknowledged; rejects with what stopped it before. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }
}
