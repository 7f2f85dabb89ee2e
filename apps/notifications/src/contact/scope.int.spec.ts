import { startMailSink, type MailSink } from '@emdia/mail-sink';
import { Clock } from '@emdia/clock';
import { run, type House } from '@emdia/runtime';
import { NOON } from '../../test/given';
import { GivenHouse } from '../../test/given-house';
import { notifications } from '../index';

class NoonClock extends Clock {
  now(): Date {
    return NOON;
  }
}

/** The setting `EMDIA_BUDGET_SCOPE=installation`, as REST feels it. */
describe('an installation whose creditors share one budget', () => {
  const given = new GivenHouse();
  let house: House;
  let sink: MailSink;

  beforeAll(async () => {
    sink = await startMailSink();
    await given.open({ EMDIA_SMTP_URL: sink.smtpUrl, EMDIA_BUDGET_SCOPE: 'installation' });
    house = await run([notifications], 'in-process', { config: given.config, clock: new NoonClock() });
  });
  afterAll(async () => {
    await house.stop();
    await given.close();
    await sink.stop();
  });

  const send = async (method: string, path: string, as: string, body: object) => {
    const response = await fetch(`${house.url}/v1/${path}`, { method, headers: { authorization: `Bearer emdia_${as}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return { status: response.status, json: (await response.json()) as object };
  };

  it('lets none of them loosen it, whoever decides', async () => {
    const decision = { decided_by: 'Ana Maria Souza', role: 'diretora de crédito', reason: 'clientes pediram lembretes diários' };
    const rule = { weekdays: [1, 2, 3, 4, 5], contacts_in_7_days: 5, contacts_in_30_days: 12, reason: 'política', decision };
    expect(await send('PUT', 'contact-rules', 'acme', rule)).toMatchObject({ status: 422, json: { findings: expect.arrayContaining([expect.objectContaining({ path: 'contacts_in_7_days', remedy: expect.stringContaining('EMDIA_BUDGET_SCOPE') })]) } });
  });

  it('takes a day of the person for all of them', async () => {
    const take = (as: string) => send('POST', 'human-contacts', as, { customer_id: 'C-1', local_date: '2026-03-10' });
    expect(await take('acme')).toMatchObject({ status: 201 });
    expect(await take('other')).toMatchObject({ status: 409, json: { type: 'urn:emdia:problem:budget' } });
  });
});
