import { addDays } from '@emdia/calendar';
import { derivedId } from '@emdia/contracts';
import { receivableId, Story } from '../../test/story';
import { liftHold, placeHold, type HoldWanted } from './hold';
import { holdKinds, ruleOf, type HoldKind } from './kinds';

const at = (day: string, hour = '00:00') => new Date(`${day}T${hour}:00-03:00`);
const midnight = (day: string) => `${day}T00:00:00-03:00`;

/** A debt due on Friday 6 March 2026 of which D-3, D0 and D+3 were sent; noon of Tuesday 10 March. */
const late = () => new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06').until('2026-03-10T12:00:00-03:00');
const hold = (s: Story, kind: HoldKind, more: Partial<HoldWanted> = {}) =>
  s.take((file, now) => placeHold(file, { hold_id: derivedId('hold', kind, now.toISOString()), kind, receivable_ids: [], reason: 'said so', actor: 'ana', ...more }, now))!;
const lift = (s: Story, hold_id: string, reason?: string) => s.take((file, now) => liftHold(file, hold_id, { reason, actor: 'ana' }, now));
/** What came after the three messages. */
const since = (s: Story, until: string) => s.until(midnight(until)).calendar.slice(3);
const ends = (s: Story) => s.heard('hold-lifted').map(({ time, data }) => `${time.slice(0, 10)} ${data.actor as string}: ${data.reason as string}, then ${data.follows as string}`);

