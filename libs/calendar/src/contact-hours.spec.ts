import { isUf, UFS } from '@emdia/brazil';
import fc from 'fast-check';
import { allowedDayOnOrAfter, allowedDayOnOrBefore, CONTACT_HOURS, contactWindow, DEFAULT_CONTACT_HOURS, isAllowedDay, isWithinContactHours, OWN_HOURS_MIN_MINUTES, tooNarrowFor, UNKNOWN_STATE_CONTACT_HOURS } from './contact-hours';
import { isHoliday } from './holidays';
import { instantAt, localTime, zoneOf } from './local-time';

const at = (iso: string) => new Date(iso);
const window = (opens: string, closes: string) => ({ opens: at(opens), closes: at(closes) });

describe('contactWindow', () => {
  it('is nine to seven where the debtor lives', () => {
    expect(contactWindow('2026-03-10', 'SP')).toEqual(window('2026-03-10T12:00:00Z', '2026-03-10T22:00:00Z'));
    expect(contactWindow('2026-03-10', 'AM')).toEqual(window('2026-03-10T13:00:00Z', '2026-03-10T23:00:00Z'));
    expect(contactWindow('2026-03-10', 'AC')).toEqual(window('2026-03-10T14:00:00Z', '2026-03-11T00:00:00Z'));
    expect(contactWindow('2019-01-10', 'SP')).toEqual(window('2019-01-10T11:00:00Z', '2019-01-10T21:00:00Z'));
  });

  it('is narrower where the state is unknown, inside the hours of all four zones', () => {
    for (const uf of [undefined, null, 'XX', 'sp'])
      expect(contactWindow('2026-03-10', uf)).toEqual(window('2026-03-10T14:00:00Z', '2026-03-10T21:00:00Z'));
    const { opens, closes } = contactWindow('2026-03-10')!;
    for (const zone of ['America/Noronha', 'America/Sao_Paulo', 'America/Manaus', 'America/Rio_Branco']) {
      expect(opens.getTime()).toBeGreaterThanOrEqual(instantAt('2026-03-10', DEFAULT_CONTACT_HOURS.opens, zone).getTime());
      expect(closes.getTime()).toBeLessThanOrEqual(instantAt('2026-03-10', DEFAULT_CONTACT_HOURS.closes, zone).getTime());
    }
  });

  it.each([['Saturday', '2026-03-14'], ['Sunday', '2026-03-15'], ['New Year', '2026-01-01'], ['Carnival Monday', '2026-02-16'], ['Carnival Tuesday', '2026-02-17'],
    ['Good Friday', '2026-04-03'], ['Corpus Christi', '2026-06-04'], ['20 November', '2026-11-20'], ['Christmas', '2026-12-25']])('is closed on %s', (_, date) => {
    expect([contactWindow(date, 'SP'), contactWindow(date), isAllowedDay(date, 'SP')]).toEqual([null, null, false]);
  });

  it("is closed on the state's own holiday, there only", () => {
    expect(contactWindow('2026-07-09', 'SP')).toBeNull();
    expect(contactWindow('2026-07-09', 'RJ')).not.toBeNull();
  });

  it('hands out dates of its own', () => {
    contactWindow('2026-03-10', 'SP')!.opens.setTime(0);
    expect(contactWindow('2026-03-10', 'SP')!.opens).toEqual(at('2026-03-10T12:00:00Z'));
  });
});

