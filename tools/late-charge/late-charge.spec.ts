import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lateCharges } from '@emdia/money';
import { answer } from './main';

const ASKED = '--cents 10000 --due 2026-01-10 --paid 2026-02-03 --fine 2 --interest 1';
const ask = (words: string) => answer(words.split(' '));
const json = (words: string) => JSON.parse(ask(`${words} --json`).out!) as Record<string, number>;

describe('late-charge', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'late-charge-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const policy = (content: unknown): string => {
    const file = join(folder, 'policy.json');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };

  it('counts by the boleto rule and rounds the day', () => {
    // Saturday the 10th was payable until Monday; since the Saturday it is 24 days at 3.33 cents, rounded to 3.
    expect(json(ASKED)).toEqual({ fine_cents: 200, interest_cents: 72, total_cents: 10_272, days: 24 });
    expect(Object.keys(json(ASKED))).toEqual(['fine_cents', 'interest_cents', 'total_cents', 'days']);
    expect(json(ASKED.replace('02-03', '01-12'))).toEqual({ fine_cents: 0, interest_cents: 0, total_cents: 10_000, days: 0 });
  });

  it('says why', () => {
    expect(ask(ASKED).out!.split('\n')).toEqual([
      'R$ 100,00, due on Saturday 2026-01-10, paid on Tuesday 2026-02-03 (calendar: bank days).',
      'The due date is no business day: until Monday 2026-01-12 it can be paid without any charge (Lei 7.089/1983).',
      'It is late: days count from the original due date, 2026-01-10 (ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY).',
      'Fine: 2% of R$ 100,00, once: R$ 2,00.', 'Interest: 1% / 30 a day is R$ 0,03, rounded to the cent, for 24 calendar days: R$ 0,72.',
      'Total: R$ 100,00 + R$ 2,00 + R$ 0,72 = R$ 102,72.',
    ]);
    expect(ask(ASKED.replace('02-03', '01-12')).out).toContain('Paid in time: R$ 100,00.');
    const fixed = policy({ fine_cents: 500, interest_daily_cents: 7, interest_days: 'BUSINESS', interest_max_percent: '1', validity_days: 5, fine_max_percent: '2' });
    const words = ask(`--cents 10000 --due 2026-01-10 --paid 2026-02-03 --policy ${fixed}`).out;
    for (const part of ['until Monday 2026-01-19, 5 days', 'R$ 5,00, fixed, once, at most 2%: R$ 2,00', 'R$ 0,07 a day, for 17 business days: R$ 1,00', 'at most 1% of R$ 100,00']) expect(words).toContain(part);
    expect(ask(`${ASKED} --policy ${policy({ interest_rounding: 'TOTAL', accrual_start: 'ROLLED' })}`).out).toMatch(/moved due date, 2026-01-12[^]*rounded to the cent once, at the end: R\$ 0,73/);
  });

  it('takes the calendar it is told', () => {
    // Tiradentes, a Tuesday: no bank day, and yet a weekday.
    const at = (calendar: string) => json(`--cents 30000 --due 2026-04-21 --paid 2026-04-22 --fine 2 --interest 1 --calendar ${calendar}`).days;
    expect([at('br'), at('weekends')]).toEqual([0, 1]);
  });

  it('takes a policy, in either spelling, with numbers for rates; the flags come before it', () => {
    const rolled = { fine_cents: 0, interest_cents: 0, days: 22 };
    expect(json(`--cents 10000 --due 2026-01-10 --paid 2026-02-03 --policy ${policy({ accrualStart: 'ROLLED', finePercent: 0, interest_monthly_percent: '0' })}`)).toMatchObject(rolled);
    expect(json(`${ASKED} --policy ${policy({ fine_percent: '9', interest_monthly_percent: 9, interest_rounding: 'TOTAL' })}`)).toEqual({ fine_cents: 200, interest_cents: 80, total_cents: 10_280, days: 24 });
    expect(json(`--cents 10000 --due 2026-01-10 --paid 2026-02-03 --policy ${policy({ fine_cents: 1_000, fine_max_percent: '2', interest_yearly_percent: '12' })}`)).toMatchObject({ fine_cents: 200, interest_cents: 72 });
  });

  it('computes by the code of the ledger', () => {
    const { fine_cents, interest_cents, total_cents, days_late } = lateCharges({
      open_cents: 123_456, due_date: '2026-02-14', on_date: '2026-05-01',
      policy: { fine_percent: '1.5', interest_monthly_percent: '0.75', interest_rounding: 'DAILY_AMOUNT', accrual_start: 'ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY' },
    });
    expect(json('--cents 123456 --due 2026-02-14 --paid 2026-05-01 --fine 1.5 --interest 0.75')).toEqual({ fine_cents, interest_cents, total_cents, days: days_late });
  });

  it.each([
    ['', '--cents is missing'], ['--cents 100', '--due is missing'], ['--cents 100 --due 2026-01-10', '--paid is missing'], [ASKED.replace('10000', '-5'), 'cents'], [ASKED.replace('10000', '1.5'), '--cents is no whole number'],
    [ASKED.replace('01-10', '02-30'), '--due is no date'], [ASKED.replace('2026-02-03', '03/02/2026'), '--paid is no date'], [ASKED.replace('--fine 2 ', ''), '--fine is missing'],
    [ASKED.replace(' --interest 1', ''), '--interest is missing'], [ASKED.replace('--fine 2', '--fine 2%'), 'fine_percent is not as it must be: "2%"'], [ASKED.replace('--interest 1', '--interest 1,5'), 'interest_monthly_percent'],
    [`${ASKED} --calendar us`, '--calendar is br or weekends'], [`${ASKED} --what`, "Unknown option '--what'"], [`${ASKED} more`, 'more'], [`${ASKED} --policy nowhere.json`, 'cannot be read'],
  ])('refuses %j with exit code 64', (words, reason) => {
    const { code, out, err } = answer(words === '' ? [] : words.split(' '));
    expect([code, out]).toEqual([64, undefined]);
    expect(err).toContain(reason);
    expect(err).toContain('npm run late-charge --');
  });

  it.each([['{', 'is no JSON'], ['[]', 'no JSON object'], [{ fine: 1 }, 'unknown field, fine'], [{ accrual_start: 'LATER' }, 'accrual_start'], [{ validity_days: -1 }, 'validity_days'], [{ fine_cents: 1.5 }, 'fine_cents']])(
    'refuses the policy %j', (content, reason) => expect(ask(`${ASKED} --policy ${policy(content)}`)).toMatchObject({ code: 64, err: expect.stringContaining(reason) }));

  it('is a command', () => {
    const run = (...args: string[]) => spawnSync(process.execPath, ['-r', '@swc-node/register', join(__dirname, 'main.ts'), ...args], { cwd: join(__dirname, '../..'), encoding: 'utf8' });
    expect(run(...ASKED.split(' '), '--json')).toMatchObject({ status: 0, stdout: '{"fine_cents":200,"interest_cents":72,"total_cents":10272,"days":24}\n', stderr: '' });
    expect(run('--cents', 'x')).toMatchObject({ status: 64, stdout: '' });
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('npm run late-charge') });
  });
});
