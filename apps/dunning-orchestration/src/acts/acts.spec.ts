import { activate, defaultPolicy, type Step } from '@emdia/regua';
import { receivableId, Story } from '../../test/story';
import { placeHold } from '../holds/hold';
import { outlook } from '../reguas/outlook';
import { ACT_KINDS } from './outward-act';
import { retriesShown } from '../retries/shown';
import { request, told, type Posted } from './requesting';
import { tookBack } from './taking-back';

const at = (day: string, hour = '00:00') => new Date(`${day}T${hour}:00-03:00`);
const midnight = (day: string) => `${day}T00:00:00-03:00`;
const A = receivableId('A');

/** A debt due on Friday 6 March 2026, whose creditor's systems do everything. D+22 limits the service, D+45 suspends it. */
const habitual = () => new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06').follows('atraso-habitual-1').carries(...ACT_KINDS);
/** The same along a ladder of its own: a message, then some acts. */
function along(...steps: Step[]): Story {
  const { document } = defaultPolicy('esquecido');
  const s = new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06').carries(...ACT_KINDS);
  s.file = { ...s.file, trial: activate({ ...document, steps: [...document.steps.slice(0, 3), ...steps, ...document.steps.slice(-1)].sort((a, b) => Number(a.step.slice(1)) - Number(b.step.slice(1))) }) };
  return s.owes('A');
}
/** Debts on one card, due that day, along the régua for trouble with it: retries on 9 and 13 March. */
function card(...debts: string[]): Story {
  const s = new Story(at('2026-02-20')).customer('SP');
  for (const debt of ['A', ...debts]) s.owes(debt, '2026-03-06', { instruments: [{ rail: 'CARD' }] });
  return s.follows('meio-de-pagamento-1').carries('retry');
}
const days = (s: Story) => s.acts.map(({ planned_at, step, change, kind, status, reason }) => `${planned_at.toISOString().slice(0, 10)} ${step} ${change ?? kind} ${status}${reason ? ` (${reason})` : ''}`);
const asked = (s: Story, name = 'service-change') => s.heard<{ change: string; act_id: string; undoes?: string }>(`${name}-requested`).map(({ data }) => data);
const tasks = (s: Story) => s.heard<{ reason: string }>('task-requested').map(({ data }) => data.reason);
const answer = (s: Story, posted: Posted, index = 0) => s.take((file, now) => told(file, s.acts[index]!.act_id, posted, now));

describe('an act', () => {
  it('goes to the systems of a creditor who has them do it, and the régua goes on', () => {
    const s = habitual().until(midnight('2026-05-04'));
    expect(days(s)).toEqual(['2026-03-30 D+22 limit requested', '2026-04-20 D+45 suspend requested']);
    expect(tasks(s)).toEqual([]);
    expect(s.notices.slice(-1)).toEqual(['2026-04-06 14:00 collection D+30']);
    expect(s.heard('service-change-requested')[0]).toMatchObject({
      time: '2026-03-30T14:00:00.000Z',
      data: {
        change: 'limit', act_id: s.acts[0]!.act_id, receivable_id: A, invoice_id: 'inv', due_date: '2026-03-06', step: 'D+22', regua_version: 'atraso-habitual-1', open_cents: 10_000,
        facts: [{ receivable_id: A, version: 1 }], call_began_at: '2026-03-30T14:00:00.000Z', valid_until: '2026-03-30T14:01:00.000Z',
      },
    });
  });
  it('stays a task for a person where they do not', () => {
    const s = habitual().carries('retry').until(midnight('2026-04-01'));
    expect([s.acts, tasks(s)]).toEqual([[], ['D+22: service limit']]);
  });
  it('is foreseen by a preview', () => {
    const s = habitual().until(midnight('2026-03-29'));
    expect(outlook(s.file, null, s.now, 30).tasks).toEqual([{ what: 'D+22: service limit', day: '2026-03-30' }, { what: 'D+45: service suspend', day: '2026-04-20' }]);
  });
  it('ends with an owner, some days after the last one', () => {
    const s = along({ step: 'D+20', action: 'write-off' });
    s.file = { ...s.file, trial: activate({ ...s.file.trial!.document, steps: s.file.trial!.document.steps.filter(({ step }) => step !== 'D+30') }) };
    s.owes('A').until(midnight('2026-03-27'));
    expect(days(s)).toEqual(['2026-03-26 D+20 write-off requested']);
    expect(s.standing('A')).toMatchObject({ kind: 'task', reason: 'regua-ended', step: null, at: at('2026-03-28', '10:00') });
    expect(tasks(s.until(midnight('2026-03-29')))).toEqual(['regua-ended']);
    expect(asked(s, 'write-off')).toHaveLength(1);
  });
});

