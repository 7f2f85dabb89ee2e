import { DrivenClock } from '@emdia/clock';
import { VERDICT_MS_MAX } from '@emdia/gate';
import { NOON } from '../../test/given';
import { GivenHouse, PushedWall } from '../../test/given-house';
import { CallAnswers } from './call-answers';

const given = new GivenHouse();
const wall = new PushedWall();
const ASKED = { creditor_id: 'acme', customer_id: 'a', local_date: '2026-03-10', asked_by: 'ana', state: 'SP', contact_point_key: 'number' };
let answers: CallAnswers;

beforeAll(() => given.open());
afterAll(() => given.close());
beforeEach(async () => {
  await given.rows('delete from call_answer');
  answers = new CallAnswers(given.database, new DrivenClock(NOON), wall);
});

/** Asks, while each look takes so long. */
async function kept(...took_ms: number[]) {
  const looks: number[] = [];
  const said = answers.kept(ASKED, async () => {
    wall.pushedMs += took_ms[looks.length]!;
    looks.push(looks.length + 1);
    return { as_of_epoch_ms: looks.length };
  });
  const outcome = await said.then(({ as_of_epoch_ms }) => as_of_epoch_ms, (error: { getStatus(): number }) => error.getStatus());
  return { outcome, looks: looks.length, rows: await given.rows('select answer, as_of_epoch_ms::int as as_of, state, contact_point_key from call_answer') };
}

describe('who asks whether they may call', () => {
  const row = (as_of: number) => ({ answer: 'may-call', as_of, state: 'SP', contact_point_key: 'number' });

  it('is answered by a verdict that a message might rest on', async () => {
    expect(await kept(VERDICT_MS_MAX)).toEqual({ outcome: 1, looks: 1, rows: [row(1)] });
  });
  it('is not answered by an older one: all is looked at again, and only what is said is kept', async () => {
    expect(await kept(VERDICT_MS_MAX + 1, VERDICT_MS_MAX + 1, 0)).toEqual({ outcome: 3, looks: 3, rows: [row(3)] });
  });
  it('hears that nothing is known where it always takes too long', async () => {
    expect(await kept(...Array<number>(9).fill(VERDICT_MS_MAX + 1))).toEqual({ outcome: 503, looks: 3, rows: [] });
  });
});
