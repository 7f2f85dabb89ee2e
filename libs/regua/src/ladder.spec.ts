import { activate, choose, defaultPolicy, DEFAULT_REGUAS, nextMoves, placeOf, type Debt, type Regua, type Step } from '.';
import { debt, facts, regua, step } from '../test/given';

const policy = (steps: readonly Step[], more: Partial<Regua> = {}) => activate(regua({ steps: [...steps], ...more }));
type Steps = readonly Step[];
const moves = (steps: Steps, today: string, more: Partial<Debt> = {}, free?: (from: string) => string) => {
  const made = policy(steps);
  return nextMoves(made, debt(today, more), free ?? ((from) => made.open.onOrAfter(from > today ? from : today, 'SP')));
};
const contact = (...args: Parameters<typeof moves>) => { const { contact: found } = moves(...args); return found && `${found.step.step} on ${found.day}`; };
const act = (...args: Parameters<typeof moves>) => { const { act: found } = moves(...args); return found && `${found.step.step} on ${found.day}`; };

describe('steps by their days', () => {
  const steps = [step('D-3'), step('D0'), step('D+3'), step('D+5', { days: 'business' })];

  it('before and on the due date count from it and move earlier; later ones from the last free day and move later', () => {
    // Due on a Sunday, payable on Monday without charge; the week after holds Carnival on 16 and 17 February.
    const sunday = { original_due_date: '2026-02-08', effective_due_date: '2026-02-09' };
    expect(policy(steps).plannedDays(sunday.original_due_date, sunday.effective_due_date, 'SP')).toEqual(['2026-02-05', '2026-02-06', '2026-02-12', '2026-02-18']);
  });
  it('of business days skip weekends and bank holidays', () => expect(contact([step('D+3'), step('D+6', { days: 'business' })], '2026-02-12', { sent: ['D+3'] })).toBe('D+6 on 2026-02-18'));
  it('keep to the weekdays wanted', () => {
    const wednesdays = policy([step('D-3'), step('D+3')], { contact: { hour: '10:00', channels: ['email'], weekdays: ['wed'] } });
    expect(wednesdays.plannedDays('2026-03-06', '2026-03-06', 'SP')).toEqual(['2026-02-25', '2026-03-11']);
  });
  it('come in their turn', () => {
    expect(contact(steps, '2026-02-01')).toBe('D-3 on 2026-02-03');
    expect(contact(steps, '2026-02-04', { sent: ['D-3'] })).toBe('D0 on 2026-02-06');
    expect(moves(steps, '2026-03-04', { sent: ['D+5'] })).toEqual({ contact: null, act: null });
  });
});

it('what was sent along another régua counts by its day', () => {
  const steps = [step('D-7'), step('D+2'), step('D+10')];
  expect(contact(steps, '2026-02-04', { sent: ['D-3'] })).toBe('D+2 on 2026-02-09');
  expect(contact(steps, '2026-02-09', { sent: ['D+3'] })).toBe('D+10 on 2026-02-18');
  expect(contact(steps, '2026-02-01', { sent: ['D-9'] })).toBe('D-7 on 2026-02-02');
});