describe('whoever has paid is left alone', () => {
  it.each(['settled', 'held', 'disputed', 'promised', 'agreed'])('%s is the end of an act, and it is planned anew on the next day', (reason) => {
    const s = habitual();
    s.gateSays = reason;
    s.until('2026-03-30T12:00:00-03:00');
    expect(days(s)).toEqual([`2026-03-30 D+22 limit refused (${reason})`]);
    expect(s.standing('A')).toMatchObject({ kind: 'task', reason: 'D+22: service limit', at: at('2026-03-31', '11:00') });
    s.gateSays = 'owed';
    s.until(midnight('2026-04-01'));
    expect(days(s).slice(1)).toEqual(['2026-03-31 D+22 limit requested']);
    expect(new Set(s.acts.map(({ act_id }) => act_id)).size).toBe(2);
    expect(asked(s)).toHaveLength(1);
  });
  it.each(['not_covered', 'unread', 'unmatched', 'pending'])('%s is asked again every hour until the day is over', (reason) => {
    const s = habitual();
    s.gateSays = reason;
    s.until('2026-03-30T12:30:00-03:00');
    expect(s.acts).toMatchObject([{ status: 'planned', reason, attempt: 3, due_at: at('2026-03-30', '13:00') }]);
    s.until('2026-03-31T00:30:00-03:00');
    expect(days(s)).toEqual([`2026-03-30 D+22 limit expired (${reason})`]);
    s.gateSays = 'owed';
    expect(days(s.until(midnight('2026-04-01'))).slice(1)).toEqual(['2026-03-31 D+22 limit requested']);
  });
  it.each(['stale', 'no-answer', 'a word nobody knows'])('%s waits in wall time, longer each time', (reason) => {
    const s = habitual();
    s.gateSays = reason;
    s.until('2026-03-30T12:00:00-03:00');
    expect(s.acts).toMatchObject([{ status: 'planned', reason, attempt: 2, retry_at_epoch_ms: 2_000 }]);
    s.ask(s.acts[0]!);
    expect(s.acts).toMatchObject([{ attempt: 3, retry_at_epoch_ms: 3_000 }]);
  });
  it.each([
    ['held', (s: Story) => s.take((file, now) => placeHold(file, { hold_id: A, receivable_ids: [], reason: 'x', actor: 'ana' }, now))],
    ['held', (s: Story) => s.take((file) => {
      // As where its end and the gate's answer come together.
      const hold = { hold_id: A, kind: 'deceased' as const, receivable_ids: [], reason: 'x', actor: 'ana', placed_at: at('2026-03-01'), begin_date: '2026-03-01', review_date: '2026-03-30', look_date: '2026-03-30', placed_with: null, task: null, decided: null };
      return { next: { ...file, holds: new Map([[A, { ...hold, lifted: { at: at('2026-03-30'), reason: 'over', actor: 'dunning-orchestration', by_itself: true } }]]) } };
    })],
    ['settled', (s: Story) => s.pays('A', '2026-03-30')],
    ['agreed', (s: Story) => s.agrees(['A'], ['2026-05-06'])],
    ['disputed', (s: Story) => s.owes('A', undefined, { collectability: 'disputed' })],
    ['due-date-changed', (s: Story) => s.owes('A', '2026-05-06')],
    ['not-carried-out', (s: Story) => s.carries('retry')],
    ['regua-changed', (s: Story) => s.follows('esquecido-1')],
  ])('what the case knows counts, though the gate has not heard of it: %s', (reason, happens) => {
    const s = habitual();
    s.gateSays = 'no-answer';
    s.until('2026-03-30T12:00:00-03:00');
    happens(s);
    s.gateSays = 'owed';
    expect(s.ask(s.acts[0]!)).toBe('refused');
    expect([s.acts[0]!.reason, asked(s)]).toEqual([reason, []]);
  });
  it('a verdict that is no longer young lets nothing go', () => {
    const s = habitual();
    s.gateSays = 'no-answer';
    s.until('2026-03-30T12:00:00-03:00');
    const word = { answer: { owed: true } as never, as_of_epoch_ms: 1, fresh: false, epoch_ms: 1_000 };
    expect(s.take((file, now) => request(file, s.acts[0]!.act_id, word, now))).toBe('planned');
    expect([s.acts[0]!.reason, asked(s)]).toEqual(['too-old', []]);
  });
  it('what the gate lets go and the case has not heard of yet waits in wall time, so that nothing is asked for by older facts', () => {
    const s = card();
    s.gateSays = 'no-answer';
    s.until('2026-03-09T12:00:00-03:00');
    const word = { answer: { owed: true, version: 2, open_cents: 4_000, invoice_id: 'inv' } as never, as_of_epoch_ms: 1, fresh: true, epoch_ms: 1_000 };
    expect(s.take((file, now) => request(file, s.acts[0]!.act_id, word, now))).toBe('planned');
    expect(s.acts).toMatchObject([{ reason: 'behind', attempt: 3, retry_at_epoch_ms: 3_000, verdict: null }]);
    s.gateSays = 'owed';
    expect(s.owes('A', undefined, { open_cents: 4_000 }).ask(s.acts[0]!)).toBe('requested');
    expect(asked(s, 'retry')).toEqual([expect.objectContaining({ amount_cents: 4_000, open_cents: 4_000 })]);
  });
  it('once asked for is not asked again', () => {
    const s = habitual().until(midnight('2026-04-01'));
    expect(s.ask(s.acts[0]!)).toBeUndefined();
    expect(asked(s)).toHaveLength(1);
  });
});