describe('the calendar of each kind of hold, for a debt that nobody pays', () => {
  it('manual: the days go on, what was missed merges into one message', () => {
    const s = late();
    hold(s, 'manual', { review_date: '2026-03-24' });
    expect(s.standing('A')).toEqual({ kind: 'hold', reason: 'held: said so', review_date: '2026-03-24', at: at('2026-03-24') });
    expect(since(s, '2026-04-07')).toEqual(['2026-03-24 D+15', '2026-04-06 D+30', '2026-04-06 regua-ended']);
    expect(ends(s)).toEqual(['2026-03-24 dunning-orchestration: review date reached, then regua']);
  });

  it('already-paid: the proof is asked for at once, the days do not count, then a person looks before the régua goes on', () => {
    const s = late();
    hold(s, 'already-paid');
    expect(s.standing('A')).toMatchObject({ kind: 'hold', reason: 'held: already-paid', review_date: '2026-03-17' });
    // Seven days stood still: D+7 of 13 March falls on the 20th, D+15 on Monday the 30th.
    expect(since(s, '2026-04-14')).toEqual([
      '2026-03-10 already-paid: ask for the proof of payment', '2026-03-17 hold ended: already-paid', '2026-03-24 D+7', '2026-03-30 D+15', '2026-04-13 D+30', '2026-04-13 regua-ended',
    ]);
    expect(ends(s)).toEqual(['2026-03-17 dunning-orchestration: review date reached, then person']);
  });

  it('hardship: afterwards a person looks, and the régua for people without money goes on', () => {
    const s = late();
    hold(s, 'hardship', { review_date: '2026-03-30' });
    expect(s.file).toMatchObject({ regua_version: 'bom-pagador-1', regua_by: 'ana', cause: { cause: 'no-money', by: 'ana' } });
    expect(since(s, '2026-05-06')).toEqual(['2026-03-30 hold ended: hardship', '2026-04-09 D+10', '2026-04-20 D+25', '2026-05-05 D+40: conversar e combinar uma saída']);
  });

  it('dispute: ends on its day, and then nobody is written to before a person, who is asked again and again, has decided with their reason', () => {
    const s = late();
    const { hold_id } = hold(s, 'dispute');
    expect(since(s, '2026-04-25')).toEqual(['2026-03-10 dispute: check what the debtor contests', '2026-03-20 to decide: dispute', '2026-03-27 to decide: dispute']);
    expect(ends(s)).toEqual(['2026-03-20 dunning-orchestration: review date reached, then person']);
    expect(s.standing('A')).toMatchObject({ kind: 'owner', queue: 'cobranca', reason: 'to decide: dispute', review_date: '2026-04-26' });
    expect(() => lift(s, hold_id)).toThrow(expect.objectContaining({ reason: 'reason-missing' }));
    expect(lift(s, hold_id, 'the contract was found')).toBe(true);
    // 46 days stood still: D+7 of 13 March falls on 28 April.
    expect(since(s, '2026-05-07').slice(3)).toEqual(['2026-04-28 D+7', '2026-05-06 D+15']);
    expect(lift(s, hold_id, 'again')).toBe(false);
    expect(ends(s)).toHaveLength(1);
  });

  it('dispute: lifted before its day it goes on at once; a long one is asked about every 30 days', () => {
    const s = late();
    const { hold_id } = hold(s, 'dispute', { review_date: '2026-06-08' });
    expect(since(s, '2026-04-25')).toEqual(['2026-03-10 dispute: check what the debtor contests', '2026-04-09 dispute: check what the debtor contests']);
    expect(s.standing('A')).toMatchObject({ kind: 'hold', review_date: '2026-05-09' });
    expect(() => lift(s, hold_id)).toThrow(expect.objectContaining({ reason: 'reason-missing' }));
    lift(s, hold_id, 'the contract was found');
    expect(ends(s)).toEqual(['2026-04-25 ana: the contract was found, then regua']);
    expect(since(s, '2026-05-07').slice(2)).toEqual(['2026-04-28 D+7', '2026-05-06 D+15']);
  });

  it('dispute: one held anew after its end is decided by that', () => {
    const s = late().owes('B', '2026-03-20');
    const first = hold(s, 'dispute', { receivable_ids: [receivableId('A')] });
    s.until('2026-03-20T12:00:00-03:00');
    hold(s, 'dispute', { receivable_ids: [receivableId('B')] });
    expect(s.standing('A')).toMatchObject({ kind: 'owner', reason: 'to decide: dispute' });
    const anew = hold(s, 'dispute', { hold_id: derivedId('anew'), receivable_ids: [receivableId('A')] });
    expect(s.file.holds.get(first.hold_id)!.decided).toMatchObject({ reason: 'held anew', actor: 'ana' });
    expect(s.standing('A')).toMatchObject({ kind: 'hold', review_date: '2026-03-30' });
    s.until('2026-04-02T12:00:00-03:00');
    expect(lift(s, anew.hold_id, 'found')).toBe(true);
    expect(s.standing('A')).toMatchObject({ kind: 'action', step: 'D+7' });
  });

  it('over-indebtedness: everything of the person, later debts included, asked about every 90 days, until a person ends it', () => {
    const s = late();
    const { hold_id } = hold(s, 'over-indebtedness', { begin_date: '2026-01-10' });
    s.owes('B', '2026-03-25');
    expect(s.standing('B')).toMatchObject({ kind: 'hold', reason: 'held: over-indebtedness' });
    expect(since(s, '2026-05-04')).toEqual(['2026-03-10 over-indebtedness: find out about the plan or the hearing']);
    expect(s.standing('B')).toMatchObject({ kind: 'hold', review_date: '2026-06-08' });
    lift(s, hold_id, 'the plan has begun');
    expect(s.file.regua_version).toBe('bom-pagador-1');
    // A goes on where it was on the day it fell due, and so does B: D+2 and the later ones come 59 and 40 days later.
    expect(since(s, '2026-05-30').slice(1)).toEqual(['2026-05-06 D+2', '2026-05-14 D+10', '2026-05-29 D+25']);
  });

  it('over-indebtedness: ends by itself, and then every debt has an owner until a person decides', () => {
    const s = late();
    const { hold_id } = hold(s, 'over-indebtedness', { review_date: '2026-04-10' });
    s.owes('B', '2026-03-25');
    expect(since(s, '2026-05-04')).toEqual(['2026-03-10 over-indebtedness: find out about the plan or the hearing', '2026-04-10 to decide: over-indebtedness', '2026-04-20 to decide: over-indebtedness']);
    s.owes('C', '2026-05-29').pays('B', '2026-05-04');
    expect(since(s, '2026-06-05').slice(3)).toEqual(['2026-05-04 to decide: over-indebtedness', '2026-05-14 to decide: over-indebtedness', '2026-05-20 to decide: over-indebtedness']);
    for (const name of ['A', 'C']) expect(s.standing(name)).toMatchObject({ kind: 'owner', reason: 'to decide: over-indebtedness' });
    lift(s, hold_id, 'the plan failed');
    expect([s.standing('A'), s.standing('C')]).toMatchObject([{ kind: 'action', step: 'D+10' }, { kind: 'action' }]);
  });

  it('lasts as long as the law: five years for a plan of all debts and until prescription for the dead, and is asked about all the while', () => {
    for (const kind of ['over-indebtedness', 'deceased'] as const) {
      const s = late().owes('B', '2029-01-31');
      expect(() => hold(s, kind, { review_date: addDays('2026-03-10', 1_826) })).toThrow(expect.objectContaining({ reason: 'review-date' }));
      expect(hold(s, kind)).toMatchObject({ review_date: '2031-03-09', look_date: '2026-06-08' });
      const asked = since(s, '2031-04-01');
      expect(asked.slice(0, 3)).toEqual(['2026-03-10', '2026-06-08', '2026-09-06'].map((day) => `${day} ${kind}: ${ruleOf(kind).asks}`));
      // Twenty times after the first, then its end.
      expect(asked.slice(20)).toEqual([`2031-02-12 ${kind}: ${ruleOf(kind).asks}`, `2031-03-09 to decide: ${kind}`, ...(kind === 'deceased' ? ['2031-03-16 to decide: deceased'] : ['2031-03-19 to decide: over-indebtedness'])]);
      expect([s.standing('A'), s.standing('B')]).toMatchObject([{ kind: 'end', reason: 'prescribed' }, { kind: 'owner', reason: `to decide: ${kind}` }]);
      expect(s.notices.length).toBe(3);
    }
  });

  it('deceased: not even thanks for what is paid, until a person says otherwise', () => {
    const s = late().owes('B', '2026-03-20');
    const { hold_id } = hold(s, 'deceased', { begin_date: '2026-02-25' });
    s.pays('A', '2026-03-12');
    expect(since(s, '2026-09-01')).toEqual([
      '2026-03-10 deceased: find out about the estate, through its representative alone', '2026-06-08 deceased: find out about the estate, through its representative alone',
    ]);
    expect(ends(s)).toEqual([]);
    expect(s.pays('B', '2026-09-01').until(midnight('2026-12-01')).file).toMatchObject({ status: 'closed', due_at: at('2031-03-09') });
    expect([lift(s, hold_id, 'a mistake of the registry'), s.until(midnight('2027-01-01')).notices.filter((notice) => notice.includes('thanks'))]).toEqual([true, []]);
  });

  it('thanks are not held back by holds on debts', () => {
    const s = late().owes('B', '2026-03-20');
    hold(s, 'dispute', { receivable_ids: [receivableId('B')] });
    expect(since(s.pays('A', '2026-03-10'), '2026-03-12')).toEqual(['2026-03-10 service thanks', '2026-03-10 dispute: check what the debtor contests']);
  });
});

