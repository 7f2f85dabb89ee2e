import { Child } from '../processes';
import type { Measurement } from '../measurement';
import type { ValidateAnswer, ValidateAsk } from '../validate/main';

/** Both sides run for about two seconds. */
const EVENTS = { contract: 200_000, class: 20_000 };

async function cost(side: ValidateAsk['side']): Promise<ValidateAnswer> {
  const child = new Child('bench/validate/main.ts');
  try {
    return await child.ask<ValidateAnswer>({ side, events: EVENTS[side] } satisfies ValidateAsk);
  } finally {
    await child.kill();
  }
}

/** Reading and checking one event, the contract's way and the usual Nest way; pure CPU. */
export const validate: Measurement = {
  rows: [
    {
      id: 'validate', title: 'one event parsed and validated, against class-validator', unit: 'x', better: 'higher', target: 8, floor: 6,
      notes:
        'CPU per reconciliation.balance-changed event (21 fields, two instruments, a charge policy) of JSON.parse + plainToInstance + validateSync on classes by that of decode + invalid, as the runner does it. Rule for rule the same: before each repeat both sides refuse the same 51 wrong bodies. ' +
        'Theirs also makes instances of classes and collects every broken rule; ours stops at the first. Theirs has none of the pipe and metadata that Nest puts around it.',
    },
  ],
  async open() {
    return {
      async repeat(turn) {
        const first = turn % 2 === 1 ? await cost('class') : null;
        const ours = await cost('contract');
        const theirs = first ?? (await cost('class'));
        return {
          validate: { value: theirs.cpu_us_per_event / ours.cpu_us_per_event, cpu_us_per_event: ours.cpu_us_per_event, beside: { 'ours CPU µs': ours.cpu_us_per_event, 'class-validator CPU µs': theirs.cpu_us_per_event, 'bytes of a body': ours.bytes } },
        };
      },
      close: async () => undefined,
    };
  },
};
