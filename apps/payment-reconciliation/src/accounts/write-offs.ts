import { derivedId, type DunningWriteOffRequested, type EventOf } from '@emdia/contracts';
import { type Decision, Forbidden, type Step, type Store } from '@emdia/messaging';
import { type Account, withEntry, type WriteOff } from './account';
import { conclude } from './conclude';
import type { Change } from './steps';

/** A person gives a receivable up in the books, or takes it up again. */
export interface DecideWriteOff extends Omit<WriteOff, 'at'> {
  readonly receivable_id: string;
}

export interface Decided {
  readonly receivable_id: string;
  readonly status: string;
  readonly written_off_cents: number;
  readonly open_cents: number;
}

/** The step of that decision, on the account that has the receivable. Throws Forbidden where it cannot be given up, or was not. */
export const decideWriteOff = (store: Store<Account>, key: string, command: DecideWriteOff): Step<Account, Decided> => ({
  store, keys: [key], decide: (states, now) => decide(states.get(key)!, command, now),
});

/** The régua gives a receivable up. Its own account says whether that may still be, so that it is never too late: nothing is given up that is not plainly owed. */
export function applyWriteOff(account: Account, { id, data }: EventOf<typeof DunningWriteOffRequested>, now: Date): Change {
  const { receivable_id, regua_version, step } = data;
  const receivable = account.receivables.get(receivable_id);
  if (receivable?.position?.status !== 'open' || receivable.position.collectability !== 'owed') return { ignored: 'not-owed' };
  return { facts: withWord(account, receivable_id, { written_off: true, reason: `${regua_version} ${step}`, actor: `dunning-orchestration ${id}`, at: now.toISOString() }) };
}

const withWord = (account: Account, receivable_id: string, word: WriteOff): Account => {
  const receivable = account.receivables.get(receivable_id)!;
  return { ...account, receivables: withEntry(account.receivables, receivable_id, { ...receivable, write_offs: [...receivable.write_offs, word] }) };
};

function decide(account: Account, { receivable_id, ...said }: DecideWriteOff, now: Date): Decision<Account, Decided> {
  const receivable = account.receivables.get(receivable_id)!;
  const { status, collectability } = receivable.position!;
  if (said.written_off && status !== 'open') throw new Forbidden('receivable-not-open', `Only an open receivable can be written off. This one is ${status}.`);
  if (said.written_off && (collectability === 'agreed' || collectability === 'promised'))
    throw new Forbidden('receivable-promised', `Somebody has given their word on it: it is ${collectability}. Wait until that has ended, or end it first.`);
  if (!said.written_off && status !== 'written-off') throw new Forbidden('not-written-off', `Only a receivable that is written off can be reinstated. This one is ${status}.`);
  const facts = withWord(account, receivable_id, { ...said, at: now.toISOString() });
  const { next, events } = conclude(account, facts, { id: derivedId('write-off', receivable_id, receivable.write_offs.length + 1), reopens: 'reinstated' }, now);
  const after = next.receivables.get(receivable_id)!.position!;
  return { next: new Map([[account.key, next]]), events, result: { receivable_id, status: after.status, written_off_cents: after.written_off_cents, open_cents: after.open_cents } };
}
