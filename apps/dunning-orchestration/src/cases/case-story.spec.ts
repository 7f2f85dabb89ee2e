import { derivedId, type DataOf, type DunningNoticeRequested } from '@emdia/contracts';
import { placeHold, liftHold } from '../holds/hold';
import { creditor_id, receivableId, Story } from '../../test/story';

type Notice = DataOf<typeof DunningNoticeRequested>;
const at = (day: string, hour = '00:00') => new Date(`${day}T${hour}:00-03:00`);
const story = (day: string, hour?: string) => new Story(at(day, hour));

describe('a debt nobody pays, through weekends and a holiday', () => {
  // 2026: Good Friday is 3 April, Tiradentes Tuesday 21 April; both steps of a Sunday due date move apart.
  const lived = () => story('2026-03-20').customer('SP').owes('A', '2026-04-05', { effective_due_date: '2026-04-06' }).until('2026-05-20T00:00:00-03:00');

  it('asks on allowed days at ten, each step once, and then gives it to a person', () => {
    const s = lived();
    expect(s.notices).toEqual([
      // D-3 (Thursday 2 April) and D0 (Sunday, moved before Good Friday) meet on Thursday: the firmer counts.
      '2026-04-02 13:00 collection D0',
      '2026-04-07 13:00 collection D+1',
      '2026-04-09 13:00 collection D+3',
      '2026-04-13 13:00 collection D+7',
      '2026-04-22 13:00 collection D+15',
      '2026-05-06 13:00 collection D+30',
    ]);
    expect(s.heard('task-requested').map(({ time, data }) => [time.slice(0, 10), data.reason, data.review_date])).toEqual([
      ['2026-05-06', 'regua-ended', '2026-05-13'],
      ['2026-05-13', 'regua-ended', '2026-06-12'],
    ]);
    expect(s.standing('A')).toMatchObject({ kind: 'owner', queue: 'cobranca', review_date: '2026-06-12' });
  });

  it('keeps to the holidays and the clock of the municipality, where it is known', () => {
    // Monday 25 January is São Paulo's own; Tabatinga's clock is two hours behind Brasília's.
    const days = (place: string) => story('2027-01-20').customer(place).owes('A', '2027-01-22').until('2027-01-27T00:00:00-03:00').notices;
    expect(days('SP')).toEqual(['2027-01-20 13:00 collection D-3', '2027-01-22 13:00 collection D0', '2027-01-25 13:00 collection D+3']);
    expect(days('SP-3550308')).toEqual(['2027-01-20 13:00 collection D-3', '2027-01-22 13:00 collection D0', '2027-01-26 13:00 collection D+3']);
    expect(days('AM-1304062')).toEqual(['2027-01-20 15:00 collection D-3', '2027-01-22 15:00 collection D0', '2027-01-25 15:00 collection D+3']);
    const [said] = story('2027-01-20').customer('SP-3550308').owes('A', '2027-01-22').until('2027-01-23T00:00:00-03:00').heard<Notice>('notice-requested');
    expect(said!.data).toMatchObject({ state: 'SP', city_code: '3550308' });
  });

  it('says what was merged, on which facts it rests and what comes next', () => {
    const [first, , , , , last] = lived().heard<Notice>('notice-requested').map(({ data }) => data);
    expect(first).toMatchObject({
      facts: [{ receivable_id: receivableId('A'), version: 1 }],
      turned_down: [{ receivable_id: receivableId('A'), step: 'D-3', reason: 'merged into D0' }],
      next_step: { step: 'D+1', planned_day: '2026-04-07' },
      valid_until: '2026-04-02T22:00:00.000Z',
      covers: [{ receivable_id: receivableId('A'), due_date: '2026-04-05', step: 'D0' }],
    });
    expect(last!.next_step).toBeNull();
  });

  it('opens the case once', () => expect(lived().heard('case-opened')).toHaveLength(1));
});

describe('where the debtor lives', () => {
  it('writes at ten on the clock of Acre', () => {
    expect(story('2026-02-02').customer('AC').owes('A', '2026-02-06').until('2026-02-04T00:00:00-03:00').notices).toEqual(['2026-02-03 15:00 collection D-3']);
  });
  it('writes at eleven in Brasília where the state is unknown', () => {
    expect(story('2026-02-02').customer(null).owes('A', '2026-02-06').until('2026-02-04T00:00:00-03:00').notices).toEqual(['2026-02-03 14:00 collection D-3']);
  });
});