describe('missed steps', () => {
  const steps = [step('D-3'), step('D+3'), step('D+10'), step('D+20')];
  it('are merged into the firmest whose day has come', () => expect(moves(steps, '2026-02-18').contact).toMatchObject({ step: { step: 'D+10' }, merged: ['D-3', 'D+3'], last: false }));
  it('merge with what comes due while the day is taken', () => expect(contact(steps, '2026-02-10', {}, () => '2026-02-19')).toBe('D+10 on 2026-02-19'));
  it('that lie before one that was sent are not sent any more', () => expect(contact(steps, '2026-02-18', { sent: ['D+10'] })).toBe('D+20 on 2026-02-26'));
  it('that did not hold on their day are passed, however old the debt grows', () => {
    const some = [step('D+3'), step('D+10', { unless: { age_days: { max: 12 } } }), step('D+20', { when: { age_days: { max: 25 } } }), step('D+30')];
    // D+10 falls on Wednesday 18 February, twelve days after the due date.
    for (const today of ['2026-02-10', '2026-02-18', '2026-02-19', '2026-02-25']) expect(contact(some, today, { sent: ['D+3'] })).toBe('D+20 on 2026-02-26');
    expect(contact(some, '2026-03-04', { sent: ['D+3'] })).toBe('D+30 on 2026-03-09');
  });
  it('say where the last message is reached', () => expect(moves(steps, '2026-03-02').contact).toMatchObject({ step: { step: 'D+20' }, last: true }));

  it('without a message are done one by one, of a kind only the last', () => {
    const grave = [step('D+3'), step('D+10', { action: 'service', change: 'limit' }), step('D+12', { action: 'task', reason: 'ligar' }), step('D+20', { action: 'service', change: 'suspend' })];
    const late = { sent: ['D+3'], told_on: '2026-02-09' };
    expect(act(grave, '2026-02-10', late)).toBe('D+10 on 2026-02-18');
    expect(act(grave, '2026-03-02', late)).toBe('D+12 on 2026-03-02');
    expect(act(grave, '2026-03-02', { ...late, acted: [{ step: 'D+12', on: '2026-03-02' }] })).toBe('D+20 on 2026-03-02');
    expect(act(grave, '2026-03-02', { ...late, acted: [{ step: 'D+20', on: '2026-03-02' }] })).toBe('D+12 on 2026-03-02');
    expect(act(grave, '2026-03-02', { ...late, acted: [{ step: 'D+20', on: '2026-03-02' }, { step: 'D+12', on: '2026-03-02' }] })).toBeNull();
  });
});

describe('a clock that stood still', () => {
  const steps = [step('D-3'), step('D0'), step('D+3'), step('D+10')];
  it('moves the steps after the due date, and no other', () => {
    expect(contact(steps, '2026-02-10', { sent: ['D0'], paused_days: 5 })).toBe('D+3 on 2026-02-18');
    expect(contact(steps, '2026-02-01', { paused_days: 5 })).toBe('D-3 on 2026-02-03');
  });
  it('does not change how old the debt is', () => {
    const aged = [step('D+3', { when: { age_days: { max: 11 } } }), step('D+10', { when: { age_days: { min: 13 } } })];
    expect(contact(aged, '2026-02-10', { paused_days: 8 })).toBe('D+10 on 2026-02-24');
  });
});

it('nobody is told that a debt is due today once it is late', () => {
  const steps = [step('D-3'), step('D0'), step('D+10')];
  expect(contact(steps, '2026-02-05')).toBe('D-3 on 2026-02-05');
  expect(contact(steps, '2026-02-06')).toBe('D0 on 2026-02-06');
  expect(moves(steps, '2026-02-09').contact).toMatchObject({ step: { step: 'D+10' }, day: '2026-02-18', merged: ['D-3', 'D0'] });
});

describe('what comes first', () => {
  const grave = [step('D+3'), step('D+10', { action: 'service', change: 'limit' }), step('D+15', { action: 'bureau-notice' }), step('D+30', { action: 'bureau-listing', notice_days: 10 })];
  it('is a message, before any consequence, and never on its day', () => {
    expect(act(grave, '2026-02-20')).toBeNull();
    expect(act(grave, '2026-02-20', { sent: ['D+3'], told_on: '2026-02-20' })).toBe('D+10 on 2026-02-23');
  });
  it('is the notice, and its days, before an entry', () => {
    const told = { sent: ['D+3'], told_on: '2026-02-09' };
    expect(act(grave, '2026-03-20', { ...told, acted: [{ step: 'D+10', on: '2026-02-18' }] })).toBe('D+15 on 2026-03-20');
    expect(act(grave, '2026-03-21', { ...told, acted: [{ step: 'D+10', on: '2026-02-18' }, { step: 'D+15', on: '2026-03-20' }] })).toBe('D+30 on 2026-03-30');
    expect(act(grave, '2026-03-21', { ...told, acted: [{ step: 'D+10', on: '2026-02-18' }, { step: 'D+15', on: null }] })).toBeNull();
    expect(act(grave, '2026-03-21', { ...told, acted: [{ step: 'D+10', on: '2026-02-18' }, { step: 'D+15', on: '2026-03-22' }, { step: 'D+15', on: null }] })).toBe('D+30 on 2026-04-01');
  });
});

