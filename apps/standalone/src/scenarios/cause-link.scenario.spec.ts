import { Story } from './story';

/** March 2026: the 9th is a Monday. A debt due on Friday the 6th, and one due on Tuesday the 24th. */
describe('why it is unpaid, answered by the link in a letter', () => {
  let story: Story;
  beforeEach(async () => {
    story = await Story.open('in-process', '2026-03-02 08:00', { EMDIA_PUBLIC_URL: 'https://emdia.invalid' });
    await story.issue({ invoice_id: 'inv-1', due_date: '2026-03-06' });
    await story.issue({ invoice_id: 'inv-2', due_date: '2026-03-24' });
    await story.until('2026-03-09 15:00');
  });
  afterEach(async () => {
    const broken = (await story.laws()).filter(({ violations }) => violations > 0);
    await story.close();
    expect(broken).toEqual([]);
  });

  const letters = async () => Promise.all(story.mail.messages().map(async ({ sequence }) => (await story.mail.content(sequence))!.text));
  const links = async () => (await letters()).flatMap((text) => [...text.matchAll(/https:\/\/emdia\.invalid(\/v1\/causes\/\S+)/g)].map(([, path]) => path!));
  const press = async (cause: string) => {
    const [link] = await links();
    const body = new URLSearchParams({ cause });
    const page = await (await fetch(story.house.url + link!, { method: 'POST', body })).text();
    await story.house.settle();
    return page;
  };
  interface Case { cause: string | null; cause_by: string | null; regua_version: string; holds: { kind: string; receivable_ids: string[] }[]; changes: { what: string; after: string; actor: string; reason: string }[] }
  const file = () => story.get<Case>('/v1/cases/ana');

  it('is asked in one letter alone; whoever only opens the link answers nothing', async () => {
    const before = await file();
    for (const link of await links()) expect(await (await fetch(story.house.url + link)).text()).toContain('O que aconteceu?');
    await story.house.settle();
    expect(await file()).toEqual(before);
    await story.until('2026-04-08');
    expect(await links()).toHaveLength(1);
    expect(await story.contacts()).toEqual(['2026-03-03 D-3', '2026-03-06 D0', '2026-03-09 D+3', '2026-03-13 D+7', '2026-03-20 D-3', '2026-03-23 D+15', '2026-03-24 D0', '2026-03-25 D+1', '2026-03-27 D+3', '2026-03-31 D+7', '2026-04-06 D+30']);
  });

  it('already paid: silence about that debt, a person is asked for the proof, the other one goes on', async () => {
    expect(await press('already-paid')).toContain('responda o e-mail com o comprovante');
    expect(await file()).toMatchObject({ cause: 'already-paid', cause_by: 'the debtor, by the link in a letter', holds: [{ kind: 'already-paid', receivable_ids: [story.receivable('inv-1')] }] });
    expect((await story.get<{ items: { reason: string }[] }>('/v1/tasks')).items).toMatchObject([{ reason: 'already-paid: ask for the proof of payment' }]);
    await story.until('2026-03-21');
    const [only] = (await story.query<{ covers: { receivable_id: string }[] }>(`select covers from notifications.delivery where local_day > '2026-03-09' and status = 'sent'`)).map(({ covers }) => covers.map(({ receivable_id }) => receivable_id));
    expect(only).toEqual([story.receivable('inv-2')]);
    expect(await story.contacts()).toEqual(['2026-03-03 D-3', '2026-03-06 D0', '2026-03-09 D+3', '2026-03-20 D-3']);
  });

  it('no money now: another régua, with options; a second answer changes nothing', async () => {
    expect(await press('no-money')).toContain('Obrigado por responder');
    expect(await press('not-recognised')).toContain('Já recebemos a sua resposta');
    const { cause, regua_version, holds, changes } = await file();
    expect([cause, regua_version, holds]).toEqual(['no-money', 'bom-pagador-1', []]);
    expect(changes).toMatchObject([
      { what: 'cause', after: 'no-money', actor: 'the debtor, by the link in a letter', reason: expect.stringMatching(/^answer to notice [0-9a-f-]{36}$/) },
      { what: 'regua', after: 'bom-pagador-1', actor: 'the debtor, by the link in a letter' },
    ]);
    await story.until('2026-03-18');
    expect((await story.contacts()).slice(3)).toEqual(['2026-03-16 D+10']);
    expect((await letters()).at(-1)).toContain('uma nova data ou o pagamento em parcelas');
  });
});