describe('payment', () => {
  const late = () => story('2026-02-02').customer('SP').owes('A', '2026-02-06');

  it('silences at once, thanks within the hours, and tells of the cure', () => {
    const s = late().until('2026-02-10T20:30:00-03:00').pays('A', '2026-02-10');
    expect(s.standing('A')).toEqual({ kind: 'end', reason: 'settled' });
    s.until('2026-06-01T00:00:00-03:00');
    expect(s.notices.slice(-2)).toEqual(['2026-02-09 13:00 collection D+3', '2026-02-11 12:00 service thanks']);
    expect(s.heard('case-cured').map(({ data }) => data)).toMatchObject([{ contacts: 3, last_step: 'D+3', outcome: 'paid', cured_on: '2026-02-10' }]);
    expect(s.file).toMatchObject({ status: 'closed', due_at: null });
  });

  it('thanks at once inside the hours', () => {
    expect(late().until('2026-02-10T15:30:00-03:00').pays('A', '2026-02-10').until('2026-02-10T15:30:00-03:00').notices.at(-1)).toBe('2026-02-10 18:30 service thanks');
  });

  it('lets thanks go for ten minutes, and asks for them again on another day where that was too short', () => {
    const s = late().until('2026-02-10T15:30:00-03:00').pays('A', '2026-02-10');
    s.answer = 'expired';
    s.until('2026-02-10T16:00:00-03:00');
    expect(s.heard<{ valid_until: string }>('notice-requested').at(-1)!.data.valid_until).toBe('2026-02-10T18:40:00.000Z');
    s.answer = 'sent';
    expect(s.until('2026-06-01T00:00:00-03:00').notices.slice(-2)).toEqual(['2026-02-10 18:30 service thanks', '2026-02-11 12:00 service thanks']);
  });

  it('on time and unasked needs no thanks and is no cure', () => {
    const s = story('2026-01-10').customer().owes('A', '2026-02-06').pays('A', '2026-01-20').until('2026-03-01T00:00:00-03:00');
    expect([s.notices, s.heard('case-cured')]).toEqual([[], []]);
  });

  it('in part goes on asking and does not thank', () => {
    const s = late().until('2026-02-10T20:00:00-03:00').owes('A', undefined, { paid_cents: 4_000, open_cents: 6_000 }).until('2026-02-19T12:00:00-03:00');
    // 13 February is D+7; Carnival (16 and 17) is past by D+15.
    expect(s.notices.at(-1)).toBe('2026-02-13 13:00 collection D+7');
    expect(s.heard('case-cured')).toEqual([]);
  });

  it('of one of two late debts does not thank; of both thanks once for both', () => {
    const s = late().owes('B', '2026-02-05').until('2026-02-10T12:00:00-03:00').pays('A', '2026-02-10').until('2026-02-11T12:00:00-03:00');
    expect([s.notices.some((notice) => notice.endsWith('thanks')), s.heard('case-cured')]).toEqual([false, []]);
    s.pays('B', '2026-02-11').until('2026-02-12T12:00:00-03:00');
    expect(s.heard<Notice>('notice-requested').at(-1)!.data).toMatchObject({ purpose: 'service', covers: [{ receivable_id: receivableId('A') }, { receivable_id: receivableId('B') }].sort((a, b) => (a.receivable_id < b.receivable_id ? -1 : 1)) });
  });

  it('given back goes on at the step its age calls for, and drops thanks not yet sent', () => {
    const s = late().until('2026-02-10T20:00:00-03:00').pays('A', '2026-02-10').owes('A', undefined, { status: 'open', collectability: 'owed', open_cents: 10_000, paid_cents: 0, settled_on: null });
    s.until('2026-02-14T00:00:00-03:00');
    expect(s.notices.at(-1)).toBe('2026-02-13 13:00 collection D+7');
    expect(s.heard('case-opened')).toHaveLength(2);
    expect(s.notices.some((notice) => notice.endsWith('thanks'))).toBe(false);
  });

  it('of an imported debt of last year is not thanked for', () => {
    const s = story('2026-02-02').customer().owes('A', '2025-03-06', { status: 'settled', collectability: 'settled', open_cents: 0, paid_cents: 10_000, settled_on: '2025-04-06' });
    expect(s.until('2026-04-01T00:00:00-03:00').notices).toEqual([]);
  });
});

describe('several debts', () => {
  it('that fall due on one day share one message, the firmest step leading', () => {
    const s = story('2026-02-02').customer().owes('A', '2026-02-03').owes('B', '2026-02-06').until('2026-02-03T12:00:00-03:00');
    expect(s.notices).toEqual(['2026-02-02 13:00 collection D-3', '2026-02-03 13:00 collection D0']);
    expect(s.heard<Notice>('notice-requested').at(-1)!.data.covers.map(({ step }) => step).sort()).toEqual(['D-3', 'D0']);
  });

  it('one that appears after the message of the day waits for the next allowed day', () => {
    const s = story('2026-02-02').customer().owes('A', '2026-02-06').until('2026-02-06T11:00:00-03:00').owes('B', '2026-02-06').until('2026-02-07T00:00:00-03:00');
    expect(s.notices).toEqual(['2026-02-03 13:00 collection D-3', '2026-02-06 13:00 collection D0']);
    // Saturday and Sunday are not allowed; on Monday D+1 and D+3 have met, for both.
    s.until('2026-02-09T12:00:00-03:00');
    expect(s.heard<Notice>('notice-requested').at(-1)!.data.covers.map(({ step }) => step)).toEqual(['D+3', 'D+3']);
  });
});