it('lifted long after its review, nobody is asked until reconciliation has heard of it', () => {
  const s = late();
  const { hold_id } = hold(s, 'dispute');
  s.owes('A', undefined, { collectability: 'held', review_date: '2026-03-20' }).until(midnight('2026-04-25'));
  const tasks = s.heard('task-requested').length;
  lift(s, hold_id, 'found');
  expect(s.standing('A')).toMatchObject({ kind: 'hold', reason: 'held', review_date: '2026-04-25' });
  s.until('2026-04-25T09:00:00-03:00').owes('A', undefined, { collectability: 'owed', review_date: null });
  expect([s.standing('A'), s.heard('task-requested').length]).toMatchObject([{ kind: 'action', step: 'D+7', contact_day: '2026-04-28' }, tasks]);
});

describe('several holds', () => {
  it('days of both stand still once', () => {
    const s = late();
    hold(s, 'already-paid', { begin_date: '2026-03-08', review_date: '2026-03-17' });
    const other = hold(s, 'dispute', { begin_date: '2026-03-01' });
    s.until('2026-03-20T12:00:00-03:00');
    // From the due date on: 6 to 20 March.
    lift(s, other.hold_id, 'found');
    expect(s.standing('A')).toMatchObject({ kind: 'action', step: 'D+7', planned_day: '2026-03-27' });
  });
  it('one on which a person must decide is decided on, however long another stays', () => {
    const s = late();
    hold(s, 'dispute', { review_date: '2026-03-12' });
    hold(s, 'manual', { review_date: '2026-05-20' });
    expect(s.standing('A')).toMatchObject({ kind: 'hold', reason: 'held: said so', review_date: '2026-03-12' });
    expect(s.until(midnight('2026-03-13')).standing('A')).toMatchObject({ kind: 'owner', reason: 'to decide: dispute' });
  });
  it('of the dead nobody is asked to decide on anything else', () => {
    const s = late();
    hold(s, 'dispute', { review_date: '2026-03-12' });
    hold(s, 'deceased');
    expect(s.until(midnight('2026-03-13')).standing('A')).toMatchObject({ kind: 'hold', reason: 'held: deceased', review_date: '2026-06-08' });
  });
  it('whoever is held still is not given to a person by one that ends', () => {
    const s = late();
    hold(s, 'already-paid');
    hold(s, 'deceased');
    expect(since(s, '2026-03-30').filter((entry) => entry.includes('hold ended'))).toEqual([]);
  });
  it('on one debt leave the other alone', () => {
    const s = late().owes('B', '2026-03-20');
    hold(s, 'dispute', { receivable_ids: [receivableId('A')] });
    expect(since(s, '2026-03-18')).toEqual(['2026-03-10 dispute: check what the debtor contests', '2026-03-17 D-3']);
  });
});

