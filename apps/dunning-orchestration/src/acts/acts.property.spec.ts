import { activate, defaultPolicy, offsetOf, type Step } from '@emdia/regua';
import * as fc from 'fast-check';
import { receivableId, Story } from '../../test/story';
import { liftHold, placeHold } from '../holds/hold';
import { ACT_KINDS, inForce, isOff, type OutwardAct } from './outward-act';
import { told } from './requesting';

const DAY_MS = 86_400_000;
const A = receivableId('A');
const { document } = defaultPolicy('esquecido');
const ACTS: Step[] = [
  { step: 'D+2', action: 'retry' }, { step: 'D+5', action: 'service', change: 'limit' }, { step: 'D+6', action: 'bureau-notice' }, { step: 'D+9', action: 'service', change: 'suspend' },
  { step: 'D+18', action: 'bureau-listing', notice_days: 10 }, { step: 'D+20', action: 'protest' }, { step: 'D+60', action: 'write-off' },
];
/** Messages of the house, and an act of every kind between them. */
const POLICY = activate({ ...document, steps: [...document.steps, ...ACTS].sort((a, b) => offsetOf(a.step) - offsetOf(b.step)) });

type Op =
  | { readonly do: 'wait'; readonly hours: number }
  | { readonly do: 'gate'; readonly says: string }
  | { readonly do: 'pay' | 'reopen' | 'hold' | 'lift' }
  | { readonly do: 'answer'; readonly outcome: 'accepted' | 'rejected' | 'unanswered'; readonly which: number };

const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 24 * 12 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('gate' as const), says: fc.constantFrom('owed', 'owed', 'owed', 'settled', 'held', 'pending', 'not_covered', 'unread') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('pay' as const, 'reopen' as const, 'hold' as const, 'lift' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('answer' as const), outcome: fc.constantFrom('accepted' as const, 'rejected' as const, 'unanswered' as const), which: fc.nat(9) }) },
);

/** Does one thing; whether the debt may be acted on afterwards is as the facts say. */
function happens(s: Story, what: Op, n: number): void {
  const { file, now } = s;
  const paid = file.receivables.get(A)!.status === 'settled';
  switch (what.do) {
    case 'wait': return void s.until(new Date(now.getTime() + what.hours * 3_600_000).toISOString());
    case 'gate': return void (s.gateSays = what.says);
    case 'pay': return void (paid || s.pays('A', now.toISOString().slice(0, 10)));
    case 'reopen': return void (paid && s.owes('A', undefined, { status: 'open', collectability: 'owed', open_cents: 10_000, paid_cents: 0, settled_on: null }));
    case 'hold': return void s.take((known, at) => placeHold(known, { hold_id: receivableId(`hold ${n}`), receivable_ids: [], reason: 'x', actor: 'ana' }, at));
    case 'lift': {
      const hold = [...file.holds.values()].find(({ lifted }) => lifted === null);
      return void (hold && s.take((known, at) => liftHold(known, hold.hold_id, { actor: 'ana' }, at)));
    }
    case 'answer': {
      const gone = s.acts.filter(({ status }) => status === 'requested');
      const act = gone[what.which % (gone.length || 1)];
      return void (act && s.take((known, at) => told(known, act.act_id, act.undoes && what.outcome !== 'accepted' ? { outcome: 'troubled', reason: 'x' } : { outcome: what.outcome, reason: 'x' } as never, at)));
    }
  }
}

it('whatever happens, nobody is acted on who has paid or is held, nothing is done twice, and what was done is taken back', () => {
  const seen = { gone: 0, off: 0, back: 0 };
  fc.assert(fc.property(fc.array(op, { minLength: 10, maxLength: 40 }), (ops) => {
    const s = new Story(new Date('2026-03-06T15:00:00Z')).customer('SP').owes('A', '2026-03-06').carries(...ACT_KINDS);
    s.file = { ...s.file, trial: POLICY };
    const known = new Map<string, OutwardAct>();
    ops.forEach((what, n) => {
      const before = { paid: s.file.receivables.get(A)!.status !== 'open', says: s.gateSays };
      happens(s, what, n);
      for (const act of s.acts) {
        const was = known.get(act.act_id);
        known.set(act.act_id, act);
        if (act.call_began_at === null || was?.call_began_at) continue;
        // Only waiting lets anything go, and while one waits nothing else changes but holds that end by themselves.
        expect(what.do).toBe('wait');
        expect(before.paid).toBe(act.undoes !== null);
        if (act.undoes === null) expect([before.says, [...s.file.holds.values()].some(({ placed_at, lifted }) => placed_at < act.call_began_at! && (lifted === null || lifted.at > act.call_began_at!))]).toEqual(['owed', false]);
      }
    });
    const acts = s.acts;
    const left = acts.filter((act) => act.undoes === null && !isOff(act)).map(({ due_date, step }) => `${due_date} ${step}`);
    expect(new Set(left).size).toBe(left.length);
    const backs = acts.filter(({ undoes }) => undoes !== null);
    expect(new Set(backs.map(({ undoes }) => undoes)).size).toBe(backs.length);
    for (const { undoes } of backs) expect(s.file.acts.get(undoes!)).toMatchObject({ undoes: null, call_began_at: expect.any(Date) });
    const ids = s.sent.filter(({ contract }) => /(retry|service-change|bureau|protest|write-off)-requested/.test(contract.type)).map(({ id }) => id);
    expect(ids.length).toBe(acts.filter(({ call_began_at }) => call_began_at !== null).length);
    expect(new Set(ids).size).toBe(ids.length);
    if (s.file.receivables.get(A)!.status === 'settled') expect(inForce(s.until(new Date(s.now.getTime() + DAY_MS).toISOString()).file, A)).toEqual([]);
    seen.gone += left.length;
    seen.off += acts.filter(isOff).length;
    seen.back += backs.length;
  }), { numRuns: 200 });
  expect(Object.values(seen).map((n) => n > 20)).toEqual([true, true, true]);
});
