import { decode, type DataOf, DunningBureauRequested, DunningProtestRequested, DunningRetryRequested, DunningServiceChangeRequested, DunningTaskRequested, DunningWriteOffRequested, NotificationsContactMade } from '@emdia/contracts';
import type { Broker } from '@emdia/messaging';

/** What the house did to reach a debtor, as its published events tell it. */
export type Touch = { readonly at: Date; readonly creditor_id: string; readonly customer_id: string } & (
  | Pick<DataOf<typeof NotificationsContactMade>, 'channel' | 'purpose' | 'step' | 'covers'> & { readonly kind: 'message' }
  | Pick<DataOf<typeof DunningTaskRequested>, 'reason' | 'receivable_ids'> & { readonly kind: 'task' });

/** What stands in place of a task where a step is asked of the creditor's systems. */
export const OF_SYSTEMS = 'asked of systems';

/** What the creditor's own systems are asked for; what gives something back reaches nobody who owes. */
const ACTS = new Set([DunningRetryRequested, DunningServiceChangeRequested, DunningBureauRequested, DunningProtestRequested, DunningWriteOffRequested].map(({ type }) => type));

/** Listens to what the house publishes; whoever calls the answer takes what came since the last call, in an order that a run repeats. */
export async function listen(broker: Broker): Promise<() => readonly Touch[]> {
  let heard: Touch[] = [];
  await broker.subscribe('backtest', [NotificationsContactMade.topic, DunningTaskRequested.topic], async (batch) => {
    for (const { body } of batch) {
      const event = decode(body);
      if (event.type === NotificationsContactMade.type) {
        const { creditor_id, customer_id, channel, purpose, step, covers, call_began_at } = event.data as DataOf<typeof NotificationsContactMade>;
        heard.push({ kind: 'message', at: new Date(call_began_at), creditor_id, customer_id, channel, purpose, step, covers });
      }
      if (event.type === DunningTaskRequested.type) {
        const { creditor_id, customer_id, reason, receivable_ids } = event.data as DataOf<typeof DunningTaskRequested>;
        heard.push({ kind: 'task', at: new Date(event.time), creditor_id, customer_id, reason, receivable_ids });
      }
      if (ACTS.has(event.type)) {
        const { creditor_id, customer_id, step, receivable_id, undoes } = event.data as DataOf<typeof DunningServiceChangeRequested>;
        if (!undoes) heard.push({ kind: 'task', at: new Date(event.time), creditor_id, customer_id, reason: `${step}: ${OF_SYSTEMS}`, receivable_ids: [receivable_id] });
      }
    }
  });
  const orderOf = (touch: Touch): string => [touch.at.toISOString(), touch.customer_id, touch.kind, touch.kind === 'message' ? touch.step : touch.reason].join(' ');
  return () => {
    const taken = heard;
    heard = [];
    return taken.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  };
}