describe('isWithinContactHours', () => {
  it('opens on the minute and is shut at the end', () => {
    expect(['2026-03-10T11:59:59.999Z', '2026-03-10T12:00:00Z', '2026-03-10T21:59:59.999Z', '2026-03-10T22:00:00Z'].map((i) => isWithinContactHours(at(i), 'SP'))).toEqual([false, true, true, false]);
    expect(['2026-03-10T13:59:59.999Z', '2026-03-10T14:00:00Z', '2026-03-10T20:59:59.999Z', '2026-03-10T21:00:00Z'].map((i) => isWithinContactHours(at(i)))).toEqual([false, true, true, false]);
    expect(isWithinContactHours(at('2026-03-14T15:00:00Z'), 'SP')).toBe(false);
  });

  it('is never true outside nine to seven of a plain weekday, by the platform\'s clock', () => {
    const zoneBy: Record<string, string> = { SP: 'America/Sao_Paulo', AC: 'America/Rio_Branco', AM: 'America/Manaus', MT: 'America/Cuiaba' };
    let open = 0;
    fc.assert(fc.property(fc.date({ min: at('2012-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z'), noInvalidDate: true }), fc.constantFrom('SP', 'AC', 'AM', 'MT'), (instant, uf) => {
      const parts = Object.fromEntries(new Intl.DateTimeFormat('en-CA', { timeZone: zoneBy[uf], weekday: 'short', hour: '2-digit', hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' })
        .formatToParts(instant).map((p) => [p.type, p.value]));
      const hour = Number(parts.hour);
      const expected = !['Sat', 'Sun'].includes(parts.weekday!) && hour >= 9 && hour < 19 && !isHoliday(`${parts.year}-${parts.month}-${parts.day}`, uf);
      expect([instant, uf, isWithinContactHours(instant, uf)]).toEqual([instant, uf, expected]);
      if (expected) open++;
    }), { numRuns: 2_000 });
    expect(open).toBeGreaterThan(300);
  });
});

describe('allowed days', () => {
  it('steps move over weekends, holidays and the days of the state', () => {
    expect([allowedDayOnOrBefore('2026-03-10', 'SP'), allowedDayOnOrAfter('2026-03-10', 'SP')]).toEqual(['2026-03-10', '2026-03-10']);
    expect([allowedDayOnOrBefore('2026-03-15', 'SP'), allowedDayOnOrAfter('2026-03-14', 'SP')]).toEqual(['2026-03-13', '2026-03-16']);
    expect([allowedDayOnOrBefore('2026-02-17'), allowedDayOnOrAfter('2026-02-14')]).toEqual(['2026-02-13', '2026-02-18']);
    expect([allowedDayOnOrAfter('2026-07-09', 'SP'), allowedDayOnOrAfter('2026-07-09', 'MG'), allowedDayOnOrBefore('2026-07-09', 'SP')]).toEqual(['2026-07-10', '2026-07-09', '2026-07-08']);
  });

  it('are the nearest ones', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom(undefined, ...UFS), (n, uf) => {
      const date = new Date(Date.UTC(2010, 0, 1) + n * 86_400_000).toISOString().slice(0, 10);
      const [before, after] = [allowedDayOnOrBefore(date, uf), allowedDayOnOrAfter(date, uf)];
      expect(before <= date && date <= after).toBe(true);
      expect([contactWindow(before, uf), contactWindow(after, uf)]).not.toContain(null);
      expect(isAllowedDay(date, uf)).toBe(before === date && after === date);
    }));
  });
});

describe('a creditor\'s own weekdays', () => {
  it('take days away and never give one', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom(undefined, ...UFS), fc.subarray([1, 2, 3, 4, 5], { minLength: 1 }), (n, uf, own) => {
      const date = new Date(Date.UTC(2010, 0, 1) + n * 86_400_000).toISOString().slice(0, 10);
      expect(isAllowedDay(date, uf, own)).toBe(isAllowedDay(date, uf) && own.includes(new Date(`${date}T00:00Z`).getUTCDay()));
      const next = allowedDayOnOrAfter(date, uf, own);
      expect([next >= allowedDayOnOrAfter(date, uf), isAllowedDay(next, uf, own)]).toEqual([true, true]);
      const window = contactWindow(date, uf, { weekdays: own });
      expect(window).toEqual(isAllowedDay(date, uf, own) ? contactWindow(date, uf) : null);
      if (window) expect([isWithinContactHours(window.opens, uf, { weekdays: own }), isWithinContactHours(window.closes, uf, { weekdays: own })]).toEqual([true, false]);
    }));
    expect([isAllowedDay('2026-03-09', 'SP', [2]), isAllowedDay('2026-03-10', 'SP', [2]), isWithinContactHours(at('2026-03-09T15:00:00Z'), 'SP', { weekdays: [2] })]).toEqual([false, true, false]);
    expect(allowedDayOnOrAfter('2026-04-14', 'SP', [2])).toBe('2026-04-14');
    // The 21st is a holiday.
    expect(allowedDayOnOrAfter('2026-04-15', 'SP', [2])).toBe('2026-04-28');
  });
});