it('a due date moved in mid-life starts its steps anew', () => {
  const s = story('2026-02-02').customer().owes('A', '2026-02-06').until('2026-02-09T12:00:00-03:00').owes('A', '2026-03-06').until('2026-03-07T00:00:00-03:00');
  expect(s.notices).toEqual(['2026-02-03 13:00 collection D-3', '2026-02-06 13:00 collection D0', '2026-02-09 13:00 collection D+3', '2026-03-03 13:00 collection D-3', '2026-03-06 13:00 collection D0']);
  expect(s.heard<Notice>('notice-requested').at(-1)!.data.covers[0]!.due_date).toBe('2026-03-06');
});

describe('refusals', () => {
  const first = (answer: Story['answer']) => {
    const s = story('2026-02-02').customer().owes('A', '2026-02-06');
    s.answer = answer;
    return s.until('2026-02-03T12:00:00-03:00');
  };

  it.each(['budget', 'hours', 'provider-refused', 'held'] as const)('%s: planned for the next allowed day', (reason) => {
    expect(first(reason).standing('A')).toMatchObject({ kind: 'action', step: 'D-3', contact_day: '2026-02-04' });
  });

  it('already covered counts as covered', () => expect(first('already-covered').standing('A')).toMatchObject({ kind: 'action', step: 'D0' }));

  it('a notice nobody answers lapses a minute after the hours and is planned anew', () => {
    const s = first('silence');
    expect(s.standing('A')).toMatchObject({ kind: 'waiting', step: 'D-3', at: new Date('2026-02-03T22:01:00Z') });
    expect(s.until('2026-02-03T19:01:00-03:00').standing('A')).toMatchObject({ kind: 'action', step: 'D-3', contact_day: '2026-02-04' });
  });

  it('a provider that never accepts ends with a person', () => {
    const s = first('provider-refused').until('2026-06-01T00:00:00-03:00');
    expect(s.notices.filter((notice) => notice.endsWith('D+30'))).toHaveLength(10);
    expect(s.standing('A')).toMatchObject({ kind: 'owner', reason: 'regua-ended' });
  });

  it.each(['no-address', 'address-invalid', 'opted-out'] as const)('%s: to the queue once it is late, back on the régua with a new address', (reason) => {
    const s = first(reason);
    expect(s.standing('A')).toMatchObject({ kind: 'task', reason, at: at('2026-02-09', '10:00') });
    s.until('2026-02-09T12:00:00-03:00');
    expect(s.notices).toHaveLength(1);
    expect(s.standing('A')).toMatchObject({ kind: 'owner', reason, review_date: '2026-02-16' });
    s.answer = 'sent';
    expect(s.customer('SP', true, 2).until('2026-02-09T12:00:00-03:00').notices.at(-1)).toBe('2026-02-09 15:00 collection D+3');
  });
});

it('a debt whose customer is unknown is planned for a person, and for the régua once billing tells of them', () => {
  const s = story('2026-02-02').owes('A', '2026-02-06').until('2026-02-08T00:00:00-03:00');
  expect(s.standing('A')).toMatchObject({ kind: 'task', reason: 'customer-unknown', at: at('2026-02-09', '10:00') });
  expect(s.customer().standing('A')).toMatchObject({ kind: 'action', step: 'D+3', contact_day: '2026-02-09' });
});

