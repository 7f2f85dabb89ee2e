import fc from 'fast-check';
import { instantAt, localDate, localTime, zoneOf } from './local-time';
import { UFS } from '@emdia/brazil';

const at = (iso: string) => new Date(iso);
const zones = [...new Set([...UFS.map(zoneOf), 'America/Noronha', 'America/Eirunepe', 'Europe/Lisbon', 'Asia/Kathmandu', 'Pacific/Apia', 'Australia/Lord_Howe', 'UTC'])];
const instants = fc.date({ min: at('1985-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z'), noInvalidDate: true });

/** The platform's own answer, built another way than the code under test. */
function platform(instant: Date, timeZone: string) {
  const text = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(instant);
  return { date: text.slice(0, 10), time: text.slice(11) };
}
const hhmm = ({ hour, minute }: { hour: number; minute: number }) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

describe('localDate and localTime', () => {
  it('keep a due date of the evening on its day', () => {
    expect(localDate(at('2026-03-11T02:59:59.999Z'), 'America/Sao_Paulo')).toBe('2026-03-10');
    expect(localDate(at('2026-03-11T03:00:00Z'), 'America/Sao_Paulo')).toBe('2026-03-11');
    expect(localTime(at('2026-03-11T03:05:59Z'), 'America/Manaus')).toEqual({ hour: 23, minute: 5 });
  });

  it('know that the clock of São Paulo ran an hour ahead in the summers until 2019', () => {
    expect(localTime(at('2019-01-15T12:00:00Z'), 'America/Sao_Paulo').hour).toBe(10);
    expect(localTime(at('2020-01-15T12:00:00Z'), 'America/Sao_Paulo').hour).toBe(9);
    expect(localDate(at('2018-11-04T02:59:59.999Z'), 'America/Sao_Paulo')).toBe('2018-11-03');
    expect(localTime(at('2018-11-04T03:00:00Z'), 'America/Sao_Paulo')).toEqual({ hour: 1, minute: 0 });
  });

  it('agree with the platform everywhere, also twice in a row', () => {
    fc.assert(fc.property(instants, fc.constantFrom(...zones), (instant, zone) => {
      for (let turn = 0; turn < 2; turn++)
        expect({ date: localDate(instant, zone), time: hhmm(localTime(instant, zone)) }).toEqual(platform(instant, zone));
    }), { numRuns: 1_500 });
  });

  it('agree with the platform minute by minute on the days the clock moved', () => {
    for (const [day, zone] of [['2018-11-04', 'America/Sao_Paulo'], ['2019-02-16', 'America/Sao_Paulo'], ['2019-02-17', 'America/Cuiaba'], ['2013-11-10', 'America/Rio_Branco'], ['2026-03-29', 'Europe/Lisbon']] as const)
      for (let minute = 0; minute < 1440; minute += 7) {
        const instant = new Date(Date.parse(`${day}T00:00:00Z`) + minute * 60_000);
        expect(hhmm(localTime(instant, zone))).toBe(platform(instant, zone).time);
      }
  });

  it('refuse an unknown zone and an instant that is none', () => {
    expect(() => localDate(at('2026-01-01T00:00:00Z'), 'America/Nowhere')).toThrow(RangeError);
    expect(() => localDate(new Date(NaN), 'America/Sao_Paulo')).toThrow(RangeError);
    expect(() => localTime(new Date(NaN), 'America/Sao_Paulo')).toThrow(RangeError);
  });
});

describe('instantAt', () => {
  it('gives the instant of a wall clock reading', () => {
    expect(instantAt('2026-03-10', '09:00', 'America/Sao_Paulo')).toEqual(at('2026-03-10T12:00:00Z'));
    expect(instantAt('2019-01-10', '09:00', 'America/Sao_Paulo')).toEqual(at('2019-01-10T11:00:00Z'));
    expect(instantAt('2026-03-10', '23:59', 'America/Rio_Branco')).toEqual(at('2026-03-11T04:59:00Z'));
  });

  it('moves a reading that the clock skipped forward by the gap, and takes the first of two', () => {
    expect(instantAt('2018-11-04', '00:00', 'America/Sao_Paulo')).toEqual(at('2018-11-04T03:00:00Z'));
    expect(instantAt('2018-11-04', '00:30', 'America/Sao_Paulo')).toEqual(at('2018-11-04T03:30:00Z'));
    expect(instantAt('2018-11-04', '01:00', 'America/Sao_Paulo')).toEqual(at('2018-11-04T03:00:00Z'));
    expect(instantAt('2019-02-16', '23:30', 'America/Sao_Paulo')).toEqual(at('2019-02-17T01:30:00Z'));
    expect(instantAt('2019-02-17', '00:00', 'America/Sao_Paulo')).toEqual(at('2019-02-17T03:00:00Z'));
  });

  it('comes back from every instant that the clock showed once', () => {
    fc.assert(fc.property(instants, fc.constantFrom(...zones), (instant, zone) => {
      const shown = platform(instant, zone);
      const back = instantAt(shown.date, shown.time, zone);
      expect(platform(back, zone)).toEqual(shown);
      expect(back.getTime()).toBeLessThanOrEqual(instant.getTime());
    }), { numRuns: 1_500 });
  });

  it.each([['2026-02-30', '09:00'], ['2026-01-01', '9:00'], ['2026-01-01', '24:00'], ['2026-01-01', '09:60'], ['2026-01-01', '09:00:00']])(
    'refuses %s %s', (date, time) => expect(() => instantAt(date, time, 'America/Sao_Paulo')).toThrow(RangeError));
});

describe('zoneOf', () => {
  const offsetHours = (zone: string) => (Date.parse('2026-06-15T12:00:00Z') - instantAt('2026-06-15', '12:00', zone).getTime()) / 3_600_000;
  it('knows the offset of all 27', () => {
    const five = ['AC'], four = ['AM', 'MS', 'MT', 'RO', 'RR'];
    for (const uf of UFS) expect([uf, offsetHours(zoneOf(uf))]).toEqual([uf, five.includes(uf) ? -5 : four.includes(uf) ? -4 : -3]);
  });
  it('takes Brasília for what it does not know', () => {
    for (const uf of [undefined, null, '', 'XX', 'ac', 'constructor']) expect(zoneOf(uf)).toBe('America/Sao_Paulo');
    expect([zoneOf('AC'), zoneOf('AM'), zoneOf('PE')]).toEqual(['America/Rio_Branco', 'America/Manaus', 'America/Recife']);
  });
});
