import { activate, type Condition, type DEFAULT_REGUAS, defaultPolicy } from '@emdia/regua';
import * as fc from 'fast-check';
import { addDays } from '@emdia/calendar';
import { derivedId, type DataOf, type DunningNoticeRequested, type DunningTaskRequested } from '@emdia/contracts';
import { anyPolicy } from '../../test/policies';
import { Story } from '../../test/story';
import type { CaseFile } from '../cases/case-file';
import { placeHold } from '../holds/hold';
import { outlook } from './outlook';
import { preview } from './preview';

const at = (day: string, hour = '00:00') => new Date(`${day}T${hour}:00-03:00`);
const story = (day: string) => new Story(at(day)).customer('SP');
const days = (dated: readonly { what: string; day: string }[]) => dated.map(({ what, day }) => `${day} ${what}`);

it('an outlook is what the case then lives through, along whatever régua, and changes nothing', () => {
  const seen = { messages: 0, tasks: 0 };
  const book = fc.array(fc.nat(60), { minLength: 1, maxLength: 3 });
  fc.assert(fc.property(book, anyPolicy, fc.nat(40), (due, policy, wait) => {
    const s = story('2026-02-02').publishes(policy);
    due.forEach((offset, n) => s.owes(`R${n}`, addDays('2026-02-05', offset)));
    s.follows(policy.version).until(at(addDays('2026-02-03', wait)).toISOString());
    const { file, now, sent: { length } } = s;
    // What its creditor published are functions, which nothing clones.
    const { published: _, ...own } = file;
    const copy = structuredClone(own);
    const seenAhead = outlook(file, null, now, 30);
    expect(own).toEqual(copy);
    fc.pre(seenAhead.limits.budget === 0);
    expect(outlook({ ...file, regua_version: null }, policy, now, 30)).toEqual(seenAhead);
    s.until(new Date(now.getTime() + 30 * 86_400_000).toISOString());
    const lived = s.sent.slice(length);
    expect(days(seenAhead.messages)).toEqual(lived.filter(({ contract }) => contract.type === 'dunning.notice-requested.v1').map(({ data }) => data as DataOf<typeof DunningNoticeRequested>).map(({ local_day, step }) => `${local_day} ${step}`));
    expect(seenAhead.tasks.map(({ what }) => what)).toEqual(lived.filter(({ contract }) => contract.type === 'dunning.task-requested.v1').map(({ data }) => (data as DataOf<typeof DunningTaskRequested>).reason));
    seen.messages += seenAhead.messages.length;
    seen.tasks += seenAhead.tasks.length;
  }), { numRuns: 150 });
  expect(seen.messages).toBeGreaterThan(100);
  expect(seen.tasks).toBeGreaterThan(30);
});

describe('limits that bite', () => {
  const limits = (s: Story, name: (typeof DEFAULT_REGUAS)[number] = 'esquecido') => outlook(s.file, defaultPolicy(name), s.now, 30).limits;
  const none = { merged: 0, 'day-moved': 0, budget: 0, 'no-channel': 0, held: 0 };

  it('steps that meet on a weekend are merged', () => expect(limits(story('2026-03-01').owes('A', '2026-03-06'))).toEqual({ ...none, merged: 1 }));
  it('nobody is asked more than four times in seven days, earlier messages included, and what is left moves to another day', () => {
    const s = story('2026-03-01');
    for (let n = 0; n < 8; n++) s.owes(`R${n}`, addDays('2026-03-05', n));
    s.until('2026-03-05T00:00:00-03:00');
    const { messages, limits: bitten } = outlook(s.file, defaultPolicy('esquecido'), s.now, 30);
    expect(bitten.budget).toBeGreaterThan(0);
    expect(bitten['day-moved']).toBeGreaterThan(0);
    const asked = [...s.heard<{ local_day: string }>('notice-requested').map(({ data }) => data.local_day), ...messages.map(({ day }) => day)];
    for (const day of asked) expect(asked.filter((other) => other <= day && other > addDays(day, -7)).length).toBeLessThanOrEqual(4);
  });
  it('nor more often than the creditor lets them be asked, where it has a rule of its own', () => {
    const s = story('2026-03-01').owes('A', '2026-03-06');
    const asked = (contacts_max: number) => outlook({ ...s.file, own_budgets: [{ days: 7, contacts_max }, { days: 30, contacts_max: 7 }] }, defaultPolicy('esquecido'), s.now, 30);
    expect(asked(7).limits.budget).toBe(0);
    const { messages, limits: bitten } = asked(1);
    expect(bitten.budget).toBeGreaterThan(0);
    for (const { day } of messages) expect(messages.filter((other) => other.day <= day && other.day > addDays(day, -7))).toHaveLength(1);
  });
  it('who has no address is not reached', () => expect(limits(new Story(at('2026-03-01')).customer('SP', false).owes('A', '2026-03-06'))).toMatchObject({ 'no-channel': 2 }));
  it('what is held is silent', () => {
    const s = story('2026-03-01').owes('A', '2026-03-06');
    s.take((file, now) => placeHold(file, { hold_id: derivedId('h'), receivable_ids: [], reason: 'illness', review_date: '2026-05-20', actor: 'ana' }, now));
    expect(outlook(s.file, null, s.now, 30)).toEqual({ messages: [], tasks: [], limits: { ...none, held: 1 } });
  });
});

