import { Upstream } from '../../apps/billing-ingestion/src/upstream/upstream';
import { Books } from '../../apps/billing-ingestion/src/upstream/books';
import { UpstreamReading } from '../../apps/billing-ingestion/src/upstream/upstream-reading';
import { SystemClock, WallClock } from '@emdia/clock';
import { upstreamContracts } from '@emdia/contracts';
import type { Database, Tx } from '@emdia/database';
import { DeadLetters, Runner, Seal, type Reactions } from '@emdia/messaging';
import { CREDITOR, invoiceEvent, PLATFORM, UPSTREAM } from './backlog';

const KEY = 'a key for the benchmark, thirty-two characters';

/** The answers under which one invoice of a new customer goes through; every other statement finds nothing. */
function answer(text: string, values: unknown[]): Record<string, unknown>[] {
  if (text.startsWith('insert into inbox')) return (values[0] as string[]).map((event_id) => ({ event_id }));
  if (text.includes('from platform_creditor')) return [{ creditor_id: CREDITOR, currency: 'BRL', platforms: [PLATFORM] }];
  if (text.startsWith('insert into upstream_event')) return (values[0] as string[]).map((event_id) => ({ event_id }));
  return [];
}

/**
 * The statements of the product for a batch of invoices, in its order, as its own code sends them: those that it sends
 * without waiting for the one before stand in one group. Throws when the product does not accept the invoice.
 */
export async function productStatements(): Promise<string[][]> {
  const groups: string[][] = [];
  let open = 0;
  const tx: Tx = {
    query: async <R>(text: string, values: unknown[] = []) => {
      if (open++ === 0) groups.push([]);
      groups.at(-1)!.push(text);
      // Answered later, as a server would: what is asked meanwhile does not wait for this one.
      await new Promise((resolve) => setTimeout(resolve, 5));
      open--;
      return answer(text, values) as R[];
    },
  };
  const database = { schema: 'billing', transaction: <T>(work: (inner: Tx) => Promise<T>) => work(tx) } as unknown as Database;
  const refused: string[] = [];
  const runner = new Runner({
    service: 'billing-ingestion', database, clock: new SystemClock(), wall: new WallClock(), deadLetters: new DeadLetters(database, new Seal(KEY, 'dead-letters')),
    observer: { committed: () => undefined, handled: () => undefined, setAside: (reason, _, detail) => refused.push(`${reason} ${detail}`) },
  });
  const upstream = new Upstream(new Books(KEY), KEY);
  const reading = new UpstreamReading(upstream);
  const reactions: Reactions = {
    consumes: upstreamContracts,
    react: async (event) => [upstream.take(event)],
    read: (delivery) => reading.read(delivery),
    identify: (delivery) => reading.identify(delivery),
  };
  const { key, body } = invoiceEvent(0, 1);
  await runner.batch([{ topic: UPSTREAM, partition: 0, position: '0', key, body }], reactions);
  const accepted = groups.flat().some((text) => text.startsWith('insert into invoice'));
  if (refused.length > 0 || !accepted) throw new Error(`The product did not take the invoice in: ${refused.join() || groups.flat().join('\n')}`);
  return groups;
}