describe('the clock', () => {
  it('that stood still over the due date never says afterwards that a debt is due today', () => {
    const s = new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06').until('2026-03-04T12:00:00-03:00');
    const { hold_id } = hold(s, 'dispute');
    s.until('2026-03-12T12:00:00-03:00');
    lift(s, hold_id, 'found');
    // D+1 and D+3 move to Friday 13 and Sunday 15 March.
    expect(s.until(midnight('2026-03-20')).calendar.slice(1)).toEqual(['2026-03-04 dispute: check what the debtor contests', '2026-03-13 D+1', '2026-03-16 D+3', '2026-03-19 D+7']);
  });
  it('is not made longer by a sweep that comes late', () => {
    const s = late();
    hold(s, 'already-paid');
    s.now = at('2026-04-01', '08:00');
    s.until('2026-04-08T12:00:00-03:00');
    expect(s.standing('A')).toMatchObject({ kind: 'action', step: 'D+30', planned_day: '2026-04-13' });
    expect(s.calendar.slice(3)).toEqual(['2026-03-10 already-paid: ask for the proof of payment', '2026-04-01 hold ended: already-paid', '2026-04-08 D+15']);
  });
});

it('no instalment is reminded of while one of its debts is held', () => {
  const s = new Story(at('2026-02-02')).customer('SP').owes('A', '2026-01-05').owes('B', '2026-01-06').agrees(['A', 'B'], ['2026-02-12', '2026-03-12']);
  hold(s, 'already-paid', { receivable_ids: [receivableId('B')], review_date: '2026-02-20' });
  expect(s.until(midnight('2026-03-11')).notices).toEqual(['2026-03-09 13:00 agreement agreement']);
});

describe('refused', () => {
  it.each<[string, HoldKind, Partial<HoldWanted>]>([
    ['review-date', 'already-paid', { review_date: '2026-04-10' }],
    ['review-date', 'deceased', { review_date: '2026-03-10' }],
    ['begin-date', 'manual', { begin_date: '2026-03-09' }],
    ['begin-date', 'dispute', { begin_date: '2026-02-07' }],
    ['begin-date', 'dispute', { begin_date: '2026-03-11' }],
    ['whole-person', 'deceased', { receivable_ids: [receivableId('A')] }],
    ['unknown-receivable', 'dispute', { receivable_ids: [receivableId('Z')] }],
    ['kept-by-others', 'promise', { review_date: '2026-03-12' }],
    ['kept-by-others', 'agreement', {}],
    ['kept-by-others', 'pending-payment', {}],
    ['kept-by-others', 'unmatched-money', {}],
    ['kept-by-others', 'stale-source', {}],
  ])('%s: %s %j', (reason, kind, more) => expect(() => hold(late(), kind, more)).toThrow(expect.objectContaining({ reason })));
});

it('the rules of every kind fit each other', () => {
  for (const kind of holdKinds) {
    const { kept_by, days, days_max, review_days, covers, stops, ends_by, follows } = ruleOf(kind);
    expect([kind, (ends_by === 'keeper') === (kept_by !== 'people'), covers === 'person' ? stops === 'everything' : stops !== 'everything']).toEqual([kind, true, true]);
    if (kept_by === 'people') expect(days! <= days_max!).toBe(true);
    // Nobody waits longer than a quarter for somebody to look, and the clock stands while a person is to decide.
    if (kept_by === 'people') expect((review_days ?? days_max)! <= 90).toBe(true);
    if (follows === 'owner') expect(stops).not.toBe('contacts');
    expect(addDays('2026-03-10', days ?? 0) >= '2026-03-10').toBe(true);
  }
});