describe('what was done because of a debt is taken back', () => {
  it('once it is paid: the last change, at once and once', () => {
    const s = habitual().until(midnight('2026-05-04')).pays('A', '2026-05-04').until('2026-05-04T00:00:01-03:00');
    const [, suspended] = s.acts;
    expect(asked(s).map(({ change }) => change)).toEqual(['limit', 'suspend', 'restore']);
    expect(asked(s).at(-1)).toMatchObject({ undoes: suspended!.act_id, receivable_id: A, step: 'D+45', valid_until: null, facts: [{ receivable_id: A, version: 2 }] });
    s.owes('A', undefined, { status: 'open', collectability: 'owed', open_cents: 10_000, settled_on: null }).pays('A', '2026-05-05').until(midnight('2026-06-01'));
    expect(asked(s)).toHaveLength(3);
  });
  it('not where the régua leaves that to the platform, nor where it is given up', () => {
    const s = habitual().until(midnight('2026-05-04'));
    const { document } = defaultPolicy('atraso-habitual');
    s.file = { ...s.file, trial: activate({ ...document, thanks: { ...document.thanks, restores: false } }) };
    expect(asked(s.pays('A', '2026-05-04').until(midnight('2026-06-01')))).toHaveLength(2);
    const lost = habitual().until(midnight('2026-05-04')).owes('A', undefined, { status: 'written-off', collectability: 'settled', open_cents: 0 });
    expect(asked(lost.until(midnight('2026-06-01')))).toHaveLength(2);
  });
  it.each(['refused', 'rejected'])('not where it never was done: %s', (how) => {
    const s = habitual();
    if (how === 'refused') s.gateSays = 'held';
    s.until('2026-03-30T12:00:00-03:00');
    if (how === 'rejected') answer(s, { outcome: 'rejected', reason: 'answered 422' });
    s.pays('A', '2026-03-30').until(midnight('2026-04-10'));
    expect(asked(s).filter(({ undoes }) => undoes)).toEqual([]);
  });
  it('whatever another debt still has', () => {
    const s = habitual().owes('B', '2026-03-06').until(midnight('2026-05-04')).pays('A', '2026-05-04').until('2026-05-04T00:00:01-03:00');
    expect(asked(s).filter(({ change }) => change === 'restore')).toHaveLength(1);
    expect(asked(s.pays('B', '2026-05-05').until(midnight('2026-05-06'))).filter(({ change }) => change === 'restore')).toHaveLength(2);
  });
  it('an entry and a protest also where the debt is prescribed', () => {
    const s = along({ step: 'D+10', action: 'bureau-notice' }, { step: 'D+21', action: 'bureau-listing', notice_days: 10 }, { step: 'D+25', action: 'protest' });
    s.until('2031-03-07T12:00:00-03:00');
    expect(days(s)).toEqual([
      '2026-03-16 D+10 notice requested', '2026-03-27 D+21 listing requested', '2026-03-31 D+25 protest requested', '2031-03-07 D+21 removal requested', '2031-03-07 D+25 cancellation requested',
    ]);
    expect(s.standing('A')).toEqual({ kind: 'end', reason: 'prescribed' });
    expect([asked(s, 'bureau').map(({ change }) => change), asked(s, 'protest').map(({ change }) => change)]).toEqual([['notice', 'listing', 'removal'], ['protest', 'cancellation']]);
  });
});