describe('a preview', () => {
  const files = () => ['A', 'B'].map((name, n) => ({ ...story('2026-03-01').owes(name, addDays('2026-03-06', 3 * n)).file, customer_id: `C-${n}` }));

  it('says who would move, and what falls due in thirty days before and after', async () => {
    expect(await preview(files(), defaultPolicy('dificuldade'), at('2026-03-01'))).toEqual({
      regua_version: 'dificuldade-1', days: 30, cases: 2, opens_with: [{ regua_version: 'esquecido-1', cases: 2, silent: false }], excluded: [],
      moves: [
        { customer_id: 'C-0', from_version: 'esquecido-1', from: { what: 'D-3', day: '2026-03-03' }, to: { what: 'D+5', day: '2026-03-11' } },
        { customer_id: 'C-1', from_version: 'esquecido-1', from: { what: 'D-3', day: '2026-03-06' }, to: { what: 'D+5', day: '2026-03-16' } },
      ],
      before: {
        messages: 11, tasks: 0, most_messages_of_one_person: 6, limits: { merged: 1, 'day-moved': 0, budget: 0, 'no-channel': 0, held: 0 },
        by_step: [{ step: 'D-3', messages: 2 }, { step: 'D0', messages: 2 }, { step: 'D+1', messages: 1 }, { step: 'D+3', messages: 2 }, { step: 'D+7', messages: 2 }, { step: 'D+15', messages: 2 }],
      },
      after: { messages: 2, tasks: 2, most_messages_of_one_person: 1, limits: { merged: 0, 'day-moved': 0, budget: 0, 'no-channel': 0, held: 0 }, by_step: [{ step: 'D+5', messages: 2 }] },
    });
  });

  it('of the régua that they follow moves nobody', async () => expect((await preview(files(), defaultPolicy('esquecido'), at('2026-03-01'))).moves).toEqual([]));
  it('says what they would open with were it published, and whom nobody would write to then', async () => {
    const { document } = defaultPolicy('esquecido');
    const nossa = (unless: Condition) => activate({ ...document, regua: 'nossa', for: { priority: 1, unless } });
    const seen = async (unfitted: CaseFile['unfitted'], unless: Condition) => {
      const { opens_with, excluded } = await preview(files().map((file) => ({ ...file, unfitted })), nossa(unless), at('2026-03-01'));
      return [opens_with.map(({ regua_version, cases, silent }) => `${cases} ${regua_version}${silent ? ' silent' : ''}`), excluded];
    };
    expect(await seen('task', { customers: ['C-1'] })).toEqual([['1 nossa-1', '1 sem-regua-1 silent'], ['C-1']]);
    expect(await seen(undefined, { customers: ['C-1'] })).toEqual([['1 esquecido-1', '1 nossa-1'], []]);
    expect(await seen('task', { customers: ['C-9'] })).toEqual([['2 nossa-1'], []]);
  });
  it('of people alone has no message', async () => expect((await preview(files(), defaultPolicy('sem-regua'), at('2026-03-01'))).after).toMatchObject({ messages: 0, tasks: 6 }));
  it('of a change tries the change', async () => {
    const { document } = defaultPolicy('esquecido');
    const later = activate({ ...document, version: 2, contact: { ...document.contact, weekdays: ['fri'] }, steps: document.steps.filter(({ step }) => ['D-3', 'D+15'].includes(step)) });
    expect(await preview(files().slice(0, 1), later, at('2026-03-01'))).toMatchObject({ regua_version: 'esquecido-2', moves: [{ to: { what: 'D-3', day: '2026-03-06' } }], after: { messages: 2 } });
  });
});
