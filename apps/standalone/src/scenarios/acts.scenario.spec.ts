import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultPolicy, offsetOf } from '@emdia/regua';
import { Story } from './story';

/** What a creditor's own systems do along a régua, in a whole house, and what the auditor makes of it. */
describe('acts of a creditor\'s own systems', () => {
  let story: Story;
  let server: Server;
  const heard: { type: string; data: { customer_id: string; invoice_id: string; change?: string; undoes?: string; act_id: string } }[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        heard.push(JSON.parse(Buffer.concat(chunks).toString()));
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    story = await Story.open('in-process', '2026-03-16 08:00');
  });
  afterAll(async () => {
    await story.close();
    server.closeAllConnections();
    server.close();
  });

  it('leave under the gate, are taken back with the debt, and break no law', async () => {
    const { document } = defaultPolicy('esquecido');
    const acts = [{ step: 'D+5', action: 'service', change: 'suspend' }, { step: 'D+20', action: 'write-off' }];
    const steps = [...document.steps, ...acts].sort((a, b) => offsetOf(a.step) - offsetOf(b.step));
    await story.post('/v1/reguas', { document: { ...document, regua: 'firme', version: 1, steps } });
    await story.put('/v1/acts/carrier', { carries_out: ['service', 'write-off'] });
    await story.put('/v1/acts/webhook', { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, secrets: ['s'.repeat(32)] });
    for (const customer_id of ['ana', 'bob', 'carol']) await story.issue({ invoice_id: `inv-${customer_id}`, customer_id, due_date: '2026-03-20' });
    await story.until('2026-03-24');
    await story.pay('pay-bob', 'inv-bob');
    await story.until('2026-03-26');
    const what = () => heard.map(({ data: { customer_id, change = 'write-off' } }) => `${customer_id} ${change}`).sort();
    expect(what()).toEqual(['ana suspend', 'carol suspend']);
    await story.pay('pay-ana', 'inv-ana');
    expect(what()).toEqual(['ana restore', 'ana suspend', 'carol suspend']);
    const suspended = heard.find(({ data }) => data.customer_id === 'ana' && data.change === 'suspend')!.data;
    expect(heard.at(-1)!.data).toMatchObject({ invoice_id: 'inv-ana', undoes: suspended.act_id });

    await story.until('2026-04-14');
    expect(what().slice(-2)).toEqual(['carol suspend', 'carol write-off']);
    expect(await story.get(`/v1/receivables/${story.receivable('inv-carol')}`)).toMatchObject({ status: 'written-off', write_offs: [{ written_off: true, reason: 'firme-1 D+20' }] });
    expect(await story.get('/v1/cases/carol')).toMatchObject({ acts: [{ kind: 'write-off', status: 'accepted', regua_version: 'firme-1' }, { change: 'suspend', status: 'accepted', task: null }] });

    const [asked] = await story.query<{ n: number }>(`select count(*)::int as n from dunning.outward_act where call_began_at is not null and undoes is null`);
    const contacts = await story.contacts();
    const laws = await story.laws();
    expect(laws.map(({ violations }) => violations)).toEqual([0, 0, 0, 0, 0]);
    expect([asked!.n, laws[0]!.checked]).toEqual([3, contacts.length + 3]);
  });
});
