import type { Whereabouts } from '../house';
import type { ProviderFault, ReceiverFault } from '../schedule';
import { Oracle } from './oracle';

/** What can be asked of the oracle over the channel to the process that started it. */
export type Order = { readonly number: number } & (
  | { readonly what: 'open'; readonly house: Whereabouts }
  | { readonly what: 'begin' | 'judge' }
  | { readonly what: 'misbehave'; readonly fault: ProviderFault | ReceiverFault; readonly for_ms: number }
);

let oracle: Oracle;

async function obey(order: Order): Promise<unknown> {
  switch (order.what) {
    case 'open':
      oracle = new Oracle(order.house);
      return oracle.open();
    case 'begin':
      return oracle.begin();
    case 'misbehave':
      return oracle.misbehave(order.fault, order.for_ms);
    case 'judge':
      return oracle.judge();
  }
}

process.on('message', (order: Order) => {
  void obey(order).then(
    (answer) => process.send!({ number: order.number, answer }),
    (error: Error) => process.send!({ number: order.number, error: error.stack ?? error.message }),
  );
});
// Without the one who asks there is nothing to tell.
process.on('disconnect', () => process.exit(0));
