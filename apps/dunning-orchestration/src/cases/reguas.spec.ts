import { weekday } from '@emdia/calendar';
import { activate, defaultPolicy, isContact } from '@emdia/regua';
import { creditor_id, receivableId, Story } from '../../test/story';
import { houseVersion, policyOf } from '../reguas/policy';
import { askForMoney } from './notices';
import { plan } from './plan';

const at = (day: string, hour = '00:00') => new Date(`${day}T${hour}:00-03:00`);
/** A debt due on Friday 6 March 2026 that nobody pays, along a régua; Good Friday is 3 April. */
const lived = (version: string, until = '2026-06-15', cents = 10_000) =>
  new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06', { open_cents: cents, amount_cents: cents }).follows(version).until(`${until}T00:00:00-03:00`);

describe('the calendar of each régua of the house, for a debt that nobody pays', () => {
  it.each([
    ['esquecido-1', [
      '2026-03-03 D-3', '2026-03-06 D0', '2026-03-09 D+3', '2026-03-13 D+7', '2026-03-23 D+15', '2026-04-06 D+30',
      '2026-04-06 regua-ended', '2026-04-13 regua-ended', '2026-05-13 regua-ended', '2026-06-12 regua-ended',
    ]],
    ['bom-pagador-1', [
      '2026-03-03 D-3', '2026-03-09 D+2', '2026-03-16 D+10', '2026-03-31 D+25', '2026-04-15 D+40: conversar e combinar uma saída',
      '2026-04-20 regua-ended', '2026-04-30 regua-ended', '2026-05-30 regua-ended',
    ]],
    ['meio-de-pagamento-1', [
      '2026-02-27 D-5', '2026-03-09 D+1: retry', '2026-03-11 D+4', '2026-03-13 D+5: retry', '2026-03-18 D+12', '2026-03-26 D+20', '2026-04-06 D+30: ajudar a cadastrar outra forma de pagar',
      '2026-04-11 regua-ended', '2026-04-18 regua-ended', '2026-05-18 regua-ended',
    ]],
    ['dificuldade-1', [
      '2026-03-11 D+5', '2026-03-18 D+12: ouvir e avaliar superendividamento', '2026-04-13 D+35', '2026-05-20 D+75', '2026-05-20 regua-ended',
    ]],
    ['atraso-habitual-1', [
      '2026-02-27 D-5', '2026-03-06 D0', '2026-03-09 D+2', '2026-03-16 D+8', '2026-03-23 D+15', '2026-03-30 D+22: service limit', '2026-04-06 D+30',
      '2026-04-20 D+45: service suspend', '2026-05-05 D+60: decidir com o cliente como seguir', '2026-05-12 regua-ended', '2026-05-19 regua-ended',
    ]],
    ['alto-valor-1', [
      '2026-02-27 D-7', '2026-03-05 D-1', '2026-03-09 D+1', '2026-03-11 D+3: ligar e saber se está tudo certo', '2026-03-16 D+10', '2026-03-26 D+20: ligar e combinar uma saída',
      '2026-04-10 D+35', '2026-04-10 regua-ended', '2026-04-15 regua-ended', '2026-04-30 regua-ended', '2026-05-15 regua-ended', '2026-05-30 regua-ended', '2026-06-14 regua-ended',
    ]],
  ])('%s', (version, calendar) => {
    const s = lived(version);
    expect(s.calendar).toEqual(calendar);
    expect(s.standing('A')).toMatchObject({ kind: 'owner', queue: houseVersion(version)!.document.end.queue });
  });

  it('asks less of a small amount', () => expect(lived('atraso-habitual-1', '2026-04-25', 4_999).calendar.slice(4)).toEqual(['2026-03-23 D+15', '2026-04-06 D+30']));
  it('writes at the hour of the régua', () => expect(lived('meio-de-pagamento-1', '2026-03-01').notices).toEqual(['2026-02-27 12:30 collection D-5']));
  it('keeps to the weekdays of its creditor, and to those that it wants of them', () => {
    const days = (own_weekdays: number[], version = 'esquecido-1') => {
      const s = new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06').follows(version);
      s.file = { ...s.file, own_weekdays };
      return s.owes('A').until('2026-05-01T00:00:00-03:00').notices.map((notice) => weekday(notice.slice(0, 10)));
    };
    expect(new Set(days([3]))).toEqual(new Set([3]));
    expect(new Set(days([2, 4]))).toEqual(new Set([2, 4]));
  });
  const atHalfPastThree = () => {
    const { document } = defaultPolicy('esquecido');
    return new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06').publishes(activate({ ...document, regua: 'tarde', contact: { ...document.contact, hour: '15:30' } }));
  };
  it('writes within the hours of its creditor: at the hour of the régua, at their opening, or in the last of them', () => {
    const hours = (from: string, to: string) => {
      const s = atHalfPastThree();
      s.file = { ...s.file, own_hours: { from, to } };
      const [notice] = s.owes('A').until('2026-03-04T00:00:00-03:00').heard('notice-requested');
      return [notice!.time, notice!.data.valid_until].map((time) => String(time).slice(0, 16));
    };
    expect(hours('10:00', '17:00')).toEqual(['2026-03-03T18:30', '2026-03-03T20:00']);
    expect(hours('16:15', '22:00')).toEqual(['2026-03-03T19:15', '2026-03-03T22:00']);
    expect(hours('09:00', '12:00')).toEqual(['2026-03-03T14:00', '2026-03-03T15:00']);
    expect(hours('09:00', '15:45')).toEqual(['2026-03-03T17:45', '2026-03-03T18:45']);
  });
  it('moves to the next day what its creditor\'s hours are over for by then', () => {
    const s = atHalfPastThree().until('2026-03-03T15:10:00-03:00');
    s.file = { ...s.file, own_hours: { from: '09:00', to: '12:00' } };
    expect(s.until('2026-03-05T00:00:00-03:00').notices).toEqual(['2026-03-04 14:00 collection D-3']);
  });
  it('names it in every notice', () => expect(lived('alto-valor-1', '2026-03-10').heard('notice-requested').map(({ data }) => data.regua_version)).toEqual(Array(3).fill('alto-valor-1')));
});

