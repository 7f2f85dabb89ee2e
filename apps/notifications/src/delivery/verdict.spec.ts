import type { GateAnswer } from '@emdia/gate';
import { amounts, claimedNotice, EPOCH_MS, id } from '../../test/given';
import { askId, renewed, unasked, weigh, withoutCovered } from './verdict';

const covers = [1, 2, 3].map((n) => ({ receivable_id: id('receivable', n), due_date: '2026-03-09', step: 'D+1' }));
const delivery = claimedNotice({ covers });
const OWED = 'owed';

function weighed(...answers: (string | null)[]) {
  const given = answers.flatMap((answer, index): GateAnswer[] => {
    const ask_id = askId(delivery, index);
    if (answer === null) return [];
    return [answer === OWED ? { ask_id, owed: true, ...amounts } : { ask_id, owed: false, reason: answer }];
  });
  return weigh(delivery, new Map(given.map((answer) => [answer.ask_id, answer])), EPOCH_MS);
}

describe('weighing what the gate says', () => {
  it('goes when all is owed', () => {
    expect(weighed(OWED, OWED, OWED)).toMatchObject({ to: 'go', verdict: { as_of_epoch_ms: EPOCH_MS, covers: [{ goes: true, amounts: { total_cents: 10_203, version: 4 } }, { goes: true }, { goes: true }] } });
  });
  it.each(['settled', 'held', 'disputed', 'promised', 'agreed', 'pending', 'unmatched', 'unread', 'not_covered'])('%s leaves the message and the rest goes', (reason) => {
    expect(weighed(OWED, reason, OWED)).toMatchObject({ to: 'go', verdict: { covers: [{ goes: true }, { goes: false, reason, amounts: null }, { goes: true }] } });
  });
  it.each(['settled', 'held', 'disputed', 'promised', 'agreed'])('nothing left but %s is a refusal', (reason) => {
    expect(weighed(reason, reason, reason)).toMatchObject({ to: 'refuse', reason });
  });
  it.each(['pending', 'unmatched', 'unread', 'not_covered'])('nothing left and one %s waits for facts', (reason) => {
    expect(weighed('settled', reason, 'held')).toEqual({ to: 'wait', reason });
  });
  it.each(['stale', 'something-new'])('%s is no answer at all, even for one of them', (reason) => {
    expect(weighed(OWED, reason, 'settled')).toEqual({ to: 'retry', reason });
  });
  it('an ask that was not answered is no answer', () => {
    expect(weighed(OWED, null, OWED)).toEqual({ to: 'retry', reason: 'no-answer' });
  });
  it('a message that is not asked about goes whole', () => {
    expect(unasked(delivery)).toMatchObject({ to: 'go', verdict: { as_of_epoch_ms: null, covers: [{ goes: true, amounts: null }, { goes: true }, { goes: true }] } });
  });
});

describe('triples that another message holds', () => {
  const verdict = (weight: ReturnType<typeof weighed>) => (weight as unknown as { verdict: Parameters<typeof withoutCovered>[0] }).verdict;
  it('leave the message', () => {
    const left = withoutCovered(verdict(weighed(OWED, OWED, 'settled')), ({ receivable_id }) => receivable_id === covers[0]!.receivable_id);
    expect(left).toMatchObject({ to: 'go', verdict: { covers: [{ goes: true }, { goes: false, reason: 'already-covered' }, { goes: false, reason: 'settled' }] } });
  });
  it('refuse it when none is left', () => {
    expect(withoutCovered(verdict(weighed(OWED, OWED, OWED)), () => false)).toMatchObject({ to: 'refuse', reason: 'already-covered' });
  });
});

describe('a second verdict, because the first grew too old', () => {
  const verdict = (...answers: string[]) => (weighed(...answers) as { verdict: Parameters<typeof renewed>[0] }).verdict;
  it('brings new amounts to the same covers', () => {
    const first = verdict(OWED, 'settled', OWED);
    const second = { ...verdict(OWED, OWED, OWED), as_of_epoch_ms: EPOCH_MS + 1 };
    expect(renewed(first, second)).toMatchObject({ as_of_epoch_ms: EPOCH_MS + 1, covers: [{ goes: true }, { goes: false, reason: 'settled' }, { goes: true }] });
  });
  it('is none when one of them may no longer go', () => {
    expect(renewed(verdict(OWED, OWED, OWED), verdict(OWED, OWED, 'promised'))).toBeNull();
  });
});
