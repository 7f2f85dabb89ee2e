import { ADMIN_KEY, CREDITOR, Story } from './story';

const SECRET = 'the-secret-of-the-psp-0123456789';
const TXID = 'academiasol2026030900000000001';

/** A PSP tells a Pix by webhook, and the creditor uploads the same Pix as a file; the names of both are one. */
describe('Pix by webhook and by file', () => {
  let story: Story;
  let path = '';
  let count = 0;
  let pix = {};
  let lastFile = '';

  beforeAll(async () => {
    story = await Story.open('in-process', '2026-03-10 08:00');
    path = (await story.put<{ path: string }>('/v1/webhooks/psp', { kind: 'pix', secrets: [SECRET] })).path.replace('{secret}', SECRET);
  });
  afterAll(() => story?.close());

  const decide = async (what: 'confirm' | 'undo') => {
    await fetch(`${story.house.url}/v1/bank-files/${lastFile}/${what}`, { method: 'POST', headers: { authorization: `Bearer ${ADMIN_KEY}`, 'x-emdia-creditor': CREDITOR } });
    await story.house.settle();
  };
  const byWebhook = async (body: object) => {
    expect((await fetch(`${story.house.url}${path}/pix`, { method: 'POST', body: JSON.stringify(body) })).status).toBe(200);
    await story.house.settle();
  };
  const byFile = async (body: object) => {
    const response = await fetch(`${story.house.url}/v1/bank-files?source=psp&name=pix.json`, {
      method: 'POST', headers: { authorization: `Bearer ${ADMIN_KEY}`, 'x-emdia-creditor': CREDITOR, 'content-type': 'application/octet-stream' }, body: JSON.stringify(body),
    });
    const { file_id } = (await response.json()) as { file_id: string };
    lastFile = file_id;
    await story.house.settle();
    return (await story.get<{ counts: Record<string, number> }>(`/v1/bank-files/${file_id}`)).counts;
  };
  const booked = async () =>
    (await story.query<{ received_cents: string; refunded_cents: string }>('select received_cents, refunded_cents from reconciliation.payment where payment_id = $1', [(pix as { endToEndId: string }).endToEndId])).map(({ received_cents, refunded_cents }) => [Number(received_cents), Number(refunded_cents)]);
  const standing = async () => (await story.query<{ status: string; open_cents: string }>('select status, open_cents from reconciliation.receivable where invoice_id = $1', [`FAT-${count}`])).map(({ status, open_cents }) => [status, Number(open_cents)])[0];
  const deadLetters = async () => (await story.query(`select id from reconciliation.dead_letter where status = 'open'`)).length;

  beforeEach(async () => {
    const txid = `${TXID}${++count}`;
    pix = { endToEndId: `E000000002026030912000000000000${count}0`, txid, valor: '100.00', horario: '2026-03-09T12:00:00Z' };
    await story.issue({ invoice_id: `FAT-${count}`, customer_id: `ana-${count}`, due_date: '2026-03-09', instruments: [{ rail: 'PIX_COB', reference: txid }] });
  });
  const returned = () => ({ ...pix, devolucoes: [{ id: 'd1', rtrId: `D00000000202603101200000000000${count}0`, valor: '40.00', status: 'DEVOLVIDO', horario: { solicitacao: '2026-03-10T12:00:00Z', liquidacao: '2026-03-10T12:00:05Z' } }] });

  it('is one payment where the file comes after: it says nothing new', async () => {
    await byWebhook({ pix: [pix] });
    expect(await standing()).toEqual(['settled', 0]);
    expect(await byFile({ pix: [pix] })).toMatchObject({ known: 1 });
    expect([await booked(), await standing(), await deadLetters()]).toEqual([[[10_000, 0]], ['settled', 0], 0]);
  });

  it.each([['webhook', 'file'], ['file', 'webhook']])('gives back once what both say was given back: %s, then %s', async (first) => {
    for (const by of first === 'webhook' ? [byWebhook, byFile] : [byFile, byWebhook]) {
      await by({ pix: [returned()] });
      expect([await booked(), await standing(), await deadLetters()]).toEqual([[[10_000, 4_000]], ['open', 4_000], 0]);
    }
  });

  it('takes back by a file what was paid by webhook, and the webhook then tells nothing new', async () => {
    await byWebhook({ pix: [pix] });
    expect(await byFile({ pix: [returned()] })).toMatchObject({ known: 1, returned: 1, left: 0 });
    expect([await booked(), await standing()]).toEqual([[[10_000, 4_000]], ['open', 4_000]]);
    await byWebhook({ pix: [returned()] });
    expect([await booked(), await standing(), await deadLetters()]).toEqual([[[10_000, 4_000]], ['open', 4_000], 0]);
  });

  it('stands by the webhook\'s word where the file is undone, whichever came first, and is one when the file is confirmed', async () => {
    await byFile({ pix: [returned()] });
    await decide('undo');
    expect([await booked(), await standing()]).toEqual([[[0, 0]], ['open', 10_000]]);
    await byWebhook({ pix: [returned()] });
    expect([await booked(), await standing()]).toEqual([[[10_000, 4_000]], ['open', 4_000]]);
    for (const what of ['confirm', 'undo'] as const) {
      await decide(what);
      expect([what, await booked(), await standing(), await deadLetters()]).toEqual([what, [[10_000, 4_000]], ['open', 4_000], 0]);
    }
  });

  it('stands by the webhook\'s word where the file that told it first is undone after it', async () => {
    await byFile({ pix: [pix] });
    await byWebhook({ pix: [returned()] });
    for (const what of ['undo', 'confirm', 'undo'] as const) {
      await decide(what);
      expect([what, await booked(), await standing(), await deadLetters()]).toEqual([what, [[10_000, 4_000]], ['open', 4_000], 0]);
    }
  });

  it('is one payment where neither tells what it is for', async () => {
    const { txid: _, ...bare } = pix as { txid: string };
    pix = bare;
    await byFile({ pix: [pix] });
    await decide('undo');
    await decide('confirm');
    await byWebhook({ pix: [pix] });
    expect([await booked(), await deadLetters()]).toEqual([[[10_000, 0]], 0]);
  });

  it('is money once where the file comes before', async () => {
    await byFile({ pix: [pix] });
    expect(await standing()).toEqual(['settled', 0]);
    await byWebhook({ pix: [pix] });
    expect([await booked(), await standing(), await deadLetters()]).toEqual([[[10_000, 0]], ['settled', 0], 0]);
  });

  it('holds while an attempt to collect it is under way, though nobody says how much, and lets go where that has failed', async () => {
    const { txid, endToEndId } = pix as { txid: string; endToEndId: string };
    const attempt = (status: string) => ({ cobsr: [{ idRec: 'RR1', txid, status: 'ATIVA', atualizacao: [], tentativas: [{ dataLiquidacao: '2026-03-12', tipo: 'AGND', status, endToEndId }] }] });
    const collectability = async () => (await story.query<{ collectability: string }>('select collectability from reconciliation.receivable where invoice_id = $1', [`FAT-${count}`]))[0]!.collectability;
    expect(await collectability()).toBe('owed');
    await byWebhook(attempt('AGENDADA'));
    expect(await collectability()).toBe('pending');
    await byWebhook(attempt('REJEITADA'));
    expect(await collectability()).toBe('owed');
    await byWebhook({ pix: [pix] });
    expect([await collectability(), await booked()]).toEqual(['settled', [[10_000, 0]]]);
  });
});
