import { accept, conclude, giveBack, refuse, type Delivery } from './delivery';
import { claimedNotice, CLOSES, dueNotice, goes, id, NOON, noticeRequested, sendingNotice, stays, EPOCH_MS } from '../../test/given';

const types = (events: readonly { contract: { type: string }; data: unknown }[]) => events.map(({ contract, data }) => [contract.type, data]);

describe('a notice comes in', () => {
  it('waits until it may go', () => {
    const later = '2026-03-10T15:00:00Z';
    const { next } = accept(null, noticeRequested(1, { not_before: later }), NOON) as { next: Delivery };
    expect(next).toMatchObject({ status: 'due', attempt: 1, due_at: new Date(later), retry_at_epoch_ms: null, key: 'acme/customer-1' });
  });
  it('is refused when it came too late, and says so', () => {
    const decision = accept(null, noticeRequested(1), new Date(CLOSES));
    expect(decision).toMatchObject({ next: { status: 'refused', reason: 'expired' } });
    expect(types((decision as unknown as { events: never[] }).events)).toEqual([
      ['notifications.contact-refused.v1', expect.objectContaining({ reason: 'expired', covers: noticeRequested(1).data.covers })],
    ]);
  });
  it('is ignored the second time, whatever it says', () => {
    expect(accept(dueNotice(), noticeRequested(1, { step: 'D+7' }), NOON)).toEqual({ ignored: 'known-notice' });
  });
  it('is never right without a debt to ask for, or without its instalment', () => {
    expect(() => accept(null, noticeRequested(1, { covers: [] }), NOON)).toThrow('at least one debt');
    expect(() => accept(null, noticeRequested(1, { purpose: 'agreement' }), NOON)).toThrow('instalment');
    expect(accept(null, noticeRequested(1, { purpose: 'service', step: 'thanks', covers: [] }), NOON)).toMatchObject({ next: { status: 'due' } });
  });
});

describe('a delivery that comes back', () => {
  it('is one attempt further and remembers why', () => {
    const back = giveBack(claimedNotice(), 'pending', { due_at: new Date('2026-03-10T14:00:00Z') }, NOON);
    expect(back).toMatchObject({ status: 'due', attempt: 2, due_at: new Date('2026-03-10T14:00:00Z'), history: [{ attempt: 1, at: NOON.toISOString(), reason: 'pending' }] });
    expect(back).not.toHaveProperty('owner');
    expect(back).not.toHaveProperty('claimed_at_epoch_ms');
  });
  it('never waits beyond the end of its validity', () => {
    expect(giveBack(claimedNotice(), 'unread', { due_at: new Date('2026-03-11T13:00:00Z') }, NOON).due_at).toEqual(new Date(CLOSES));
  });
  it('keeps a short memory of a long outage', () => {
    let due = dueNotice();
    for (let n = 0; n < 50; n++) due = giveBack(due, 'no-answer', { retry_at_epoch_ms: EPOCH_MS }, NOON);
    expect(due.attempt).toBe(51);
    expect(due.history).toHaveLength(20);
    expect(due.history.at(-1)).toMatchObject({ attempt: 50 });
  });
});

describe('what is told at the end', () => {
  const [first, second, third] = [1, 2, 3].map((n) => ({ receivable_id: id('receivable', n), due_date: '2026-03-09', step: 'D+1' })) as [never, never, never];
  const covers = [first, second, third];
  const began = { at: new Date('2026-03-10T13:00:01Z'), epoch_ms: EPOCH_MS + 900 };

  it('a message that went says what it covers, and each cover that left it says why', () => {
    const verdict = { as_of_epoch_ms: EPOCH_MS, covers: [goes(first), stays(second, 'settled'), stays(third, 'pending')] };
    const { next, events } = conclude(sendingNotice({ covers }, verdict), { outcome: 'accepted', provider_id: 'queued as 1' }, began, NOON);
    expect(next).toMatchObject({ status: 'sent', provider_id: 'queued as 1', call_began_at: began.at, call_began_epoch_ms: began.epoch_ms });
    expect(types(events)).toEqual([
      ['notifications.contact-made.v1', expect.objectContaining({ covers: [first], certainty: 'sent', call_began_at: began.at.toISOString() })],
      ['notifications.contact-refused.v1', expect.objectContaining({ covers: [second], reason: 'settled' })],
      // The one that only had to wait finds the day used by this very message.
      ['notifications.contact-refused.v1', expect.objectContaining({ covers: [third], reason: 'budget' })],
    ]);
  });
  it('an unknown end counts as a contact', () => {
    const { next, events } = conclude(sendingNotice(), { outcome: 'unknown', reason: 'time-out' }, null, NOON);
    expect(next).toMatchObject({ status: 'unknown', reason: 'time-out', call_began_at: NOON });
    expect(types(events)).toEqual([['notifications.contact-made.v1', expect.objectContaining({ certainty: 'unknown' })]]);
  });
  it("a provider's final no is told, and closes an address that does not exist", () => {
    const policy = conclude(sendingNotice(), { outcome: 'failed', reason: '554 5.7.1 no', address_invalid: false }, began, NOON);
    expect(policy.next).toMatchObject({ status: 'failed', address_invalid: false });
    expect(types(policy.events)).toEqual([['notifications.contact-refused.v1', expect.objectContaining({ reason: 'provider-refused' })]]);
    const gone = conclude(sendingNotice(), { outcome: 'failed', reason: '550 5.1.1 unknown', address_invalid: true }, began, NOON);
    expect(types(gone.events)).toEqual([
      ['notifications.contact-refused.v1', expect.objectContaining({ reason: 'address-invalid' })],
      ['notifications.address-invalid.v1', { creditor_id: 'acme', customer_id: 'customer-1', channel: 'email', reason: '550 5.1.1 unknown', contact_point_key: 'c'.repeat(64) }],
    ]);
  });
  it('a refusal keeps the reason of each cover', () => {
    const verdict = { as_of_epoch_ms: EPOCH_MS, covers: [stays(first, 'settled'), stays(second, 'already-covered'), stays(third, 'settled')] };
    const { next, events } = refuse(claimedNotice({ covers }), 'settled', verdict, NOON);
    expect(next).toMatchObject({ status: 'refused', reason: 'settled', verdict });
    expect(types(events)).toEqual([
      ['notifications.contact-refused.v1', expect.objectContaining({ covers: [first, third], reason: 'settled' })],
      ['notifications.contact-refused.v1', expect.objectContaining({ covers: [second], reason: 'already-covered' })],
    ]);
  });
  it('the refusal of a letter that covers nothing is told too', () => {
    const { events } = refuse(dueNotice({ purpose: 'service', step: 'thanks', covers: [] }), 'budget', null, NOON);
    expect(types(events)).toEqual([['notifications.contact-refused.v1', expect.objectContaining({ covers: [], reason: 'budget' })]]);
  });
  it('the same end told twice has the same ids', () => {
    const ids = () => conclude(sendingNotice(), { outcome: 'unknown', reason: 'x' }, null, NOON).events.map((event) => event.id);
    expect(ids()).toEqual(ids());
  });
});
