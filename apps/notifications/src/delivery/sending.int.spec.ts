import type { Mail, Outcome } from '../channels/smtp';
import { CLOSES, id, NOON, noticeRequested, type NoticeData } from '../../test/given';
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

const cover = (n: number | string, step = 'D+1') => ({ receivable_id: id('receivable', n), due_date: '2026-03-09', step });
const only = async () => (await house.rows('select * from delivery'))[0]!;
const held = async () => ({
  days: (await house.rows('select 1 from contact_day')).length,
  covers: (await house.rows(`select 1 from delivery_cover where state = 'taken'`)).length,
});
const untilRetry = () => (house.wall.pushedMs += 400_000);

describe('a message that leaves', () => {
  it('is sent once, with the amounts of the gate, and says so', async () => {
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    expect(house.post.sent).toHaveLength(1);
    const [mail] = house.post.sent as [Mail];
    expect(mail).toMatchObject({ to: 'customer-1@example.invalid', idempotency_key: id('notice', 1), from: { name: 'Acme' }, headers: { 'Reply-To': 'oi@acme.invalid' } });
    expect(mail.text).toContain('102,03');
    expect(mail.text).toContain('Rua A, 1');
    expect(mail.text).toMatch(/https:\/\/pay\.example\.invalid\/v1\/opt-outs\//);
    expect(await only()).toMatchObject({
      status: 'sent', attempt: 1, provider_id: id('notice', 1), call_began_at: NOON,
      verdict: { as_of_epoch_ms: 1, covers: [{ goes: true, amounts: { total_cents: 10_203, version: 4 } }] },
    });
    expect(await held()).toEqual({ days: 2, covers: 1 });
    expect(await house.told()).toEqual([{ what: 'contact-made', data: expect.objectContaining({ certainty: 'sent', covers: [cover(1)], call_began_at: NOON.toISOString() }) }]);
    expect(house.neighbours.asks).toEqual([[expect.objectContaining({ purpose: 'collection', contact_day: '2026-03-10', step: 'D+1' })]]);
  });
  it('is taken in once, however often it is told', async () => {
    await house.take(noticeRequested(1), noticeRequested(1));
    await house.take({ ...noticeRequested(1), id: id('another event of the same notice') });
    await house.sweep(sending);
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    expect(house.post.sent).toHaveLength(1);
    expect(await house.rows('select 1 from dead_letter')).toEqual([]);
  });
  it('a thank-you leaves without asking the gate, from a budget of its own', async () => {
    const thanks = noticeRequested(2, { customer_id: 'customer-1', purpose: 'service', step: 'thanks', covers: [cover(9, 'thanks')], next_step: null });
    await house.take(noticeRequested(1), thanks);
    await house.sweep(sending);
    expect(await house.statuses()).toEqual({ sent: 2 });
    expect(house.neighbours.asks.flat()).toHaveLength(1);
  });
});

describe('the words of a régua', () => {
  const words = { template: 'nossa', tone: 'friendly' as const, subject: '{credor}: nossas palavras', text: 'Oi, {nome}. Faltam {valor}.\n\n{opcoes}\n\n{proximo-passo}' };
  const asked = () => noticeRequested(1, { words, offers: ['discount'], channels: ['whatsapp', 'email'] });

  it('are spoken with the amounts of the gate, and told', async () => {
    await house.take(asked());
    await house.sweep(sending);
    const [mail] = house.post.sent as [Mail];
    expect(mail.subject).toBe('Acme Ltda: nossas palavras');
    expect(mail.text).toMatch(/^Oi, Ana\. Faltam R\$\s102,03\./);
    for (const part of ['um desconto para pagar tudo', '11.222.333/0001-81', 'Rua A, 1', 'https://pay.example.invalid/v1/opt-outs/']) expect(mail.text).toContain(part);
    const channels_turned_down = [{ channel: 'whatsapp', reason: 'not-served' }];
    expect(await only()).toMatchObject({ words, offers: ['discount'], channels: ['whatsapp', 'email'], channel: 'email', channels_turned_down, words_turned_down: null });
    expect(await house.told()).toEqual([{ what: 'contact-made', data: expect.objectContaining({ channel: 'email', template: 'nossa', channels_turned_down }) }]);
  });
  it('are those it was asked with at every try', async () => {
    house.post.answer = () => ({ outcome: 'not_accepted', retry: true, reason: '450 later' });
    await house.take(asked());
    await house.sweep(sending);
    await house.take({ ...asked(), id: id('told again'), data: { ...asked().data, words: { ...words, text: 'Outras palavras. {valor}' } } });
    house.post.answer = () => ({ outcome: 'accepted', provider_id: 'x' });
    untilRetry();
    await house.sweep(sending);
    expect(await only()).toMatchObject({ status: 'sent', attempt: 2, words });
    expect(house.post.sent.map(({ text }) => text)).toEqual([expect.stringContaining('Faltam'), house.post.sent[0]!.text]);
  });
  it('that may not be spoken give way to those of the step, and why is told', async () => {
    await house.take(noticeRequested(1, { words: { ...words, text: `${words.text} Evite o protesto.` } }));
    await house.sweep(sending);
    expect(house.post.sent[0]!.text).toContain('venceu em 09/03/2026 e ainda não identificamos o pagamento');
    expect(house.post.sent[0]!.text).not.toContain('protesto');
    expect(await only()).toMatchObject({ status: 'sent', words_turned_down: 'threat: protesto' });
    expect((await house.told())[0]!.data).not.toHaveProperty('template');
  });
  it('absent, it speaks by its step, as ever', async () => {
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    expect(house.post.sent[0]!.text).toContain('Acontece com todo mundo');
    expect(await only()).toMatchObject({ status: 'sent', words: null, offers: null, channels: null, words_turned_down: null, channel: 'email' });
  });
});

describe('what the gate refuses', () => {
  it.each(['settled', 'held', 'disputed', 'promised', 'agreed'])('%s is final and gives the day back', async (reason) => {
    house.neighbours.refusals.set(id('receivable', 1), reason);
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    expect(await only()).toMatchObject({ status: 'refused', reason });
    expect(await house.told()).toEqual([{ what: 'contact-refused', data: expect.objectContaining({ reason, covers: [cover(1)] }) }]);
    expect(await held()).toEqual({ days: 0, covers: 0 });
    expect(house.post.sent).toEqual([]);
  });
  it.each(['not_covered', 'unread', 'unmatched', 'pending'])('%s is looked at an hour of business time later', async (reason) => {
    house.neighbours.refusals.set(id('receivable', 1), reason);
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    expect(await only()).toMatchObject({ status: 'due', attempt: 2, due_at: new Date('2026-03-10T14:00:00Z'), history: [{ attempt: 1, reason }] });
    expect(await held()).toEqual({ days: 0, covers: 0 });
    expect(await sending.nextDueAt()).toEqual(new Date('2026-03-10T14:00:00Z'));
    expect(await sending.busy()).toBe(false);
  });
  it.each(['stale', 'gate down'])('%s comes back in wall time', async (reason) => {
    if (reason === 'stale') house.neighbours.refusals.set(id('receivable', 1), reason);
    else house.neighbours.down.add('gate');
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    expect(await only()).toMatchObject({ status: 'due', attempt: 2, history: [{ reason: reason === 'stale' ? 'stale' : 'no-answer' }] });
    expect(await held()).toEqual({ days: 0, covers: 0 });
    expect(await sending.busy()).toBe(true);
    expect(await sending.nextDueAt()).toBeNull();
    house.neighbours.refusals.clear();
    house.neighbours.down.clear();
    untilRetry();
    await house.sweep(sending);
    expect(await only()).toMatchObject({ status: 'sent', attempt: 2 });
    expect(await sending.busy()).toBe(false);
  });
  it('in part: those leave, the rest goes, each is told', async () => {
    const covers = [cover(1, 'D+7'), cover(2), cover(3)];
    house.neighbours.refusals.set(id('receivable', 2), 'settled').set(id('receivable', 3), 'pending');
    await house.take(noticeRequested(1, { covers }));
    await house.sweep(sending);
    expect(await house.told()).toEqual([
      { what: 'contact-made', data: expect.objectContaining({ covers: [covers[0]] }) },
      { what: 'contact-refused', data: expect.objectContaining({ covers: [covers[1]], reason: 'settled' }) },
      { what: 'contact-refused', data: expect.objectContaining({ covers: [covers[2]], reason: 'budget' }) },
    ]);
    expect(await held()).toEqual({ days: 2, covers: 1 });
    expect(house.post.sent[0]!.text).toContain('102,03');
  });
});

describe('a verdict is good for 1 s', () => {
  it('and is asked for again when it grew older before the call', async () => {
    let slow = true;
    house.neighbours.beforeGate = () => {
      if (slow) house.wall.pushedMs += 1_001;
      slow = false;
    };
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    expect(house.neighbours.asks).toHaveLength(2);
    expect(await only()).toMatchObject({ status: 'sent', attempt: 1 });
  });
  it('and paid meanwhile, the message does not go', async () => {
    let asked = 0;
    house.neighbours.beforeGate = () => {
      if (++asked > 1) return;
      house.wall.pushedMs += 1_001;
      house.neighbours.refusals.set(id('receivable', 1), 'settled');
    };
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    expect(await only()).toMatchObject({ status: 'refused', reason: 'settled', attempt: 2, history: [{ attempt: 1, reason: 'settled' }] });
    expect(house.post.sent).toEqual([]);
    expect(await held()).toEqual({ days: 0, covers: 0 });
  });
  it('also for those of a batch that wait behind slow calls', async () => {
    house.post.width = 1;
    house.post.answer = (mail) => {
      house.wall.pushedMs += 600;
      return { outcome: 'accepted', provider_id: mail.idempotency_key };
    };
    await house.take(...[1, 2, 3, 4].map((n) => noticeRequested(n)));
    await house.sweep(sending);
    // Two calls begin within each second: 0 and 600 ms after asking.
    expect(house.neighbours.asks.map((asks) => asks.length)).toEqual([4, 2]);
    expect(await house.statuses()).toEqual({ sent: 4 });
    expect(new Set(house.post.sent.map((mail) => mail.idempotency_key)).size).toBe(4);
  });
});

describe('the day belongs to one message', () => {
  const twice = (more: Partial<NoticeData> = {}) => [
    noticeRequested(1, { customer_id: 'a' }),
    noticeRequested(2, { customer_id: 'a', covers: [cover(2)], ...more }),
  ];
  it('within one batch', async () => {
    await house.take(...twice());
    await house.sweep(sending);
    expect(await house.statuses()).toEqual({ sent: 1, refused: 1 });
    expect(await house.told()).toContainEqual({ what: 'contact-refused', data: expect.objectContaining({ reason: 'budget' }) });
    expect(await held()).toEqual({ days: 2, covers: 1 });
  });
  it('between processes that run at once', async () => {
    await house.take(...Array.from({ length: 40 }, (_, n) => noticeRequested(n, { customer_id: `c${n % 10}`, covers: [cover(n)] })));
    const others = [house.process(), house.process(), sending];
    await Promise.all(others.map((each) => house.sweep(each)));
    await house.sweep(sending);
    expect(await house.statuses()).toEqual({ sent: 10, refused: 30 });
    expect(house.post.sent).toHaveLength(10);
    expect(new Set(house.post.sent.map(({ to }) => to)).size).toBe(10);
  });
  it('for two persons who read the same mailbox', async () => {
    house.neighbours.emailOf = () => 'office@example.invalid';
    await house.take(noticeRequested(1), noticeRequested(2));
    await house.sweep(sending);
    expect(await house.statuses()).toEqual({ sent: 1, refused: 1 });
    expect(await held()).toEqual({ days: 2, covers: 1 });
  });
  it('for one person with two mailboxes', async () => {
    const { person_key } = noticeRequested(1).data;
    await house.take(noticeRequested(1), noticeRequested(2, { person_key }));
    await house.sweep(sending);
    expect(await house.statuses()).toEqual({ sent: 1, refused: 1 });
    expect(await held()).toEqual({ days: 2, covers: 1 });
  });
  it('of one creditor; another has its own', async () => {
    await house.take(noticeRequested(1), noticeRequested(2, { customer_id: 'customer-1', creditor_id: 'other', person_key: noticeRequested(1).data.person_key }));
    await house.sweep(sending);
    expect(await house.statuses()).toEqual({ sent: 2 });
  });
  it('until four in seven days are used', async () => {
    const { person_key, creditor_id } = noticeRequested(1).data;
    for (const day of ['2026-03-04', '2026-03-05', '2026-03-06', '2026-03-09'])
      await house.rows(
        `insert into contact_day (scope, person_key, local_date, class, creditor_id, cause, notice_id, recorded_at) values ($1, $2, $3, 'contact', $1, 'notice', $4, $5)`,
        [creditor_id, person_key, day, id(day), NOON],
      );
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    expect(await only()).toMatchObject({ status: 'refused', reason: 'budget' });
    expect((await held()).days).toBe(4);
  });
});

describe('each step of each debt is covered once', () => {
  it('a triple that another message holds leaves this one', async () => {
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    await house.take(noticeRequested(2, { covers: [cover(1), cover(2)] }));
    await house.sweep(sending);
    expect(await house.statuses()).toEqual({ sent: 2 });
    const refused = (await house.told()).filter(({ what }) => what === 'contact-refused');
    expect(refused).toEqual([{ what: 'contact-refused', data: expect.objectContaining({ reason: 'already-covered', covers: [cover(1)] }) }]);
    const taken = await house.rows(`select receivable_id, count(*)::int as n from delivery_cover where state = 'taken' group by 1`);
    expect(taken.map(({ n }) => n)).toEqual([1, 1]);
  });
  it('with nothing left it is refused and gives the day back', async () => {
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    await house.take(noticeRequested(2, { covers: [cover(1)] }));
    await house.sweep(sending);
    expect(await house.statuses()).toEqual({ sent: 1, refused: 1 });
    expect(await held()).toEqual({ days: 2, covers: 1 });
  });
  it('by processes that run at once', async () => {
    await house.take(...Array.from({ length: 30 }, (_, n) => noticeRequested(n, { covers: [cover(n % 5), cover((n + 1) % 5)] })));
    await Promise.all([house.process(), house.process(), sending].map((each) => house.sweep(each)));
    await house.sweep(sending);
    const taken = await house.rows(`select receivable_id, count(*)::int as n from delivery_cover where state = 'taken' group by 1`);
    expect(taken.map(({ n }) => n)).toEqual([1, 1, 1, 1, 1]);
    const covered = (await house.told()).filter(({ what }) => what === 'contact-made').flatMap(({ data }) => data.covers as unknown[]);
    expect(covered).toHaveLength(5);
  });
});

describe("the provider's answer", () => {
  const answering = async (outcome: Outcome) => {
    house.post.answer = () => outcome;
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    return only();
  };
  it('a passing no comes back and is sent later, under the same key', async () => {
    expect(await answering({ outcome: 'not_accepted', retry: true, reason: '450 later' })).toMatchObject({ status: 'due', attempt: 2, history: [{ reason: '450 later' }] });
    expect(await held()).toEqual({ days: 0, covers: 0 });
    expect(await sending.busy()).toBe(true);
    house.post.answer = () => ({ outcome: 'accepted', provider_id: 'x' });
    untilRetry();
    await house.sweep(sending);
    expect(await only()).toMatchObject({ status: 'sent', attempt: 2 });
    expect(new Set(house.post.sent.map((mail) => mail.idempotency_key)).size).toBe(1);
    expect(await held()).toEqual({ days: 2, covers: 1 });
  });
  it('a final no fails and gives the day back', async () => {
    expect(await answering({ outcome: 'not_accepted', retry: false, reason: 'Message failed: 554 5.7.1 no' })).toMatchObject({ status: 'failed' });
    expect(await held()).toEqual({ days: 0, covers: 0 });
    expect(await house.told()).toEqual([{ what: 'contact-refused', data: expect.objectContaining({ reason: 'provider-refused' }) }]);
  });
  it('an address that does not exist is never written to again, by anybody', async () => {
    await answering({ outcome: 'not_accepted', retry: false, reason: 'all recipients were rejected: 550 5.1.1 no such user' });
    expect((await house.told()).map(({ what }) => what)).toEqual(['contact-refused', 'address-invalid']);
    await house.take(noticeRequested(2, { customer_id: 'customer-1', creditor_id: 'other' }));
    await house.sweep(sending);
    expect(await house.rows(`select reason from delivery where status = 'refused'`)).toEqual([{ reason: 'address-invalid' }]);
    expect(house.post.sent).toHaveLength(1);
  });
  it('an unknown end keeps the day and the triples, and is never sent again', async () => {
    expect(await answering({ outcome: 'unknown', reason: 'time-out' })).toMatchObject({ status: 'unknown', reason: 'time-out' });
    expect(await held()).toEqual({ days: 2, covers: 1 });
    expect(await house.told()).toEqual([{ what: 'contact-made', data: expect.objectContaining({ certainty: 'unknown' }) }]);
    untilRetry();
    await house.sweep(sending);
    expect(house.post.sent).toHaveLength(1);
  });
});

describe('in part, again', () => {
  it('one of two paid between two verdicts: nothing goes on the old one', async () => {
    let asked = 0;
    house.neighbours.beforeGate = () => {
      if (++asked > 1) return;
      house.wall.pushedMs += 1_001;
      house.neighbours.refusals.set(id('receivable', 1), 'settled');
    };
    await house.take(noticeRequested(1, { covers: [cover(1), cover(2)] }));
    await house.sweep(sending);
    expect(await only()).toMatchObject({ status: 'sent', attempt: 2, history: [{ reason: 'verdict-changed' }] });
    expect((await house.told()).map(({ what, data }) => [what, data.covers])).toEqual([['contact-made', [cover(2)]], ['contact-refused', [cover(1)]]]);
    expect(await held()).toEqual({ days: 2, covers: 1 });
  });
});

describe('persons', () => {
  it('without an address, or unknown, are not written to', async () => {
    house.neighbours.emailOf = (customer) => (customer === 'customer-1' ? null : 'x@example.invalid');
    await house.take(noticeRequested(1), noticeRequested(2, { customer_id: 'nobody' }));
    await house.sweep(sending);
    expect(await house.rows('select distinct status, reason from delivery')).toEqual([{ status: 'refused', reason: 'no-address' }]);
    expect(await held()).toEqual({ days: 0, covers: 0 });
  });
  it('are asked about again after 60 s, and a new address is a new attempt', async () => {
    house.neighbours.down.add('gate');
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    expect(house.neighbours.lookUps).toBe(1);
    house.neighbours.down.clear();
    house.neighbours.emailOf = () => 'new@example.invalid';
    untilRetry();
    await house.sweep(sending);
    expect(house.neighbours.lookUps).toBe(2);
    expect(house.post.sent.map(({ to }) => to)).toEqual(['new@example.invalid']);
  });
  it('whose address changed after the claim are written to at the new one, on the budget of the new one', async () => {
    house.neighbours.down.add('gate');
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    house.neighbours.down.clear();
    house.neighbours.emailOf = () => 'new@example.invalid';
    house.wall.pushedMs += 59_500;
    house.neighbours.beforeGate = () => {
      house.neighbours.beforeGate = () => undefined;
      house.wall.pushedMs += 1_001;
    };
    await house.sweep(sending);
    expect(await only()).toMatchObject({ status: 'sent', history: [{ reason: 'no-answer' }, { reason: 'address-changed' }] });
    expect(house.post.sent.map(({ to }) => to)).toEqual(['new@example.invalid']);
    const points = await house.rows('select contact_point_key from contact_day where contact_point_key is not null');
    expect(points).toEqual([{ contact_point_key: (await only()).contact_point_key }]);
  });
  it('nobody can tell about come back in wall time, with no day taken', async () => {
    house.neighbours.down.add('customers');
    await house.take(noticeRequested(1));
    await house.sweep(sending);
    expect(await only()).toMatchObject({ status: 'due', attempt: 2, history: [{ reason: 'no-answer' }] });
    expect(await held()).toEqual({ days: 0, covers: 0 });
  });
});

// The clock of this house only goes forward, so this comes last.
describe('at the end of the hours', () => {
  it('what still waits is refused: expired, with nothing asked of anybody', async () => {
    house.neighbours.refusals.set(id('receivable', 1), 'unread');
    await house.take(noticeRequested(1), noticeRequested(2));
    await house.sweep(sending);
    for (const hour of [14, 15, 16, 17, 18, 19, 20, 21]) {
      expect(await sending.nextDueAt()).toEqual(new Date(`2026-03-10T${hour}:00:00Z`));
      house.clock.jumpTo(new Date(`2026-03-10T${hour}:00:00Z`));
      await house.sweep(sending);
    }
    expect(await sending.nextDueAt()).toEqual(new Date(CLOSES));
    house.clock.jumpTo(new Date(CLOSES));
    const asked = house.neighbours.asks.length;
    await house.sweep(sending);
    expect(await house.rows(`select status, reason, attempt from delivery order by attempt desc`)).toEqual([
      { status: 'refused', reason: 'expired', attempt: 10 },
      { status: 'sent', reason: null, attempt: 1 },
    ]);
    expect(house.neighbours.asks).toHaveLength(asked);
    expect(await sending.nextDueAt()).toBeNull();
  });
  it('what comes in later is refused at once', async () => {
    await house.take(noticeRequested(1));
    expect(await only()).toMatchObject({ status: 'refused', reason: 'expired' });
  });
  it('what the gate lets go as the hours end does not go any more', async () => {
    const [last, closes] = [new Date('2026-03-11T21:59:59Z'), new Date('2026-03-11T22:00:00Z')];
    house.clock.jumpTo(last);
    house.neighbours.beforeGate = () => house.clock.jumpTo(closes);
    await house.take(noticeRequested(1, { local_day: '2026-03-11', not_before: last.toISOString(), valid_until: closes.toISOString() }));
    await house.sweep(sending);
    expect(await only()).toMatchObject({ status: 'refused', reason: 'expired', history: [{ reason: 'hours' }] });
    expect(house.post.sent).toEqual([]);
    expect(await held()).toEqual({ days: 0, covers: 0 });
  });
});