it('an entry that waits for its days is not lost to a task that comes meanwhile, nor done twice', () => {
  const steps = [step('D+3'), step('D+15', { action: 'bureau-notice' }), step('D+30', { action: 'bureau-listing', notice_days: 10 }), step('D+32', { action: 'task', reason: 'ligar' })];
  const told = { sent: ['D+3'], told_on: '2026-02-09' };
  const noticed = [{ step: 'D+15', on: '2026-03-11' }];
  expect(act(steps, '2026-03-12', { ...told, acted: noticed })).toBe('D+32 on 2026-03-12');
  expect(act(steps, '2026-03-13', { ...told, acted: [...noticed, { step: 'D+32', on: '2026-03-12' }] })).toBe('D+30 on 2026-03-23');
  expect(act(steps, '2026-03-24', { ...told, acted: [...noticed, { step: 'D+32', on: '2026-03-12' }, { step: 'D+30', on: '2026-03-23' }] })).toBeNull();
});

it('acts of another régua pass those here that are no later', () => {
  const steps = [step('D+3'), step('D+10', { action: 'task', reason: 'a' }), step('D+20', { action: 'retry' })];
  expect(act(steps, '2026-03-12', { acted: [{ step: 'D+12', on: '2026-02-18' }] })).toBe('D+20 on 2026-03-12');
});

describe('conditions', () => {
  const steps = [step('D+3', { when: { amount_cents: { min: 5_000 } } }), step('D+3', { template: 'duvida' }), step('D+10', { unless: { reached: ['email'] } }), step('D+20', { when: { causes: ['forgot'] } })];
  const chosen = (more: Partial<typeof facts>, today = '2026-02-09', rest: Partial<Debt> = {}) => moves(steps, today, { facts: { ...facts, ...more }, ...rest }).contact?.step;

  it('choose among alternatives, the first that holds', () => {
    expect(chosen({ amount_cents: 5_000 })).toMatchObject({ template: 'lembrete' });
    expect(chosen({ amount_cents: 4_999 })).toMatchObject({ template: 'duvida' });
  });
  it('leave a step out, and a fact that nobody knows holds nothing', () => {
    expect(chosen({}, '2026-02-18', { sent: ['D+3'] })).toMatchObject({ step: 'D+10' });
    expect(chosen({ reached: ['email'] }, '2026-02-18', { sent: ['D+3'] })).toBeUndefined();
    expect(chosen({ reached: ['email'], cause: 'forgot' }, '2026-02-18', { sent: ['D+3'] })).toMatchObject({ step: 'D+20' });
  });
  it('on the age are asked of the day of the step', () => {
    const aged = [step('D+3', { when: { age_days: { max: 5 } } }), step('D+10', { when: { age_days: { min: 10 } } })];
    expect(contact(aged, '2026-02-01')).toBe('D+3 on 2026-02-09');
    expect(contact(aged, '2026-02-12')).toBe('D+10 on 2026-02-18');
  });
  it('of every other kind', () => {
    const known = { ...facts, segment: 'gold', score: 700, late_before: 2, case_amount_cents: 90_000 };
    const all = { segments: ['gold'], score: { min: 600, max: 800 }, late_before: { max: 2 }, case_amount_cents: { min: 90_000 }, customers: ['C-1'] };
    const asked = (more: object) => contact([step('D+3', { when: { ...all, ...more } })], '2026-02-09', { facts: known });
    expect(asked({})).toBe('D+3 on 2026-02-09');
    for (const wrong of [{ segments: ['silver'] }, { score: { min: 701 } }, { late_before: { max: 1 } }, { case_amount_cents: { max: 89_999 } }, { customers: ['C-2'] }]) expect(asked(wrong)).toBeNull();
  });
});

