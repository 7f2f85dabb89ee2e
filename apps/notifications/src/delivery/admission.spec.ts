import { isWithinContactHours, localDate, localTime, nextOpening, tooNarrowFor, weekday, zoneOf } from '@emdia/calendar';
import fc from 'fast-check';
import type { Addressee } from '../contact/addressee';
import { admit, byTheClock, type Known } from './admission';
import type { OwnRule } from '../contact/own-rules';
import { claimedNotice, dueNotice, EPOCH_MS, NOON, OWNER, ownRule } from '../../test/given';
import { giveBack } from './delivery';

const addressee: Addressee = {
  creditor_id: 'acme', customer_id: 'customer-1', person_key: 'p', name: 'Ana', email: 'ana@example.invalid', state: 'SP', contact_point_key: 'c'.repeat(64), phone_key: null, deliverable: true,
  creditor: { creditor_id: 'acme', name: 'Acme', document: '', address: '', contact_email: null, contact_phone: null, sender_name: 'Acme' },
};
const known: Known = { addressee, closed: null, budget: true };
const by = { owner: OWNER, epoch_ms: EPOCH_MS };
const at = (instant: string) => new Date(instant);

describe('a due message asks to leave', () => {
  it('is claimed with who reads it where', () => {
    expect(admit(dueNotice(), known, by, NOON)).toMatchObject({ next: { status: 'claimed', owner: OWNER, claimed_at_epoch_ms: EPOCH_MS, contact_point_key: addressee.contact_point_key, attempt: 1 } });
  });
  it.each<[string, Partial<Known>]>([
    ['budget', { budget: false }],
    ['no-address', { addressee: { ...addressee, email: null } }],
    ['no-address', { addressee: null }],
    ['address-invalid', { addressee: { ...addressee, deliverable: false } }],
    ['address-invalid', { closed: 'address-invalid' }],
    ['opted-out', { closed: 'opted-out' }],
  ])('is refused: %s', (reason, more) => {
    expect(admit(dueNotice(), { ...known, ...more }, by, NOON)).toMatchObject({ next: { status: 'refused', reason }, events: [{ data: { reason } }] });
  });
  it('comes back in wall time when nobody tells the address', () => {
    expect(admit(dueNotice(), { ...known, addressee: undefined }, by, NOON)).toMatchObject({ next: { status: 'due', attempt: 2, retry_at_epoch_ms: EPOCH_MS + 1_000 } });
  });
  it('is left alone where it is not due, or backs off', () => {
    expect(admit(null, known, by, NOON)).toEqual({ ignored: 'not-due' });
    expect(admit(claimedNotice(), known, by, NOON)).toEqual({ ignored: 'not-due' });
    expect(admit(dueNotice({ not_before: '2026-03-10T14:00:00Z' }), known, by, NOON)).toEqual({ ignored: 'not-yet' });
    const backingOff = giveBack(claimedNotice(), 'stale', { retry_at_epoch_ms: EPOCH_MS + 1 }, NOON);
    expect(admit(backingOff, known, by, NOON)).toEqual({ ignored: 'not-yet' });
  });
  it('answers a person who closed the channel but wrote', () => {
    expect(admit(dueNotice({ purpose: 'reply', step: 'reply', covers: [] }), { ...known, closed: 'opted-out' }, by, NOON)).toMatchObject({ next: { status: 'claimed' } });
  });
});

describe('the channel', () => {
  it('is the first preferred that is open, and those before it are told', () => {
    expect(admit(dueNotice({ channels: ['whatsapp', 'sms', 'email', 'letter'] }), known, by, NOON)).toMatchObject({
      next: { status: 'claimed', channel: 'email', channels_turned_down: [{ channel: 'whatsapp', reason: 'not-served' }, { channel: 'sms', reason: 'not-served' }] },
    });
  });
  it('is e-mail where a notice prefers none', () => {
    expect(admit(dueNotice(), known, by, NOON)).toMatchObject({ next: { channel: 'email', channels_turned_down: [] } });
  });
  it('is none where none preferred is open: refused, with what was wrong with each', () => {
    const refused = (channels: NonNullable<Parameters<typeof dueNotice>[0]>['channels'], more: Partial<Known> = {}) => admit(dueNotice({ channels }), { ...known, ...more }, by, NOON);
    expect(refused(['whatsapp', 'voice'])).toMatchObject({
      next: { status: 'refused', reason: 'no-channel', channel: null },
      events: [{ data: { reason: 'no-channel', channels_turned_down: [{ channel: 'whatsapp', reason: 'not-served' }, { channel: 'voice', reason: 'not-served' }] } }],
    });
    expect(refused(['email', 'sms'], { closed: 'opted-out' })).toMatchObject({
      events: [{ data: { reason: 'opted-out', channels_turned_down: [{ channel: 'email', reason: 'opted-out' }, { channel: 'sms', reason: 'not-served' }] } }],
    });
  });
  it('is told where the day is used up, too', () => {
    expect(admit(dueNotice({ channels: ['sms', 'email'] }), { ...known, budget: false }, by, NOON)).toMatchObject({ events: [{ data: { reason: 'budget', channels_turned_down: [{ channel: 'sms', reason: 'not-served' }] } }] });
  });
});