describe('what a person did because of a debt is taken back by a person', () => {
  const GRAVE: Step[] = [{ step: 'D+10', action: 'bureau-notice' }, { step: 'D+21', action: 'bureau-listing', notice_days: 10 }, { step: 'D+25', action: 'protest' }];
  const byHand = (s: Story) => s.carries();
  const back = (s: Story) => tasks(s).filter((reason) => /remove|cancel|restore/.test(reason));
  const reopened = { status: 'open', collectability: 'owed', open_cents: 10_000, settled_on: null } as const;
  const lost = { status: 'written-off', collectability: 'settled', open_cents: 0 } as const;

  it('once it is paid: entry and protest, at once and once', () => {
    const s = byHand(along(...GRAVE)).until(midnight('2026-04-20'));
    expect([tasks(s).slice(0, 3), back(s)]).toEqual([['D+10: bureau-notice', 'D+21: bureau-listing', 'D+25: protest'], []]);
    expect(back(s.pays('A', '2026-04-20').until('2026-04-20T00:00:01-03:00'))).toEqual(['D+21: remove the entry', 'D+25: cancel the protest']);
    expect([back(s.until(midnight('2026-06-01'))).length, s.file.due_at]).toEqual([2, null]);
  });
  it('again at each end: whoever was to take it back may have left it, because the money went back first', () => {
    const s = byHand(along(...GRAVE)).until(midnight('2026-04-20')).pays('A', '2026-04-20').until('2026-04-20T00:00:01-03:00');
    s.owes('A', undefined, reopened).until(midnight('2026-04-21'));
    expect(back(s)).toHaveLength(2);
    s.pays('A', '2026-04-21').until(midnight('2026-06-01'));
    expect(back(s)).toEqual(['D+21: remove the entry', 'D+25: cancel the protest', 'D+21: remove the entry', 'D+25: cancel the protest']);
    const ids = s.heard<{ task_id: string }>('task-requested').map(({ data }) => data.task_id);
    expect([new Set(ids).size, s.file.due_at]).toEqual([ids.length, null]);
  });
  it('but not what they said they have taken back', () => {
    const s = byHand(along(...GRAVE)).until(midnight('2026-04-20')).pays('A', '2026-04-20').until('2026-04-20T00:00:01-03:00');
    const entry = [...s.file.receivables.values()][0]!.acted.find(({ step }) => step === 'D+21')!;
    s.file = (tookBack(s.file, entry.back!, { at: '2026-04-20T12:00:00.000Z', actor: 'agent-7' }) as { next: typeof s.file }).next;
    s.owes('A', undefined, reopened).until(midnight('2026-04-21')).pays('A', '2026-04-21').until(midnight('2026-06-01'));
    expect(back(s)).toEqual(['D+21: remove the entry', 'D+25: cancel the protest', 'D+25: cancel the protest']);
  });
  it('and what they were asked stands with the step until they say that it is done', () => {
    const s = byHand(along(...GRAVE)).until(midnight('2026-04-20')).pays('A', '2026-04-20').until('2026-04-20T00:00:01-03:00');
    const asked = () => [...s.file.receivables.values()][0]!.acted.flatMap(({ back, back_task }) => (back ? [{ task_id: back, ...back_task! }] : []));
    const heard = s.heard<{ task_id: string; queue: string; reason: string; review_date: string }>('task-requested').map(({ data: { task_id, queue, reason, review_date } }) => ({ task_id, queue, reason, review_date }));
    expect(asked()).toEqual(heard.slice(-2));
    const [entry] = asked();
    const decided = tookBack(s.file, entry!.task_id, { at: '2026-04-21T12:00:00.000Z', actor: 'agent-7' });
    s.file = (decided as { next: typeof s.file }).next;
    expect(asked().map(({ done }) => done)).toEqual([{ at: '2026-04-21T12:00:00.000Z', actor: 'agent-7' }, undefined]);
    for (const task_id of [entry!.task_id, heard[0]!.task_id, 'x']) expect(tookBack(s.file, task_id, { at: '', actor: '' })).toEqual({ ignored: 'nothing-to-take-back', result: false });
  });
  it('the last change of a service, unless the régua leaves that to the platform', () => {
    const s = byHand(habitual()).until(midnight('2026-05-04'));
    expect(back(s.pays('A', '2026-05-04').until(midnight('2026-05-05')))).toEqual(['D+45: restore the service']);
    const other = byHand(habitual()).until(midnight('2026-05-04'));
    const { document } = defaultPolicy('atraso-habitual');
    other.file = { ...other.file, trial: activate({ ...document, thanks: { ...document.thanks, restores: false } }) };
    expect(back(other.pays('A', '2026-05-04').until(midnight('2026-05-05')))).toEqual([]);
  });
  it.each(['open', 'written-off'])('entry and protest, not the service, where it is prescribed: %s', (status) => {
    const s = byHand(along({ step: 'D+5', action: 'service', change: 'limit' }, ...GRAVE)).until(midnight('2026-06-01'));
    if (status !== 'open') s.owes('A', undefined, lost);
    expect(back(s.until(midnight('2031-03-07')))).toEqual([]);
    expect(back(s.until('2031-03-07T12:00:00-03:00'))).toEqual(['D+21: remove the entry', 'D+25: cancel the protest']);
  });
  it('also what the systems would not have and a person was asked to do', () => {
    const s = habitual().until('2026-03-30T12:00:00-03:00');
    answer(s, { outcome: 'rejected', reason: 'answered 422' });
    expect(back(s.pays('A', '2026-03-31').until(midnight('2026-04-01')))).toEqual(['D+22: restore the service']);
    expect(asked(s).map(({ change }) => change)).toEqual(['limit']);
  });
  it('and nobody is asked to do by hand what the end of the debt would have taken back', () => {
    const s = habitual().until('2026-03-30T12:00:00-03:00').pays('A', '2026-03-30');
    answer(s, { outcome: 'rejected', reason: 'answered 422' });
    expect([tasks(s.until(midnight('2026-04-01'))), s.acts[0]!.status]).toEqual([[], 'rejected']);
  });
});

