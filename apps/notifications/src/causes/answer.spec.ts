import { badWordsIn } from '@emdia/regua';
import type { Step } from '@emdia/messaging';
import { Config } from '@emdia/runtime';
import { mailOf } from '../delivery/correspondence';
import { Deliveries } from '../delivery/deliveries';
import { conclude, type Delivery, type Sending } from '../delivery/delivery';
import { NotificationsConsumer } from '../notifications.consumer';
import { PublicLinks } from '../public-links';
import { amounts, CREDITOR, goes, id, NOON, noticeRequested, sendingNotice } from '../../test/given';
import { optOutToken, readOptOutToken } from '../opt-out/opt-out';
import { readSignedToken, signedToken } from '../signed-token';
import { answer } from './answer';
import { ANSWERS } from './answers';
import { causeToken, readCauseToken } from './cause-link';
import { answeredBeforePage, answeredPage, questionPage, unknownQuestionPage } from './pages';

const KEY = 'k'.repeat(32);
const sending = (more: Parameters<typeof sendingNotice>[0] = {}, verdict?: Parameters<typeof sendingNotice>[1]) => sendingNotice({ asks_cause: true, ...more }, verdict);
const sent = (...given: Parameters<typeof sending>): Delivery => conclude(sending(...given), { outcome: 'accepted', provider_id: 'p' }, null, NOON).next;
const days = (n: number) => new Date(NOON.getTime() + n * 86_400_000);
const [late] = sendingNotice().covers;

describe('an answer', () => {
  it('is told once, about the late debts of the letter', () => {
    const upcoming = { receivable_id: id('receivable', 2), due_date: '2026-03-13', step: 'D-3' };
    const verdict = { as_of_epoch_ms: 1, covers: [goes(late!), { ...goes(upcoming), amounts: { ...amounts, due_date: '2026-03-13' } }] };
    const delivery = sent({ covers: [late!, upcoming] }, verdict);
    const decision = answer(delivery, CREDITOR, 'no-money', days(1));
    expect(decision).toMatchObject({
      next: { status: 'sent', cause_answer: { cause: 'no-money', at: days(1).toISOString() } }, result: { cause: 'no-money', counts: true },
      events: [{ contract: { type: 'notifications.cause-answered.v1' }, data: { notice_id: delivery.notice_id, customer_id: delivery.customer_id, receivable_ids: [late!.receivable_id], cause: 'no-money', answered_at: days(1).toISOString() } }],
    });
    const again = answer('next' in decision ? decision.next : null, CREDITOR, 'already-paid', days(2));
    expect(again).toEqual({ ignored: 'answered-before', result: { cause: 'no-money', counts: false } });
  });
  it.each<[string, Delivery | null, string, number]>([
    ['of nothing known', null, CREDITOR, 1],
    ['of another creditor', sent(), 'other', 1],
    ['to a letter that did not ask', sent({ asks_cause: undefined } as never), CREDITOR, 1],
    ['to a letter about nothing late', sent({}, { as_of_epoch_ms: 1, covers: [{ ...goes(late!), amounts: { ...amounts, due_date: '2026-03-10' } }] }), CREDITOR, 1],
    ['to a letter that is not sent', sending(), CREDITOR, 1],
    ['after two months', sent(), CREDITOR, 61],
  ])('counts for nothing %s', (_, delivery, creditor_id, after) => expect(answer(delivery, creditor_id, 'forgot', days(after))).toMatchObject({ ignored: expect.any(String), result: null }));
  it('is told of by the letter that asked for it', () => {
    const told = (...given: Parameters<typeof sending>) => conclude(sending(...given), { outcome: 'accepted', provider_id: 'p' }, null, NOON).events[0]!.data;
    expect(told()).toMatchObject({ asked_cause: true });
    expect(told({ asks_cause: undefined } as never)).not.toHaveProperty('asked_cause');
  });
});

describe('a letter asks', () => {
  const creditor = { creditor_id: CREDITOR, name: 'Acme', document: '11222333000181', address: 'Rua A, 1', contact_email: null, contact_phone: null, sender_name: 'Acme' };
  const addressee = { creditor_id: CREDITOR, customer_id: 'customer-1', person_key: 'e'.repeat(64), name: 'Ana', email: 'ana@example.invalid', state: 'SP', phone_key: null, contact_point_key: 'c'.repeat(64), deliverable: true, creditor };
  const asks = (delivery: Sending) => mailOf(delivery, delivery.verdict, addressee, { from: 'a@b.invalid', stop_url: undefined, cause_url: 'https://emdia.invalid/v1/causes/x' }, NOON).text.includes('O que aconteceu?');
  const notLate = { as_of_epoch_ms: 1, covers: [{ ...goes({ ...late!, step: 'D0' }), amounts: { ...amounts, due_date: '2026-03-10', days_late: 0 } }] };

  it('where something is late still, and nobody has answered', () =>
    expect([asks(sending()), asks(sending({ step: 'D0' }, notLate)), asks(sendingNotice())]).toEqual([true, false, false]));
  it('where an answer can reach the house', () => {
    const taken = (env: Record<string, string>) => {
      const consumer = new NotificationsConsumer(new Deliveries(), new PublicLinks(Config.from({ DATABASE_URL: 'postgres://localhost/x', PORT: '0', ...env })));
      const decision = (consumer.noticeRequested(noticeRequested(1, { asks_cause: true })) as Step<Delivery | null>).decide(new Map([[id('notice', 1), null]]), NOON);
      return 'next' in decision && decision.next.get(id('notice', 1))?.asks_cause;
    };
    expect([taken({}), taken({ EMDIA_PUBLIC_URL: 'https://emdia.invalid' })]).toEqual([false, true]);
  });
});

describe('a link', () => {
  it('signed for one use opens no other', () => {
    expect([readSignedToken('one', signedToken('one', 'x', KEY), KEY), readSignedToken('other', signedToken('one', 'x', KEY), KEY)]).toEqual(['x', null]);
  });
  const asked = { creditor_id: 'acme', notice_id: id('notice', 1) };
  it('names the letter, signed for this use alone', () => {
    const token = causeToken(asked, KEY);
    expect(token).toMatch(/^[\w.-]+$/);
    expect(readCauseToken(token, KEY)).toEqual(asked);
    expect([readCauseToken(token, 'x'.repeat(32)), readCauseToken(token.slice(0, -1), KEY), readOptOutToken(token, KEY)]).toEqual([null, null, null]);
    expect(readCauseToken(optOutToken({ creditor_id: 'acme', channel: 'email', contact_point_key: id('notice', 1) }, KEY), KEY)).toBeNull();
  });
});

describe('the pages', () => {
  const pages = [questionPage(), unknownQuestionPage(), ...(Object.keys(ANSWERS) as (keyof typeof ANSWERS)[]).flatMap((cause) => [answeredPage(cause), answeredBeforePage(cause)])];
  it('threaten, label and press nobody', () => expect(pages.flatMap((each) => badWordsIn(each.replace(/<[^>]*>/g, ' '))).map(({ found }) => found)).toEqual([]));
  it('need no script, fetch nothing and lead nowhere else', () => {
    for (const each of pages) expect(each).not.toMatch(/<script|<img|<link|https?:|@import|url\(/);
  });
  it('answer nothing but by a button of their own', () => {
    const values = [...questionPage().matchAll(/<button type="submit" name="cause" value="([^"]+)"/g)].map(([, value]) => value);
    expect(values).toEqual(['forgot', 'no-money', 'payment-method', 'not-recognised', 'already-paid']);
  });
});