describe('holds', () => {
  const hold = (s: Story, review_date: string, receivable_ids: string[] = []) =>
    s.take((file, now) => placeHold(file, { hold_id: derivedId('h', review_date), receivable_ids, reason: 'illness', review_date, actor: 'ana' }, now))!;

  it('silence at once, and end by themselves when their review begins', () => {
    const s = story('2026-02-02').customer().owes('A', '2026-02-06');
    hold(s, '2026-02-20');
    expect(s.standing('A')).toEqual({ kind: 'hold', reason: 'held: illness', review_date: '2026-02-20', at: at('2026-02-20') });
    s.until('2026-02-20T09:00:00-03:00');
    expect(s.heard('hold-lifted').map(({ time, data }) => [time, data.reason])).toEqual([[at('2026-02-20').toISOString(), 'review date reached']]);
    expect(s.until('2026-02-20T12:00:00-03:00').notices).toEqual(['2026-02-20 13:00 collection D+7']);
  });

  it('can be lifted, once', () => {
    const s = story('2026-02-02').customer().owes('A', '2026-02-06');
    const { hold_id } = hold(s, '2026-02-20', [receivableId('A')]);
    const lift = () => s.take((file, now) => liftHold(file, hold_id, { reason: 'well again', actor: 'ana' }, now));
    expect([lift(), s.standing('A').kind, lift()]).toEqual([true, 'action', false]);
    expect(s.heard('hold-lifted')).toHaveLength(1);
  });

  it.each([['2026-02-02', 'review-date'], ['2026-05-04', 'review-date'], ['2026-02-20', 'unknown-receivable']])('refused: until %s, %s', (review_date, reason) => {
    const s = story('2026-02-02').customer().owes('A', '2026-02-06');
    expect(() => hold(s, review_date, [receivableId('B')])).toThrow(expect.objectContaining({ reason }));
  });

  it('refused for a stranger', () => expect(() => hold(story('2026-02-02'), '2026-02-20')).toThrow(expect.objectContaining({ reason: 'unknown-customer' })));

  it('reconciliation still says held after the lift: silence until it speaks, then a person', () => {
    const s = story('2026-02-02').customer().owes('A', '2026-02-06', { collectability: 'disputed', review_date: '2026-02-12' });
    expect(s.standing('A')).toMatchObject({ kind: 'hold', reason: 'disputed', review_date: '2026-02-12' });
    s.until('2026-02-13T00:00:00-03:00');
    expect(s.standing('A')).toMatchObject({ kind: 'owner', reason: 'unresolved: disputed', review_date: '2026-02-20' });
    expect(s.owes('A', undefined, { collectability: 'owed', review_date: null }).standing('A')).toMatchObject({ kind: 'action', step: 'D+7' });
  });
});

describe('agreements', () => {
  it('silence the régua and remind three days before each instalment that is unpaid', () => {
    const s = story('2026-02-02').customer().owes('A', '2026-01-05').owes('B', '2026-02-23').until('2026-02-02T12:00:00-03:00');
    s.agrees(['A'], ['2026-02-12', '2026-03-12']).owes('A', undefined, { collectability: 'agreed', review_date: '2026-02-20' });
    s.until('2026-03-10T00:00:00-03:00');
    expect(s.notices.filter((notice) => notice.includes('agreement'))).toEqual(['2026-02-09 13:00 agreement agreement', '2026-03-09 13:00 agreement agreement']);
    const reminder = s.heard<Notice>('notice-requested').find(({ data }) => data.purpose === 'agreement')!.data;
    expect(reminder).toMatchObject({ instalment_id: expect.any(String), covers: [{ receivable_id: receivableId('A'), due_date: '2026-02-12', step: 'agreement' }], next_step: null });
  });

  it('silence at once, before reconciliation has heard of them', () => {
    const s = story('2026-02-02').customer().owes('A', '2026-01-05').agrees(['A'], ['2026-02-12', '2026-03-12']);
    expect(s.standing('A')).toMatchObject({ kind: 'hold', reason: 'agreed', review_date: '2026-02-19' });
  });

  it('go first where a collection falls on the same day', () => {
    const s = story('2026-02-02').customer().owes('A', '2026-01-05').owes('B', '2026-02-12').until('2026-02-02T12:00:00-03:00');
    s.agrees(['A'], ['2026-02-12']).owes('A', undefined, { collectability: 'agreed', review_date: '2026-02-20' });
    expect(s.standing('B')).toMatchObject({ step: 'D-3', planned_day: '2026-02-09', contact_day: '2026-02-10' });
    s.until('2026-02-10T12:00:00-03:00');
    expect(s.notices.slice(1)).toEqual(['2026-02-09 13:00 agreement agreement', '2026-02-10 13:00 collection D-3']);
  });
});

it('a prescribed debt ends all contact', () => {
  const s = story('2026-02-02').customer().owes('A', '2021-01-30').until('2026-03-01T00:00:00-03:00');
  expect([s.standing('A'), s.notices, s.file.due_at]).toEqual([{ kind: 'end', reason: 'prescribed' }, [], null]);
});

it('notice ids come from the case, the purpose and the local day', () => {
  const [notice] = story('2026-02-02').customer().owes('A', '2026-02-06').until('2026-02-04T00:00:00-03:00').heard<Notice>('notice-requested');
  expect(notice!.data.notice_id).toBe(derivedId('notice', derivedId('case', creditor_id, 'C-1'), 'collection', '2026-02-03'));
});