describe('acts of one instant', () => {
  const steps: Step[] = [{ step: 'D+23', action: 'retry' }, { step: 'D+24', action: 'write-off' }];

  it('are all the systems\'', () => {
    const s = along(...steps).until(midnight('2026-03-31'));
    expect([days(s), tasks(s)]).toEqual([['2026-03-30 D+23 retry requested', '2026-03-30 D+24 write-off requested'], []]);
  });
  it('are done though the first of them cannot be for every debt', () => {
    const s = along(...steps).carries();
    for (const debt of ['A', 'B', 'C']) s.owes(debt, '2026-03-06', { instruments: [{ rail: 'CARD' }] });
    s.until('2026-03-20T10:00:00-03:00');
    for (let n = 0; n < 13; n++) s.declines('X', `x${n}`, { network_code: '05' });
    s.until('2026-03-30T12:00:00-03:00');
    const handed = s.heard<{ reason: string; receivable_ids: string[]; task_id: string }>('task-requested').map(({ data }) => data);
    expect(handed.map(({ reason, receivable_ids }) => [reason, receivable_ids.length])).toEqual([['D+23: retry', 2], ['D+24: write-off', 1]]);
    expect(new Set(handed.map(({ task_id }) => task_id)).size).toBe(2);
  });
});

describe('a bureau entry', () => {
  const steps: Step[] = [{ step: 'D+10', action: 'bureau-notice' }, { step: 'D+12', action: 'bureau-listing', notice_days: 15 }];
  it('comes after its notice and its days', () => {
    expect(days(along(...steps).until(midnight('2026-04-30')))).toEqual(['2026-03-16 D+10 notice requested', '2026-03-31 D+12 listing requested']);
  });
  it('counts from the day on which the notice really went', () => {
    const s = along(...steps);
    s.gateSays = 'not_covered';
    s.until(midnight('2026-03-19'));
    s.gateSays = 'owed';
    expect(days(s.until(midnight('2026-04-30'))).slice(-2)).toEqual(['2026-03-19 D+10 notice requested', '2026-04-07 D+12 listing requested']);
  });
  it.each([
    ['no webhook was left to hear of', { outcome: 'unheard' as const }, false],
    ['the webhook has not answered', null, true],
  ])('is for a person where the notice is one that %s', (_, posted, has_webhook) => {
    const s = along(...steps);
    s.file = { ...s.file, has_webhook };
    s.until('2026-03-16T12:00:00-03:00');
    if (posted) answer(s, posted);
    s.until(midnight('2026-04-30'));
    expect([s.acts.map(({ change }) => change), tasks(s)[0]]).toEqual([['notice'], 'D+12: bureau-listing']);
  });
  it('is the systems\' where the webhook took the notice', () => {
    const s = along(...steps);
    s.file = { ...s.file, has_webhook: true };
    answer(s.until('2026-03-16T12:00:00-03:00'), { outcome: 'accepted' });
    expect(s.until(midnight('2026-04-30')).acts.map(({ change }) => change)).toEqual(['notice', 'listing']);
  });
  /** The day on which a person is asked to make the entry. */
  const listedOn = (s: Story) => s.calendar.find((line) => line.endsWith('D+12: bureau-listing'))?.slice(0, 10);
  it('counts its days from the end of the time that a person had to give the notice, not from when they were asked', () => {
    expect(listedOn(along(...steps).carries().until(midnight('2026-04-30')))).toBe('2026-04-02');
  });
  it.each([['rejected', ['2026-03-16 notice', '2026-03-17 notice', '2026-04-01 listing']], ['unanswered', ['2026-03-16 notice']]] as const)('counts no days from a notice that was %s', (outcome, wanted) => {
    const s = along(...steps).until('2026-03-16T12:00:00-03:00').pays('A', '2026-03-16');
    answer(s, { outcome, reason: 'answered 400' });
    s.owes('A', undefined, { status: 'open', collectability: 'owed', open_cents: 10_000, settled_on: null }).until(midnight('2026-05-30'));
    expect([s.acts.map(({ change, planned_at }) => `${planned_at.toISOString().slice(0, 10)} ${change}`), tasks(s).filter((reason) => reason.includes('bureau'))]).toEqual([wanted, []]);
  });
  it('is for a person where the bureau did not take the notice, or a person gave it', () => {
    const s = along(...steps).until('2026-03-16T12:00:00-03:00');
    answer(s, { outcome: 'rejected', reason: 'answered 400' });
    s.until(midnight('2026-04-30'));
    expect([days(s), tasks(s).slice(0, 2)]).toEqual([['2026-03-16 D+10 notice rejected (answered 400)'], ['D+10: notice not done: answered 400', 'D+12: bureau-listing']]);
    expect(listedOn(s)).toBe('2026-04-02');
    expect(tasks(along(...steps).carries('bureau-listing').until(midnight('2026-04-05')))).toEqual(['D+10: bureau-notice', 'D+12: bureau-listing']);
  });
});

