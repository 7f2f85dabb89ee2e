import { defaultPolicy } from '@emdia/regua';
import type { Client } from '../demo/client';
import { generatedGround } from './debts';
import { OF_SYSTEMS } from './listening';
import { Side } from './side';

describe('what is done without a message', () => {
  const { document } = defaultPolicy('atraso-habitual');
  const ground = generatedGround({ customers: 1, months: 1, seed: 1 }, 'x');
  const [debt] = ground.debts.values();
  const told = (...reasons: string[]) => {
    const side = new Side({ label: 'A', from: 'house', version: '1', document }, ground, null as unknown as Client);
    for (const reason of reasons) side.hear({ kind: 'task', at: new Date('2025-04-01T13:00:00Z'), creditor_id: 'x', customer_id: debt!.customer_id, reason, receivable_ids: [debt!.receivable_id] });
    return side.acts;
  };

  it('is the act of its step, by a person or by systems', () => {
    expect(told('D+22: service limit', `D+22: ${OF_SYSTEMS}`, 'D+45: service suspend')).toEqual(['service', 'service', 'service']);
  });
  it('is a task where it is of no step, or its step only writes', () => {
    expect(told('regua-ended', 'no-channel', 'D+30: who knows')).toEqual(['task', 'task', 'task']);
  });
  it('is nothing of the régua where something is given back', () => {
    expect(told('D+22: restore the service', 'D+22: remove the entry')).toEqual([]);
  });
});