describe('a step for a person', () => {
  const called = () => lived('alto-valor-1', '2026-03-12');

  it('waits for its review, then the régua goes on', () => {
    const s = called();
    expect(s.standing('A')).toMatchObject({ kind: 'owner', queue: 'grandes-contas', reason: 'D+3: ligar e saber se está tudo certo', review_date: '2026-03-14' });
    expect(s.file.receivables.get(receivableId('A'))!.acted).toMatchObject([{ step: 'D+3', due_date: '2026-03-06', on: '2026-03-11' }]);
    expect(s.until('2026-03-15T00:00:00-03:00').standing('A')).toMatchObject({ kind: 'action', step: 'D+10', contact_day: '2026-03-16' });
  });
  it('is told before, as the next thing', () => {
    const s = lived('alto-valor-1', '2026-03-10');
    expect(s.standing('A')).toEqual({ kind: 'task', reason: 'D+3: ligar e saber se está tudo certo', step: 'D+3', at: at('2026-03-11', '10:00') });
    expect(s.heard('notice-requested').at(-1)!.data.next_step).toEqual({ step: 'D+3', planned_day: '2026-03-11', does: 'person' });
  });
  it('ends with the debt', () => expect(called().pays('A', '2026-03-12').until('2026-06-01T00:00:00-03:00').calendar.slice(4)).toEqual(['2026-03-12 service thanks']));
  it('begins anew with another due date', () => {
    const s = called().owes('A', '2026-04-10').until('2026-04-16T00:00:00-03:00');
    expect(s.calendar.slice(4)).toEqual(['2026-04-02 D-7', '2026-04-09 D-1', '2026-04-13 D+1', '2026-04-15 D+3: ligar e saber se está tudo certo']);
  });
  it('is one task for all debts of the day', () => {
    const s = new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06').owes('B', '2026-03-06').follows('alto-valor-1').until('2026-03-12T00:00:00-03:00');
    expect(s.heard('task-requested').map(({ data }) => data.receivable_ids)).toEqual([[receivableId('A'), receivableId('B')].sort()]);
  });
  it('that is a consequence waits for a message that went out', () => {
    const s = new Story(at('2026-02-20'), 'budget').customer('SP').owes('A', '2026-03-06').follows('atraso-habitual-1').until('2026-04-02T00:00:00-03:00');
    expect(s.calendar.some((entry) => entry.includes('service'))).toBe(false);
    s.answer = 'sent';
    expect(s.until('2026-04-09T00:00:00-03:00').calendar.slice(-3)).toEqual(['2026-04-02 D+15', '2026-04-06 D+30', '2026-04-07 D+22: service limit']);
  });
});

