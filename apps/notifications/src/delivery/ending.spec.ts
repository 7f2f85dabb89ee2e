import { end, endOf, recover, saysAddressInvalid, CLAIM_MS_MAX } from './ending';
import { claimedNotice, dueNotice, EPOCH_MS, id, NOON, sendingNotice } from '../../test/given';
import { retryDelayMs } from './back-off';

const began = { at: NOON, epoch_ms: EPOCH_MS };

describe('recording how an attempt ended', () => {
  const sending = sendingNotice();
  it('accepted → sent', () => {
    expect(end(sending, endOf(sending, { outcome: 'accepted', provider_id: '7' }, began), EPOCH_MS, NOON)).toMatchObject({ next: { status: 'sent', provider_id: '7' } });
  });
  it('unknown → unknown', () => {
    expect(end(sending, endOf(sending, { outcome: 'unknown', reason: 'time-out' }, began), EPOCH_MS, NOON)).toMatchObject({ next: { status: 'unknown' } });
  });
  it('a passing no → due, in wall time', () => {
    const what = endOf(sending, { outcome: 'not_accepted', retry: true, reason: '421 later' }, began);
    expect(end(sending, what, EPOCH_MS, NOON)).toMatchObject({ next: { status: 'due', attempt: 2, retry_at_epoch_ms: EPOCH_MS + 1_000, history: [{ reason: '421 later' }] } });
  });
  it('a final no → failed', () => {
    const what = endOf(sending, { outcome: 'not_accepted', retry: false, reason: '554 5.7.1 no' }, began);
    expect(end(sending, what, EPOCH_MS, NOON)).toMatchObject({ next: { status: 'failed', reason: '554 5.7.1 no' } });
  });
  it('waiting for facts → due an hour of business time later', () => {
    const claimed = claimedNotice();
    expect(end(claimed, { delivery: claimed, kind: 'returned', reason: 'unread', again: 'hour' }, EPOCH_MS, NOON)).toMatchObject({
      next: { status: 'due', attempt: 2, due_at: new Date('2026-03-10T14:00:00Z'), retry_at_epoch_ms: null },
    });
  });
  it('refused while claimed → refused; while sending it comes back first', () => {
    const claimed = claimedNotice();
    expect(end(claimed, { delivery: claimed, kind: 'refused', reason: 'settled', verdict: null }, EPOCH_MS, NOON)).toMatchObject({ next: { status: 'refused', reason: 'settled' } });
    expect(end(sending, { delivery: sending, kind: 'refused', reason: 'settled', verdict: null }, EPOCH_MS, NOON)).toMatchObject({ next: { status: 'due', retry_at_epoch_ms: EPOCH_MS } });
  });
  it('an attempt that is no longer ours changes nothing', () => {
    const what = endOf(sending, { outcome: 'accepted', provider_id: '7' }, began);
    expect(end({ ...sending, attempt: 2 }, what, EPOCH_MS, NOON)).toEqual({ ignored: 'claim-lost' });
    expect(end({ ...sending, owner: id('another') }, what, EPOCH_MS, NOON)).toEqual({ ignored: 'claim-lost' });
    expect(end(dueNotice(), what, EPOCH_MS, NOON)).toEqual({ ignored: 'claim-lost' });
  });
});

describe('what a crash leaves behind', () => {
  it('a claim older than 30 s comes back, a younger one is alive', () => {
    expect(recover(claimedNotice(), EPOCH_MS + CLAIM_MS_MAX, NOON)).toEqual({ ignored: 'alive' });
    expect(recover(claimedNotice(), EPOCH_MS + CLAIM_MS_MAX + 1, NOON)).toMatchObject({ next: { status: 'due', attempt: 2, history: [{ reason: 'claim-too-old' }] } });
  });
  it('a call older than 30 s may have gone through: unknown, never again', () => {
    expect(recover(sendingNotice(), EPOCH_MS + CLAIM_MS_MAX, NOON)).toEqual({ ignored: 'alive' });
    expect(recover(sendingNotice(), EPOCH_MS + CLAIM_MS_MAX + 1, NOON)).toMatchObject({ next: { status: 'unknown' }, events: [{ data: { certainty: 'unknown' } }] });
  });
});

describe("a provider's words", () => {
  it.each([
    ["Can't send mail - all recipients were rejected: 550 5.1.1 no such user", true],
    ["Can't send mail - all recipients were rejected: 550 no such user", true],
    ["Can't send mail - all recipients were rejected: 553 bad mailbox", true],
    ["Can't send mail - all recipients were rejected: 550 5.7.1 blocked", false],
    ["Can't send mail - all recipients were rejected: 554 go away", false],
    ['Mail command failed: 550 not you', false],
    ['Message failed: 554 5.7.1 spam', false],
    ['not one e-mail address', true],
  ])('%s', (reason, invalid) => expect(saysAddressInvalid(reason)).toBe(invalid));
});

it('backs off in wall time, less for our own than for others', () => {
  expect([1, 2, 3, 5, 9, 99].map((attempt) => retryDelayMs(attempt, 'house'))).toEqual([1_000, 2_000, 4_000, 15_000, 15_000, 15_000]);
  expect([1, 5, 9, 10, 99].map((attempt) => retryDelayMs(attempt, 'provider'))).toEqual([1_000, 16_000, 256_000, 300_000, 300_000]);
});
