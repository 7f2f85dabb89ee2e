import type { Cause } from '@emdia/regua';
import { creditor_id, customer_id, eventOf, receivableId, Story } from '../../test/story';
import { activate, defaultPolicy } from '@emdia/regua';
import { migrate } from '../reguas/migrate';
import type { KeptAttempt } from '../retries/attempts';
import { derivedId, NotificationsCauseAnswered, type DataOf, type DunningNoticeRequested } from '@emdia/contracts';
import { applyCauseAnswered, tellCause, type CauseTold } from './cause';

const at = (day: string, hour = '00:00') => new Date(`${day}T${hour}:00-03:00`);
const midnight = (day: string) => `${day}T00:00:00-03:00`;
const late = () => new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06').until('2026-03-10T12:00:00-03:00');
const told = (cause: Cause, more: Partial<CauseTold> = {}): CauseTold => ({ cause, receivable_ids: [], actor: 'ana', request_id: `${cause} 1`, ...more });
const tell = (s: Story, cause: Cause, more: Partial<CauseTold> = {}) => s.take((file, now) => tellCause(file, told(cause, more), now))!;
const since = (s: Story, until: string) => s.until(midnight(until)).calendar.slice(3);

describe('the calendar of each cause, told on the tenth of March for a debt due on the sixth', () => {
  it('forgot: the régua for those who forget', () => {
    const s = late().follows('alto-valor-1');
    expect(tell(s, 'forgot')).toEqual({ cause: 'forgot', regua_version: 'esquecido-1', hold_id: null });
    expect(since(s, '2026-04-07')).toEqual(['2026-03-13 D+7', '2026-03-23 D+15', '2026-04-06 D+30', '2026-04-06 regua-ended']);
  });
  it('no-money, of who has always paid: another date', () => {
    const s = late();
    expect(tell(s, 'no-money')).toMatchObject({ regua_version: 'bom-pagador-1' });
    expect(since(s, '2026-04-16')).toEqual(['2026-03-16 D+10', '2026-03-31 D+25', '2026-04-15 D+40: conversar e combinar uma saída']);
  });
  it('no-money, of who was late before: long pauses and a person who listens', () => {
    const s = new Story(at('2026-01-02')).customer('SP').owes('X', '2026-01-05').owes('Y', '2026-01-06').until(midnight('2026-01-20'));
    s.pays('X', '2026-01-20').pays('Y', '2026-01-20').until(midnight('2026-02-20')).owes('A', '2026-03-06').until('2026-03-10T12:00:00-03:00');
    const before = s.calendar.length;
    expect(tell(s, 'no-money')).toMatchObject({ regua_version: 'dificuldade-1' });
    expect(s.until(midnight('2026-05-21')).calendar.slice(before)).toEqual(['2026-03-11 D+5', '2026-03-18 D+12: ouvir e avaliar superendividamento', '2026-04-13 D+35', '2026-05-20 D+75', '2026-05-20 regua-ended']);
  });
  it('payment-method: another try, another way to pay', () => {
    const s = late();
    expect(tell(s, 'payment-method')).toMatchObject({ regua_version: 'meio-de-pagamento-1' });
    expect(since(s, '2026-04-07')).toEqual([
      '2026-03-10 D+4', '2026-03-10 D+1: retry', '2026-03-13 D+5: retry', '2026-03-18 D+12', '2026-03-26 D+20', '2026-04-06 D+30: ajudar a cadastrar outra forma de pagar',
    ]);
  });
  it('not-recognised: a dispute, on which a person decides in the end; the régua stays', () => {
    const s = late().owes('B', '2026-03-20');
    const { hold_id, regua_version } = tell(s, 'not-recognised');
    expect([regua_version, s.file.holds.get(hold_id!)]).toMatchObject(['esquecido-1', { kind: 'dispute', receivable_ids: [receivableId('A')], reason: 'cause: not-recognised', actor: 'ana', review_date: '2026-03-20' }]);
    expect(s.standing('B')).toMatchObject({ kind: 'action', step: 'D-3' });
    expect(since(s, '2026-03-21')).toEqual(['2026-03-10 dispute: check what the debtor contests', '2026-03-17 D-3', '2026-03-20 to decide: dispute', '2026-03-20 D0']);
  });
  it('already-paid: a hold with its review, and the proof asked for', () => {
    const s = late();
    const { hold_id } = tell(s, 'already-paid');
    expect(s.file.holds.get(hold_id!)).toMatchObject({ kind: 'already-paid', review_date: '2026-03-17' });
    expect(since(s, '2026-03-25')).toEqual(['2026-03-10 already-paid: ask for the proof of payment', '2026-03-17 hold ended: already-paid', '2026-03-24 D+7']);
  });
});