describe('a creditor\'s own hours', () => {
  const clock = fc.record({ hour: fc.integer({ min: 0, max: 23 }), minute: fc.integer({ min: 0, max: 59 }) }).map((time) => hour(time));
  const hour = (time: { hour: number; minute: number }) => `${String(time.hour).padStart(2, '0')}:${String(time.minute).padStart(2, '0')}`;

  it('are on the clock where the debtor lives, and on that of Brasília where nobody knows', () => {
    const own = { hours: { from: '10:30', to: '12:00' } };
    expect(contactWindow('2026-03-10', 'SP', own)).toEqual(window('2026-03-10T13:30:00Z', '2026-03-10T15:00:00Z'));
    expect(contactWindow('2026-03-10', 'AC', own)).toEqual(window('2026-03-10T15:30:00Z', '2026-03-10T17:00:00Z'));
    expect(contactWindow('2026-03-10', null, own)).toEqual(window('2026-03-10T14:00:00Z', '2026-03-10T15:00:00Z'));
    expect(contactWindow('2026-03-10', 'SP', { hours: { from: '06:00', to: '23:00' } })).toEqual(contactWindow('2026-03-10', 'SP'));
  });

  it('leave what is in them and in those of the place, never more and never nothing', () => {
    let inside = 0;
    fc.assert(fc.property(fc.date({ min: at('2019-03-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z'), noInvalidDate: true }), fc.constantFrom(null, ...UFS), clock, clock, (instant, uf, one, other) => {
      const hours = one < other ? { from: one, to: other } : { from: other, to: one };
      const isOwn = ((time) => hours.from <= time && time < hours.to)(hour(localTime(instant, zoneOf(uf))));
      expect([hours, isWithinContactHours(instant, uf, { hours })]).toEqual([hours, isWithinContactHours(instant, uf) && isOwn]);
      if (tooNarrowFor(hours).length > 0) return;
      inside++;
      const { opens, closes } = contactWindow('2026-03-10', uf, { hours })!;
      expect(closes.getTime() - opens.getTime()).toBeGreaterThanOrEqual(OWN_HOURS_MIN_MINUTES * 60_000);
    }), { numRuns: 3_000 });
    expect(inside).toBeGreaterThan(500);
  });

  it('are too narrow where a place keeps less than an hour of them, and it is told which', () => {
    const lacking = (from: string, to: string) => tooNarrowFor({ from, to }).map(({ whom, opens }) => [whom.includes('unknown'), opens]);
    expect(lacking('09:00', '12:00')).toEqual([]);
    expect(lacking('09:00', '11:59')).toEqual([[true, '11:00']]);
    expect(lacking('17:01', '19:00')).toEqual([[true, '11:00']]);
    expect(lacking('18:01', '19:00')).toEqual([[false, '09:00'], [true, '11:00']]);
    expect(lacking('15:00', '15:00')).toHaveLength(2);
  });
});

describe('the table of the states', () => {
  it('holds the default within every known rule, with its source', () => {
    expect(CONTACT_HOURS.map((r) => r.state).sort()).toEqual(['AL', 'AM', 'ES', 'RJ', 'SP']);
    for (const rule of CONTACT_HOURS) {
      expect(isUf(rule.state) && /Lei|\d/.test(rule.source) && /^[HML]$/.test(rule.confidence)).toBe(true);
      expect((rule.weekdays.opens ?? '00:00') <= DEFAULT_CONTACT_HOURS.opens).toBe(true);
      expect(rule.weekdays.closes >= DEFAULT_CONTACT_HOURS.closes).toBe(true);
    }
    expect(UNKNOWN_STATE_CONTACT_HOURS).toMatchObject({ opens: '11:00', closes: '18:00', zone: 'America/Sao_Paulo' });
  });
});
