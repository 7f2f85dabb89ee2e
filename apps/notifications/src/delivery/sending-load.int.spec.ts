import { WallClock } from '@emdia/clock';
import { startMailSink } from '@emdia/mail-sink';
import { Post } from '../channels/post';
import { id, noticeRequested } from '../../test/given';
import { GivenHouse } from '../../test/given-house';

// How many messages a second leave, taking in, database, gate and look-up over HTTP and real SMTP to a sink in this
// same process included. It prints and does not judge: machines differ. Measured on two cores: see the README.
const MESSAGES = 2_000;

it(`sends ${MESSAGES} messages by real SMTP, each once`, async () => {
  const sink = await startMailSink();
  const house = await new GivenHouse(new WallClock()).open({ EMDIA_SMTP_URL: sink.smtpUrl });
  const post = new Post(house.config);
  try {
    const notices = Array.from({ length: MESSAGES }, (_, n) => noticeRequested(n, { covers: [0, 1].map((m) => ({ receivable_id: id('receivable', n, m), due_date: '2026-03-09', step: 'D+1' })) }));
    const began = performance.now();
    await house.take(...notices);
    const taken = performance.now();
    await house.sweep(house.process(post));
    const ended = performance.now();
    console.info(
      `${MESSAGES} messages: taken in at ${Math.round((MESSAGES * 1_000) / (taken - began))}/s, sent at ${Math.round((MESSAGES * 1_000) / (ended - taken))}/s, both ${Math.round((MESSAGES * 1_000) / (ended - began))}/s`,
    );
    expect(await house.statuses()).toEqual({ sent: MESSAGES });
    expect(new Set(sink.messages().map(({ message_id }) => message_id)).size).toBe(MESSAGES);
    expect(sink.count()).toBe(MESSAGES);
  } finally {
    await post.onModuleDestroy();
    await sink.stop();
    await house.close();
  }
});