describe('the channel', () => {
  const steps = [step('D+3', { channels: ['whatsapp', 'sms'] }), step('D+10')];
  it('is the first one wanted that is open', () => expect(moves(steps, '2026-02-09', { channels: ['sms', 'email'] }).contact?.channel).toBe('sms'));
  it('of a step that reaches nobody does not keep those from being sent that do', () => {
    const first = [step('D-3', { channels: ['letter'] }), step('D+3'), step('D+10', { channels: ['letter'] })];
    expect(moves(first, '2026-02-01', { channels: ['email'] }).contact).toMatchObject({ step: { step: 'D+3' }, channel: 'email', merged: ['D-3'], last: true });
    expect(moves(first, '2026-02-01', { channels: [] }).contact).toMatchObject({ step: { step: 'D-3' }, channel: null });
  });
  it('is none where all wanted are closed, of every step that is left', () => expect(moves(steps.slice(0, 1), '2026-02-09').contact?.channel).toBeNull());
  it('is that of the régua where the step wants none', () => expect(moves(steps, '2026-02-18', { sent: ['D+3'] }).contact?.channel).toBe('email'));
});

describe('the régua for a debt', () => {
  const all = DEFAULT_REGUAS.map(defaultPolicy);
  it.each([
    ['esquecido', {}], ['bom-pagador', { cause: 'no-money' as const }], ['dificuldade', { cause: 'no-money' as const, late_before: 2 }], ['meio-de-pagamento', { cause: 'payment-method' as const, case_amount_cents: 900_000 }],
    ['atraso-habitual', { late_before: 3 }], ['alto-valor', { late_before: 3, case_amount_cents: 500_000 }], ['esquecido', { late_before: 9, case_amount_cents: 500_000, cause: 'already-paid' as const }],
  ])('is %s where it fits best', (name, more) => expect(choose(all, { ...facts, ...more }, 0)?.version).toBe(`${name}-1`));
  it('is none where none is for everybody', () => expect(choose(all.slice(1), facts, 0)).toBeNull());
});

describe('a share of all customers', () => {
  const half = (name: string, from_percent: number, to_percent: number) => policy([step('D+3')], { regua: name, for: { priority: 1, when: { share: { group: 'teste-a', from_percent, to_percent } } } });
  const [one, other] = [half('um', 0, 50), half('outro', 50, 100)];
  const customers = Array.from({ length: 2_000 }, (_, n) => `C-${n}`);
  const chosen = (customer_id: string) => choose([one, other], { ...facts, customer_id }, 0)!.version;

  it('is as large as it says, leaves nobody out, and never changes', () => {
    const first = customers.filter((id) => chosen(id) === 'um-1').length;
    expect(Math.abs(first - 1_000)).toBeLessThan(90);
    expect(customers.slice(0, 8).map(chosen)).toEqual(['um-1', 'um-1', 'um-1', 'outro-1', 'outro-1', 'outro-1', 'um-1', 'outro-1']);
  });
  it('of another group is another one', () => expect(customers.some((id) => (placeOf('teste-a', id) < 50) !== (placeOf('teste-b', id) < 50))).toBe(true));
});

it('is decided in less than 50 µs of CPU', () => {
  const all = DEFAULT_REGUAS.map(defaultPolicy);
  const debts = ['2026-01-20', '2026-02-06', '2026-02-20', '2026-04-01'].map((today) => debt(today, { sent: ['D-3'], told_on: '2026-02-08', facts: { ...facts, late_before: 3 } }));
  const decide = (count: number) => { for (let n = 0; n < count; n++) { const of = all[n % all.length]!; nextMoves(of, debts[n % debts.length]!, (from) => of.open.onOrAfter(from, 'SP')); } };
  decide(20_000);
  const before = process.cpuUsage();
  decide(100_000);
  const { user, system } = process.cpuUsage(before);
  console.info(`${((user + system) / 100_000).toFixed(1)} µs a decision`);
  expect((user + system) / 100_000).toBeLessThan(50);
});