describe('the hours of the place where the person lives', () => {
  it('before they open, it waits for them without an attempt', () => {
    const early = at('2026-03-10T11:59:59Z');
    expect(admit(dueNotice({ not_before: '2026-03-10T11:00:00Z' }), known, by, early)).toMatchObject({ next: { status: 'due', attempt: 1, due_at: at('2026-03-10T12:00:00Z') } });
  });
  it('after they close, it is refused where the next opening is too late', () => {
    const due = dueNotice({ valid_until: '2026-03-11T01:00:00Z' });
    expect(byTheClock(due, at('2026-03-10T22:00:00Z'))).toEqual({ to: 'refuse', reason: 'expired' });
  });
  it('after they close, it waits where it is still valid at the next opening', () => {
    const due = dueNotice({ valid_until: '2026-03-11T22:00:00Z' });
    expect(byTheClock(due, at('2026-03-10T22:00:00Z'))).toEqual({ to: 'later', due_at: at('2026-03-11T12:00:00Z') });
  });
  it('are those of Manaus in Amazonas, an hour behind', () => {
    expect(byTheClock(dueNotice({ state: 'AM' }), at('2026-03-10T12:30:00Z'))).toEqual({ to: 'later', due_at: at('2026-03-10T13:00:00Z') });
  });
  it('an unknown state gets the hours that are inside those of all zones', () => {
    expect(byTheClock(dueNotice({ state: null }), NOON)).toEqual({ to: 'later', due_at: at('2026-03-10T14:00:00Z') });
  });
  it('skip weekends and holidays', () => {
    // 2026-04-17 is a Friday; Tuesday the 21st is Tiradentes.
    expect(nextOpening(at('2026-04-17T23:00:00Z'), 'SP')).toEqual(at('2026-04-20T12:00:00Z'));
    expect(nextOpening(at('2026-04-20T23:00:00Z'), 'SP')).toEqual(at('2026-04-22T12:00:00Z'));
  });
  it('skip the holidays of the municipality that the notice names', () => {
    const friday = dueNotice({ city_code: '3550308', local_day: '2027-01-22', not_before: '2027-01-22T13:00:00Z', valid_until: '2027-01-28T22:00:00Z' });
    expect(friday.state).toBe('SP-3550308');
    expect([byTheClock(friday, at('2027-01-25T15:00:00Z')), byTheClock({ ...friday, state: 'SP' }, at('2027-01-25T15:00:00Z')).to]).toEqual([{ to: 'later', due_at: at('2027-01-26T12:00:00Z') }, 'admit']);
  });
  it('are fewer where the creditor wants it so: it waits for them, and after them no day is said to be over', () => {
    const hours = { from: '11:00', to: '14:00' };
    const until = (valid_until: string) => ({ ...dueNotice({ valid_until }), own_rule: ownRule({ hours }) });
    expect(byTheClock(until('2026-03-10T22:00:00Z'), NOON)).toEqual({ to: 'later', due_at: at('2026-03-10T14:00:00Z') });
    expect(byTheClock(until('2026-03-10T22:00:00Z'), at('2026-03-10T14:00:00Z')).to).toBe('admit');
    expect(byTheClock(until('2026-03-10T22:00:00Z'), at('2026-03-10T17:00:00Z'))).toEqual({ to: 'refuse', reason: 'hours' });
    expect(byTheClock(until('2026-03-12T22:00:00Z'), at('2026-03-10T17:00:00Z'))).toEqual({ to: 'later', due_at: at('2026-03-11T14:00:00Z') });
    expect(byTheClock(until('2026-03-11T03:00:00Z'), at('2026-03-10T22:00:00Z'))).toEqual({ to: 'refuse', reason: 'expired' });
  });
  it('are never left, whatever rule a creditor sets: nothing goes but within the place\'s and its own', () => {
    const told = { admit: 0, later: 0, refuse: 0 };
    const hour = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '29', '59')).map(([h, m]) => `${String(h).padStart(2, '0')}:${m}`);
    const rules = fc.record({
      weekdays: fc.subarray([1, 2, 3, 4, 5], { minLength: 1 }),
      hours: fc.option(fc.record({ from: hour, to: hour }).filter((own) => tooNarrowFor(own).length === 0), { nil: null }),
    });
    const instants = fc.date({ min: at('2026-03-01T00:00:00Z'), max: at('2027-03-01T00:00:00Z'), noInvalidDate: true });
    const isOpen = (instant: Date, place: string | null, { weekdays, hours }: Pick<OwnRule, 'weekdays' | 'hours'>) => {
      const clock = ((time) => `${String(time.hour).padStart(2, '0')}:${String(time.minute).padStart(2, '0')}`)(localTime(instant, zoneOf(place)));
      return isWithinContactHours(instant, place) && weekdays.includes(weekday(localDate(instant, zoneOf(place)))) && (!hours || (hours.from <= clock && clock < hours.to));
    };
    fc.assert(fc.property(instants, fc.constantFrom(null, 'SP', 'AM', 'AC', 'PE', 'SP-3550308'), rules, fc.integer({ min: 1, max: 30 * 24 }), (instant, state, rule, valid_hours) => {
      const due = { ...dueNotice(), state, valid_until: new Date(instant.getTime() + valid_hours * 3_600_000), own_rule: ownRule(rule) };
      const looked = byTheClock(due, instant);
      told[looked.to]++;
      expect([looked.to === 'admit', rule]).toEqual([isOpen(instant, state, rule), rule]);
      if (looked.to === 'later') expect([looked.due_at > instant, isOpen(looked.due_at, state, rule), byTheClock(due, looked.due_at).to]).toEqual([true, true, 'admit']);
    }), { numRuns: 2_000 });
    for (const count of Object.values(told)) expect(count).toBeGreaterThan(100);
  });
  it('do not bind a reply', () => {
    expect(byTheClock(dueNotice({ purpose: 'reply', step: 'reply', covers: [] }), at('2026-03-10T21:59:00Z')).to).toBe('admit');
    expect(byTheClock(dueNotice({ purpose: 'reply', step: 'reply', covers: [], valid_until: '2026-03-12T00:00:00Z' }), at('2026-03-11T03:00:00Z')).to).toBe('admit');
  });
});