describe('an answer', () => {
  it('is kept with who gave it, and the change of régua with the facts it rests on', () => {
    const { file } = late();
    const decision = tellCause(file, told('no-money'), at('2026-03-10', '12:00'));
    expect('next' in decision && decision.next).toMatchObject({
      cause: { cause: 'no-money', by: 'ana', at: at('2026-03-10', '12:00') }, regua_by: 'ana', regua_since: at('2026-03-10', '12:00'),
      changes: [
        { what: 'cause', before: null, after: 'no-money', actor: 'ana', reason: 'told', facts: null },
        { what: 'regua', before: 'esquecido-1', after: 'bom-pagador-1', actor: 'ana', reason: 'cause: no-money', facts: { cause: 'no-money', late_before: 0, amount_cents: 10_000 } },
      ],
    });
  });
  it('given again changes nothing', () => {
    const s = late();
    for (const cause of ['no-money', 'already-paid'] as const) {
      tell(s, cause);
      const { file } = s;
      expect(tell(s, cause, { request_id: 'again' })).toMatchObject({ cause, hold_id: null });
      expect(s.file).toBe(file);
    }
  });
  it('given again of another debt holds that one, too', () => {
    const s = late().owes('B', '2026-03-20');
    tell(s, 'already-paid');
    const { hold_id } = tell(s, 'already-paid', { receivable_ids: [receivableId('A'), receivableId('B')], request_id: 'two' });
    expect(s.file.holds.get(hold_id!)).toMatchObject({ receivable_ids: [receivableId('B')] });
  });
  it('does not double a dispute that negotiation keeps', () => expect(tell(late().owes('A', undefined, { collectability: 'disputed', review_date: '2026-03-20' }), 'not-recognised').hold_id).toBeNull());
  it('may be another one later: the newest counts', () => {
    const s = late();
    tell(s, 'no-money');
    expect(tell(s, 'payment-method')).toMatchObject({ regua_version: 'meio-de-pagamento-1' });
    expect(s.file.cause).toMatchObject({ cause: 'payment-method' });
  });
  it('is a fact that steps can ask for', () => {
    const { document } = defaultPolicy('esquecido');
    const steps = document.steps.map((step) => (step.step === 'D+7' ? { ...step, unless: { causes: ['forgot' as const] } } : step));
    const own = activate({ ...document, regua: 'nossa', steps });
    const s = late();
    s.file = { ...s.file, published: { byVersion: new Map([[own.version, own]]), active: [own] } };
    expect(tell(s, 'forgot')).toMatchObject({ regua_version: 'nossa-1' });
    expect(since(s, '2026-03-24')).toEqual(['2026-03-23 D+15']);
  });
  it("leads to the creditor's own régua before that of the house", () => {
    const own = activate({ ...defaultPolicy('bom-pagador').document, regua: 'nossa', for: { priority: 1, when: { causes: ['no-money'] } } });
    const s = late();
    s.file = { ...s.file, published: { byVersion: new Map([[own.version, own]]), active: [own] } };
    expect([tell(s, 'no-money').regua_version, tell(s, 'payment-method').regua_version]).toEqual(['nossa-1', 'meio-de-pagamento-1']);
  });
  it.each(['no-money', 'forgot'] as const)('is forgotten once all is paid: %s', (cause) => {
    const s = late();
    tell(s, cause);
    s.pays('A', '2026-03-11').until(midnight('2026-03-20')).owes('B', '2026-04-10');
    expect(s.file).toMatchObject({ status: 'open', cause: null, regua_version: 'esquecido-1' });
  });
  it.each<[string, () => Story, Partial<CauseTold>]>([
    ['nothing-open', () => new Story(at('2026-02-20')).customer('SP'), {}],
    ['nothing-open', () => late().pays('A', '2026-03-10'), {}],
    ['unknown-receivable', late, { receivable_ids: [receivableId('Z')] }],
  ])('is refused: %s', (reason, story, more) => expect(() => tell(story(), 'forgot', more)).toThrow(expect.objectContaining({ reason })));
});