describe('what the webhook answers', () => {
  const gone = () => habitual().until('2026-03-30T12:00:00-03:00');
  it('yes', () => {
    const s = gone();
    expect(answer(s, { outcome: 'accepted' })).toBe('accepted');
    expect(s.acts).toMatchObject([{ status: 'accepted', answered_at: s.now, task: null }]);
    expect(answer(s, { outcome: 'rejected', reason: 'x' })).toBeUndefined();
  });
  it.each([['rejected', 'D+22: limit not done: answered 422'], ['unanswered', 'D+22: limit may be done, look first: answered 422']] as const)('%s goes to a person, for whom the régua waits', (outcome, reason) => {
    const s = gone();
    answer(s, { outcome, reason: 'answered 422' });
    expect(s.acts).toMatchObject([{ status: outcome, reason: 'answered 422', task: { queue: 'cobranca', reason, review_date: '2026-04-01' } }]);
    expect(s.standing('A')).toMatchObject({ kind: 'owner', reason, review_date: '2026-04-01' });
    expect(s.until('2026-04-01T12:00:00-03:00').standing('A')).toMatchObject({ kind: 'action', step: 'D+30' });
    expect(tasks(s)).toHaveLength(1);
  });
  it('what may have been done though nobody answered is taken back like the rest', () => {
    const s = gone();
    answer(s, { outcome: 'unanswered', reason: 'x' });
    expect(asked(s.pays('A', '2026-03-31').until(midnight('2026-04-01'))).map(({ change }) => change)).toEqual(['limit', 'restore']);
    // The person who looked may have done it, too.
    expect(tasks(s).at(-1)).toBe('D+22: restore the service');
  });
  it('trouble in giving back is told once, and gone when it is taken after all', () => {
    const s = gone().pays('A', '2026-03-30').until(midnight('2026-03-31'));
    const restored = s.acts.length - 1;
    for (const said of ['answered 500', 'answered 404']) answer(s, { outcome: 'troubled', reason: said }, restored);
    expect([tasks(s), s.standing('A').kind]).toEqual([['D+22: restore not done: answered 500'], 'end']);
    expect(s.acts[restored]).toMatchObject({ status: 'requested', task: { reason: 'D+22: restore not done: answered 500' } });
    answer(s, { outcome: 'accepted' }, restored);
    expect(s.acts[restored]).toMatchObject({ status: 'accepted', task: null });
  });
  it('what a person gave back by hand they are not asked for again', () => {
    const s = gone().pays('A', '2026-03-30').until(midnight('2026-03-31'));
    const restored = s.acts.length - 1;
    answer(s, { outcome: 'troubled', reason: 'answered 500' }, restored);
    s.file = (tookBack(s.file, s.acts[restored]!.task!.task_id, { at: '2026-03-31T12:00:00.000Z', actor: 'agent-7' }) as { next: typeof s.file }).next;
    answer(s, { outcome: 'rejected', reason: 'answered 404' }, restored);
    expect([tasks(s).length, s.acts[restored]]).toEqual([1, expect.objectContaining({ status: 'rejected', task: expect.objectContaining({ done: { at: '2026-03-31T12:00:00.000Z', actor: 'agent-7' } }) })]);
  });
});

