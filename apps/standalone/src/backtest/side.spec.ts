import { defaultPolicy } from '@emdia/regua';
import type { Client } from '../demo/client';
import { generatedGround } from './debts';
import { OF_SYSTEMS } from './listening';
import { Side } from './side';

it('what reaches a debtor is what the step says for their segment, and for the channels that reached them before', () => {
  const { document } = defaultPolicy('esquecido');
  const steps = [...document.steps.slice(0, 4), { ...document.steps[4]!, tone: 'firm' as const, when: { segments: ['vip'], reached: ['email' as const] } }, ...document.steps.slice(4)];
  const tones = (segment: string | null, ...before: string[]) => {
    const ground = generatedGround({ customers: 40, months: 1, seed: 1 }, 'x');
    const debt = [...ground.debts.values()].find(({ payer }) => payer)!;
    const side = new Side({ label: 'A', from: 'house', version: '1', document: { ...document, steps } }, { ...ground, debts: new Map([[debt.receivable_id, { ...debt, segment }]]) }, null as unknown as Client);
    const reach = jest.spyOn(debt.payer!, 'reach');
    const { receivable_id, customer_id, due_date } = debt;
    for (const step of [...before, 'D+7']) side.hear({ kind: 'message', at: new Date(`${due_date}T13:00:00Z`), creditor_id: 'x', customer_id, channel: 'email', purpose: 'collection', step, covers: [{ receivable_id, due_date, step }] });
    return reach.mock.calls.at(-1)![1];
  };
  expect([tones('vip', 'D0'), tones('vip'), tones('basico', 'D0'), tones(null, 'D0')]).toEqual(['firm', 'helpful', 'helpful', 'helpful']);
});

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
