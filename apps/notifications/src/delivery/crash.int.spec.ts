import type { Outcome } from '../channels/smtp';
import { id, NOON, noticeRequested } from '../../test/given';
import { GivenHouse } from '../../test/given-house';
import type { Sending } from './sending';

const house = new GivenHouse();
let sending: Sending;

beforeAll(() => house.open());
afterAll(() => house.close());
beforeEach(async () => {
  await house.clear();
  sending = house.process();
});

const cover = (n: number) => ({ receivable_id: id('receivable', n), due_date: '2026-03-09', step: 'D+1' });
const only = async () => (await house.rows('select * from delivery'))[0]!;
const untilRetry = () => (house.wall.pushedMs += 400_000);

describe('after a crash', () => {
  it('a call that had begun is unknown; nobody sends it again', async () => {
    let answer: (outcome: Outcome) => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      house.post.answer = () => new Promise((done) => {
        answer = done;
        resolve();
      });
    });
    await house.take(noticeRequested(1));
    const dead = sending.run(house.clock.now(), 10);
    await begun;
    const heir = house.process();
    await house.sweep(heir);
    expect(await only()).toMatchObject({ status: 'sending' });
    house.wall.pushedMs += 30_001;
    await house.sweep(heir);
    expect(await only()).toMatchObject({ status: 'unknown', call_began_at: NOON });
    expect(await house.told()).toEqual([{ what: 'contact-made', data: expect.objectContaining({ certainty: 'unknown', covers: [cover(1)] }) }]);
    answer({ outcome: 'accepted', provider_id: 'too late to matter' });
    await dead;
    expect(await only()).toMatchObject({ status: 'unknown' });
    expect(await house.told()).toHaveLength(1);
    expect(house.post.sent).toHaveLength(1);
    expect(await house.rows('select 1 from contact_day')).toHaveLength(2);
  });
  it('a claim comes back after 30 s, and the old attempt cannot begin any more', async () => {
    let open: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      house.neighbours.beforeGate = () => {
        resolve();
        return new Promise<void>((done) => (open = done));
      };
    });
    await house.take(noticeRequested(1));
    const slow = sending.run(house.clock.now(), 10);
    await asked;
    house.neighbours.beforeGate = () => undefined;
    house.wall.pushedMs += 30_001;
    const heir = house.process();
    await house.sweep(heir);
    expect(await only()).toMatchObject({ status: 'due', attempt: 2, history: [{ reason: 'claim-too-old' }] });
    untilRetry();
    await house.sweep(heir);
    open();
    await slow;
    expect(await only()).toMatchObject({ status: 'sent', attempt: 2 });
    expect(house.post.sent).toHaveLength(1);
  });
  it('a message that went back while its person was looked up holds no day, and goes when its time has come', async () => {
    house.neighbours.beforeCustomers = async () => void (await house.rows(`update delivery set retry_at_epoch_ms = ${house.wall.epochMs() + 60_000}`));
    await house.take(noticeRequested(1));
    await sending.run(house.clock.now(), 10);
    expect([(await only()).status, await house.rows('select from contact_day')]).toEqual(['due', []]);
    house.neighbours.beforeCustomers = () => undefined;
    untilRetry();
    await house.sweep(sending);
    expect(await only()).toMatchObject({ status: 'sent' });
  });
  it('nor where the same process claimed it again', async () => {
    const open: (() => void)[] = [];
    const asked = (n: number) => new Promise<void>((resolve) => {
      house.neighbours.beforeGate = () => new Promise<void>((done) => {
        house.neighbours.beforeGate = () => undefined;
        open[n] = done;
        resolve();
      });
    });
    await house.take(noticeRequested(1));
    const firstAsked = asked(0);
    const first = sending.run(house.clock.now(), 10);
    await firstAsked;
    house.wall.pushedMs += 30_001;
    await house.sweep(sending);
    untilRetry();
    const secondAsked = asked(1);
    const second = sending.run(house.clock.now(), 10);
    await secondAsked;
    open[0]!();
    await first;
    expect(await only()).toMatchObject({ status: 'claimed', attempt: 2 });
    expect(house.post.sent).toEqual([]);
    open[1]!();
    await second;
    expect(await only()).toMatchObject({ status: 'sent', attempt: 2 });
    expect(house.post.sent).toHaveLength(1);
  });
  it('what the database did not take is recorded as soon as it does', async () => {
    await house.take(noticeRequested(1));
    house.post.answer = async () => {
      await house.alter('alter table outbox add constraint refuses_all check (false) not valid');
      return { outcome: 'accepted', provider_id: 'x' };
    };
    await expect(sending.run(house.clock.now(), 10)).rejects.toThrow();
    await house.alter('alter table outbox drop constraint refuses_all');
    expect(await only()).toMatchObject({ status: 'sending' });
    house.wall.pushedMs += 60_000;
    await house.sweep(sending);
    expect(await only()).toMatchObject({ status: 'sent' });
    expect(house.post.sent).toHaveLength(1);
  });
});