describe('why it is unpaid', () => {
  type Notice = DataOf<typeof DunningNoticeRequested>;
  const asked = (s: Story) => s.heard<Notice>('notice-requested').filter(({ data }) => data.asks_cause).map(({ data }) => `${data.local_day} ${data.step}`);
  const owing = () => new Story(at('2026-02-20')).customer('SP').owes('A', '2026-03-06');
  const unpaid = '2026-04-07T00:00:00-03:00';
  const DEBTOR = 'the debtor, by the link in a letter';

  it('is asked with the first message about something late, and not again', () => expect(asked(owing().until(unpaid))).toEqual(['2026-03-09 D+3']));
  it('is asked with the next one where that did not go out', () => {
    const s = owing();
    s.answer = 'provider-refused';
    s.until('2026-03-12T12:00:00-03:00');
    s.answer = 'unknown';
    expect(asked(s.until(unpaid))).toEqual(['2026-03-09 D+3', '2026-03-10 D+3', '2026-03-11 D+3', '2026-03-12 D+3', '2026-03-13 D+7']);
  });
  it('is not asked of whoever has told it', () => {
    const s = owing().until('2026-03-04T12:00:00-03:00');
    tell(s, 'forgot');
    expect(asked(s.until(unpaid))).toEqual([]);
  });
  it('is asked again where the case opens again', () => {
    const s = owing().until(midnight('2026-03-12')).pays('A', '2026-03-12').until(midnight('2026-03-20')).owes('B', '2026-04-10').until(midnight('2026-05-20'));
    expect(asked(s)).toEqual(['2026-03-09 D+3', '2026-04-13 D+3']);
  });

  it.each<[string, () => Story, string]>([
    ['is placed before anything was owed', () => { const s = new Story(at('2026-02-20')).customer('SP'); s.holds('hardship'); return s.owes('A', '2026-03-06'); }, 'bom-pagador-1'],
    ['stands as the case opens again', () => { const s = late(); s.holds('hardship'); return s.pays('A', '2026-03-06').owes('B', '2026-04-10'); }, 'bom-pagador-1'],
  ])('is known of whoever is held because they have no money, where the hold %s', (_, story, regua_version) =>
    expect(story().file).toMatchObject({ status: 'open', cause: { cause: 'no-money' }, regua_version }));

  it('is made out by a case that acts, where another case tells of the card: it acts along the régua that this leads to', () => {
    const s = new Story(at('2026-02-20')).customer('SP').owes('B', '2026-03-04', { instruments: [{ rail: 'CARD' }] }).follows('alto-valor-1');
    s.until('2026-03-11T12:00:00-03:00').declines('B', 'soft', { network_code: '51' });
    expect(s.file).toMatchObject({ cause: null, regua_version: 'alto-valor-1' });
    const [[id, soft]] = [...s.file.attempts] as [[string, KeptAttempt]];
    s.file = { ...s.file, attempts: new Map([[id, soft], ['of A', { ...soft, key: `${creditor_id}/A`, attempt_id: derivedId('hard'), receivable_id: receivableId('A'), network_code: '43' }]]) };
    const before = s.calendar.length;
    expect(s.until(midnight('2026-03-27')).calendar.slice(before)).toEqual(['2026-03-12 D+4', '2026-03-16 D+12', '2026-03-24 D+20']);
    expect(s.file).toMatchObject({ cause: { cause: 'payment-method', by: 'dunning-orchestration' }, regua_version: 'meio-de-pagamento-1' });
  });

  const notice = (s: Story) => derivedId('notice', s.file.case_id, 'collection', '2026-03-09');
  const answers = (s: Story, cause: Cause, names: string[], time: Date = s.now) => s.take((file, now) =>
    applyCauseAnswered(file, eventOf(NotificationsCauseAnswered, { creditor_id, customer_id, case_id: file.case_id, notice_id: notice(s), receivable_ids: names.map(receivableId), cause, answered_at: time.toISOString() }, time), now));

  it('is taken from the debtor, about the debts of the letter alone, and kept with who said it and where', () => {
    const s = late().owes('B', '2026-03-09').until('2026-03-10T13:00:00-03:00');
    answers(s, 'already-paid', ['A']);
    expect(s.file.cause).toMatchObject({ cause: 'already-paid', by: DEBTOR });
    expect([...s.file.holds.values()]).toMatchObject([{ kind: 'already-paid', receivable_ids: [receivableId('A')], actor: DEBTOR }]);
    expect(s.changes).toMatchObject([{ what: 'cause', after: 'already-paid', actor: DEBTOR, reason: `answer to notice ${notice(s)}` }]);
  });
  it('leads down the path of its answer', () => {
    const s = late();
    answers(s, 'payment-method', ['A']);
    expect(s.file).toMatchObject({ regua_version: 'meio-de-pagamento-1', regua_by: DEBTOR });
  });
  it.each<[string, () => Story]>([
    ['whose debts are paid meanwhile', () => late().owes('B', '2026-03-20').pays('A', '2026-03-10')],
    ['whose case is closed', () => late().pays('A', '2026-03-10')],
  ])('changes nothing of a letter %s', (_, story) => {
    const s = story();
    const { file } = s;
    answers(s, 'no-money', ['A']);
    expect(s.file).toBe(file);
  });
  it('takes the place of what was only made out of a card stopped later', () => {
    const s = late();
    const answered = s.now;
    s.until('2026-03-10T13:00:00-03:00').owes('A', undefined, { instruments: [{ rail: 'CARD' }] }).declines('A', 'hard', { network_code: '43', amount_cents: 10_000 });
    expect(s.file.cause).toMatchObject({ cause: 'payment-method', by: 'dunning-orchestration' });
    answers(s, 'no-money', ['A'], answered);
    expect(s.file.cause).toMatchObject({ cause: 'no-money', by: DEBTOR });
  });
  it('does not take the place of what a person told later', () => {
    const s = late();
    tell(s, 'no-money');
    answers(s, 'forgot', ['A'], at('2026-03-10', '11:00'));
    expect(s.file.cause).toMatchObject({ cause: 'no-money', by: 'ana' });
  });
});

it('whoever takes a case over is kept with it', () => {
  const decision = migrate(late().file, { from: 'esquecido-1', to: 'alto-valor-1', actor: 'ana' }, at('2026-03-10'));
  expect('next' in decision && decision.next.changes).toEqual([{ what: 'regua', at: at('2026-03-10'), before: 'esquecido-1', after: 'alto-valor-1', actor: 'ana', reason: 'migrated from esquecido-1', facts: null }]);
});