describe('a retry that the systems of the creditor make', () => {
  const FUNDS = { network_code: '51' };

  it('is asked for at its time, by what was granted, which counts until its attempt is told', () => {
    const s = card().until('2026-03-06T10:00:00-03:00').declines('A', 'a1', FUNDS).until(midnight('2026-03-14'));
    expect(days(s)).toEqual(['2026-03-13 D+5 retry requested']);
    const granted = { rail: 'CARD', attempt_no: 2, amount_cents: 10_000, by: 'table', because: 'no-funds: payday' };
    expect(asked(s, 'retry')).toEqual([expect.objectContaining(granted)]);
    const counted = (of: Story) => retriesShown(of.file, of.now).map(({ attempts, asked: by, budgets }) => [attempts, by.length, budgets.find(({ limit }) => limit === 'debt-60-days')!.attempts])[0];
    expect(counted(s)).toEqual([1, 1, 2]);
    expect(counted(s.declines('A', 'a2', FUNDS))).toEqual([2, 1, 2]);
  });

  it('is never asked for after a hard stop: the ladder goes on without it, and no message tells of it', () => {
    const s = card().until('2026-03-06T10:00:00-03:00').declines('A', 'a1', { network_code: '43' });
    const before = s.heard('notice-requested').length;
    s.until(midnight('2026-03-20'));
    expect([s.acts, tasks(s).filter((reason) => reason.includes('retry'))]).toEqual([[], []]);
    const said = s.heard('notice-requested').slice(before).map(({ data }) => (data.next_step as { does?: string } | null)?.does);
    expect([said.length > 0, said.includes('retry')]).toEqual([true, false]);
  });

  const waiting = () => {
    const s = card();
    s.gateSays = 'no-answer';
    s.until('2026-03-09T12:00:00-03:00');
    s.gateSays = 'owed';
    return s;
  };

  it('is decided again under the lock: later on the day, never once it was stopped', () => {
    const s = waiting().declines('A', 'a1', { network_code: '91' });
    expect(s.ask(s.acts[0]!)).toBe('planned');
    expect(s.acts[0]).toMatchObject({ reason: 'retry-later', due_at: at('2026-03-09', '18:00') });
    s.declines('A', 'a2', { network_code: '43' });
    expect([s.ask(s.acts[0]!), s.acts[0]!.reason, asked(s, 'retry')]).toEqual(['refused', 'hard-stop', []]);
  });
  it('is given up where its time is beyond its day, as where the platform has announced an attempt, and planned for then', () => {
    const s = waiting().declines('A', 'a1', { network_code: '05', next_attempt_at: '2026-03-09T18:00:00Z' });
    expect([s.ask(s.acts[0]!), s.acts[0]!.reason]).toEqual(['refused', 'retry-later']);
    expect(days(s.until(midnight('2026-03-12'))).slice(1)).toEqual(['2026-03-10 D+1 retry requested']);
  });

  it('is one budget for the debts of a card that fall due in the same instant', () => {
    const s = card('B', 'C', 'D').until('2026-03-06T10:00:00-03:00');
    for (let n = 0; n < 13; n++) s.declines('X', `x${n}`, { attempted_at: at('2026-02-20', '10:00').toISOString(), network_code: '05' });
    s.until('2026-03-09T12:00:00-03:00');
    expect([asked(s, 'retry').length, s.acts.filter(({ status }) => status === 'requested').length]).toEqual([2, 2]);
  });
});
