import { type BudgetScope, judgeContacts, type OwnRule, type Sent } from './not-harassed';

const DECISION = { decided_by: 'Ana Maria Souza', role: 'diretora de crédito', reason: 'clientes pediram lembretes diários', legal_basis: null };
const ruled = (more: Partial<OwnRule> = {}): OwnRule => ({
  creditor_id: 'acme', version: 1, weekdays: [1, 2, 3, 4, 5], hours: null, contacts_in_7_days: 4, contacts_in_30_days: 12, decision: null, set_by: 'key acme', set_at: new Date('2026-03-01T12:00:00Z'), ...more,
});
/** A message on a day of March 2026, at ten in São Paulo. */
const sent = (day: number, hour = '13:00:00'): Sent => ({
  notice_id: `n${day}`, creditor_id: 'acme', customer_id: 'c1', person_key: 'person', contact_point_key: 'point', purpose: 'collection', state: 'SP', call_began_at: new Date(`2026-03-${day}T${hour}Z`),
});
const judged = (messages: Sent[], rules: OwnRule[], scope: BudgetScope = 'creditor') => judgeContacts({ sent: messages, closed: [], human: [], calls: [], rules: new Map([['acme', rules]]) }, scope).report();
const wrong = (...given: Parameters<typeof judged>) => judged(...given).examples.map(({ what }) => what);

// Friday the 13th and the week after.
const FIVE = [13, 16, 17, 18, 19].map((day) => sent(day));

describe('a contact beyond the rule that a creditor set for itself', () => {
  it.each<[string, Partial<OwnRule>]>([['weekday', { weekdays: [1, 2, 3, 4] }], ['hour', { hours: { from: '10:01', to: '16:00' } }], ['hour that was over', { hours: { from: '09:00', to: '10:00' } }]])('on another %s breaks the law, of that creditor only', (_, more) => {
    expect(wrong([sent(13)], [ruled(more)])).toEqual(["outside the hours and days of the creditor's own rule"]);
    expect(wrong([{ ...sent(13), creditor_id: 'other' }], [ruled(more)])).toEqual([]);
    expect(wrong([{ ...sent(13), purpose: 'reply' }], [ruled(more)])).toEqual([]);
  });
  it('is none in the 5 s in which nobody had to know the rule, nor by one that is over or to come', () => {
    const friday = (set_at: string, next?: string) => wrong([sent(13)], [ruled({ weekdays: [1], set_at: new Date(set_at) }), ...(next ? [ruled({ version: 2, set_at: new Date(next) })] : [])]);
    expect(friday('2026-03-13T12:59:55Z')).toEqual([]);
    expect(friday('2026-03-13T12:59:54.999Z')).toHaveLength(1);
    expect(friday('2026-03-13T13:00:00.001Z')).toEqual([]);
    expect(friday('2026-03-10T12:00:00Z', '2026-03-13T12:59:59Z')).toEqual([]);
    expect(friday('2026-03-10T12:00:00Z', '2026-03-13T13:00:00.001Z')).toHaveLength(1);
  });
  it('is one too many by its own numbers', () => {
    expect(wrong([sent(13), sent(18)], [ruled({ contacts_in_7_days: 1, contacts_in_30_days: 1 })])).toEqual(['contact number 2 within 7 days; contact number 2 within 30 days']);
  });
});

describe('more contacts than the house makes', () => {
  const looser = { contacts_in_7_days: 5 };
  it('break the law unless a named person decided, for whose creditor they are told', () => {
    expect(wrong(FIVE, [])).toEqual(['contact number 5 within 7 days']);
    for (const decision of [null, { ...DECISION, decided_by: '' }]) expect(judged(FIVE, [ruled({ ...looser, decision })])).toMatchObject({ violations: 1, looser_by_decision: [] });
    expect(judged(FIVE, [ruled({ ...looser, decision: DECISION })])).toMatchObject({
      violations: 0, looser_by_decision: [{ creditor_id: 'acme', version: 1, contacts_in_7_days: 5, contacts_in_30_days: 12, decision: DECISION, set_by: 'key acme', set_at: '2026-03-01T12:00:00.000Z' }],
    });
  });
  it('are not told once a version is as strict as the house again', () => {
    expect(judged([], [ruled({ ...looser, decision: DECISION }), ruled({ version: 2 })]).looser_by_decision).toEqual([]);
  });
  it('are not the creditor\'s to decide where several share one budget', () => {
    expect(wrong(FIVE, [ruled({ ...looser, decision: DECISION })], 'installation')).toEqual(['contact number 5 within 7 days']);
  });
});

describe('a call that somebody was told to make', () => {
  const call = (hour: string) => ({ answer_id: hour, creditor_id: 'acme', customer_id: 'c1', contact_point_key: 'number', state: 'SP', answered_at: new Date(`2026-03-13T${hour}Z`) });
  const found = (hour: string, closed: { creditor_id: string | null; at: string }[] = [], rules: OwnRule[] = []) =>
    judgeContacts({
      sent: [], human: [], calls: [call(hour)], rules: new Map([['acme', rules]]),
      closed: closed.map(({ creditor_id, at }) => ({ creditor_id, contact_point_key: 'number', recorded_at: new Date(`2026-03-13T${at}Z`) })),
    }, 'creditor').report().examples.map(({ what }) => what);

  it.each([['12:00:00', []], ['11:59:59', ['told somebody to call outside the hours and days allowed where the debtor lives']], ['21:59:59', []], ['22:00:00', [expect.stringContaining('outside')]]])('at %s breaks the law: %j', (hour, what) => {
    expect(found(hour)).toEqual(what);
  });
  it('breaks it outside the hours that its creditor set', () => {
    expect(found('13:00:00', [], [ruled({ hours: { from: '10:01', to: '16:00' } })])).toEqual(["told somebody to call outside the hours and days of the creditor's own rule"]);
  });
  it.each([['acme', '12:59:54', 1], [null, '12:59:54', 1], ['other', '12:59:54', 0], ['acme', '12:59:55', 0]])('to a number closed for %s at %s breaks it: %d', (creditor_id, at, broken) => {
    expect(found('13:00:00', [{ creditor_id, at }])).toEqual(Array(broken).fill('told somebody to call through a channel that was closed'));
  });
});