describe('an outage', () => {
  it('of weeks gives one message that says it all, and the last of several consequences', () => {
    const s = new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06').follows('atraso-habitual-1').until('2026-03-10T00:00:00-03:00');
    s.now = at('2026-04-22', '08:00');
    s.until('2026-04-24T00:00:00-03:00');
    expect(s.calendar.slice(3)).toEqual(['2026-04-22 D+30', '2026-04-23 D+45: service suspend']);
    expect(s.heard('notice-requested').at(-1)!.data.turned_down).toEqual(['D+8', 'D+15'].map((step) => ({ receivable_id: receivableId('A'), step, reason: 'merged into D+30' })));
  });
});

describe('one message a day for all debts', () => {
  it('goes at the first hour that one of them wants, with all of the day', () => {
    const { document } = defaultPolicy('esquecido');
    const policy = activate({ ...document, steps: document.steps.map((step) => (isContact(step) && step.step === 'D+1' ? { ...step, hour: '15:00' } : step)) });
    const { file } = new Story(at('2026-03-13', '08:00')).customer('SP').owes('A', '2026-03-06').owes('B', '2026-03-12');
    const asked = (hour: string) => askForMoney(file, plan(file, at('2026-03-13', hour), policy), at('2026-03-13', hour)).events.flatMap(({ data }) => (data as { covers: { step: string }[] }).covers.map(({ step }) => step));
    expect(plan(file, at('2026-03-13', '08:00'), policy).standings.get(receivableId('B'))).toMatchObject({ step: 'D+1', at: at('2026-03-13', '15:00') });
    expect([asked('09:59'), asked('10:00')]).toEqual([[], ['D+7', 'D+1']]);
  });

  it('goes once for several due dates', () => {
    const s = new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06').owes('B', '2026-03-04').follows('esquecido-1').until('2026-03-14T00:00:00-03:00');
    const days = s.heard<{ local_day: string; covers: { step: string }[] }>('notice-requested').map(({ data }) => `${data.local_day} ${data.covers.map(({ step }) => step).join('+')}`);
    expect(new Set(days.map((day) => day.slice(0, 10))).size).toBe(days.length);
    expect(days).toContain('2026-03-09 D+3+D+3');
  });
});

describe('the version a case follows', () => {
  const opened = () => new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06');
  it('is the one in use when it opens, and it keeps it', () => {
    const s = opened();
    expect(s.file.regua_version).toBe('esquecido-1');
    expect(s.heard('case-opened')).toMatchObject([{ data: { creditor_id, regua_version: 'esquecido-1' } }]);
    expect(s.follows('alto-valor-1').owes('B', '2026-03-20').file.regua_version).toBe('alto-valor-1');
  });
  it('is the one in use again where it opens again', () => {
    const s = opened().follows('alto-valor-1').pays('A', '2026-02-21').until('2026-03-01T00:00:00-03:00');
    expect(s.file).toMatchObject({ status: 'closed', regua_version: 'alto-valor-1' });
    s.owes('B', '2026-04-10');
    expect(s.file).toMatchObject({ status: 'open', regua_version: 'esquecido-1' });
    expect(s.standing('B')).toMatchObject({ step: 'D-3' });
  });
  it('is the one in use where it is not known any more', () => expect(policyOf({ ...opened().file, regua_version: 'gone-7' }).version).toBe('esquecido-1'));
});
