import { WallClock } from '@emdia/clock';
import { decode, DunningNoticeRequested, NotificationsContactMade, NotificationsContactRefused, ReconciliationBalanceChanged, type DataOf } from '@emdia/contracts';
import { InProcessBroker } from '@emdia/messaging';
import { calendarOf, Diary } from '@emdia/testing';
import { at, Story } from './story';

type Fact = readonly [when: string, note: string, tell: (story: Story, customer_id: string) => Promise<unknown>];

const TXID = 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5';
const money = { amount_cents: 10_000, currency: 'BRL' };
const pays = (payment_id: string, paid_date: string, more: Record<string, unknown> = {}) => (story: Story) => story.tell('payment-received', { payment_id, reference: payment_id.split('-')[0], ...money, paid_date, credit_date: paid_date, ...more });
const began = (payment_id: string) => (story: Story) => story.tell('payment-pending', { payment_id, reference: payment_id.split('-')[0] });
const failed = (payment_id: string, code: string) => (story: Story) => story.tell('payment-failed', { payment_id, reference: payment_id.split('-')[0], code });

/** By rail, what happens to a debt due on Saturday 14 March 2026; the last day without charge is Monday. */
const lives: Readonly<Record<string, { readonly instruments: readonly object[]; readonly facts: readonly Fact[] }>> = {
  boleto: {
    instruments: [{ rail: 'BOLETO', reference: '00012345678' }],
    facts: [
      ['2026-03-16 15:00', 'pago no banco na segunda-feira, crédito na terça', pays('boleto-1', '2026-03-16', { credit_date: '2026-03-17', credited: false })],
      ['2026-03-17 08:00', 'o banco credita', (story) => story.tell('payment-credited', { payment_id: 'boleto-1', credit_date: '2026-03-17' })],
    ],
  },
  pixcob: {
    instruments: [{ rail: 'PIX_COB', reference: `${TXID}1` }],
    facts: [
      ['2026-03-18 11:00', 'Pix recebido', pays('pixcob-1', '2026-03-18', { reference: `${TXID}1` })],
      ['2026-03-25 11:00', 'Pix devolvido', (story) => story.tell('payment-refunded', { refund_id: 'pixcob-r', payment_id: 'pixcob-1', ...money, refunded_date: '2026-03-25', reason: 'pix-devolution' })],
    ],
  },
  pixcobv: {
    instruments: [{ rail: 'PIX_COBV', reference: `${TXID}2` }],
    facts: [['2026-03-16 20:00', 'Pix recebido no dia útil seguinte ao vencimento', pays('pixcobv-1', '2026-03-16', { reference: `${TXID}2` })]],
  },
  pixauto: {
    instruments: [{ rail: 'PIX_AUTO', reference: `${TXID}3` }],
    facts: [
      ['2026-03-12 10:00', 'débito agendado', began('pixauto-1')],
      ['2026-03-16 22:00', 'débito rejeitado: AM04', failed('pixauto-1', 'AM04')],
      ['2026-03-18 08:00', 'nova tentativa agendada', began('pixauto-2')],
      ['2026-03-18 21:30', 'nova tentativa paga', pays('pixauto-2', '2026-03-18')],
    ],
  },
  card: {
    instruments: [{ rail: 'CARD', reference: 'card-token' }],
    facts: [
      ['2026-03-14 07:00', 'cartão recusado: 51', failed('card-1', '51')],
      ['2026-03-17 15:00', 'o cliente diz que é o cartão', (story, customer_id) => story.post(`/v1/cases/${customer_id}/cause`, { cause: 'payment-method' })],
      ['2026-03-24 15:00', 'pago com outro cartão', pays('card-2', '2026-03-24')],
    ],
  },
  debit: {
    instruments: [{ rail: 'DEBIT', reference: 'mandate-7' }],
    facts: [
      ['2026-03-13 06:00', 'débito em conta enviado', began('debit-1')],
      ['2026-03-17 06:00', 'débito não efetuado: saldo', failed('debit-1', '01')],
      ['2026-03-19 15:00', 'débito efetuado', pays('debit-2', '2026-03-19')],
    ],
  },
  transfer: {
    instruments: [{ rail: 'TRANSFER' }],
    facts: [
      ['2026-03-17 08:00', 'transferência sem identificação', (story, customer_id) => story.tell('payment-received', { payment_id: 'transfer-1', customer_id, reference: 'OBRIGADA', ...money, paid_date: '2026-03-17', credit_date: '2026-03-17' })],
      ['2026-03-20 15:00', 'uma pessoa encontra a fatura', (story) => story.post('/v1/unapplied/transfer-1/apply', { receivable_id: story.receivable('transfer') })],
    ],
  },
};

/** What the house publishes about each customer, written into a diary of their own. */
async function diaries(broker: InProcessBroker): Promise<(customer_id: string) => Diary> {
  const known = new Map<string, Diary>();
  const of = (customer_id: string) => known.get(customer_id) ?? known.set(customer_id, new Diary()).get(customer_id)!;
  const asked = new Map<string, DataOf<typeof DunningNoticeRequested>>();
  const topics = [ReconciliationBalanceChanged, DunningNoticeRequested, NotificationsContactMade].map(({ topic }) => topic);
  await broker.subscribe('rails-diary', [...new Set(topics)], async (batch) => {
    for (const { body } of batch) {
      const { type, time, data } = decode(body) as { type: string; time: string; data: { customer_id: string; notice_id: string } };
      const [diary, now] = [of(data.customer_id), new Date(time)];
      if (type === ReconciliationBalanceChanged.type) diary.bill(now, data as never);
      else if (type === DunningNoticeRequested.type) asked.set(data.notice_id, data as never);
      else if (type === NotificationsContactMade.type || type === NotificationsContactRefused.type) diary.told(now, { type: DunningNoticeRequested.type, data: asked.get(data.notice_id) }, 'reason' in data ? String(data.reason) : 'sent');
      else if (type.startsWith('dunning.') && data.customer_id) diary.told(now, { type, data }, '');
    }
  });
  return of;
}

const calendars: Readonly<Record<string, string>> = {
  boleto: `
    2026-03-11 qua  D-3   mensagem D-3 'lembrete' (tom de lembrete)
    2026-03-13 sex  D-1   mensagem D0 'vence-hoje' (tom de lembrete)
    2026-03-14 sáb        vencimento, pagável sem encargos até 2026-03-16
    2026-03-16 seg  D+2   pago no banco na segunda-feira, crédito na terça
    2026-03-16 seg  D+2   pago
    2026-03-16 seg  D+2   em dia (paid) depois de 2 contatos
    2026-03-16 seg  D+2   agradecimento 'obrigado'
    2026-03-17 ter  D+3   o banco credita
  `,
  pixcob: `
    2026-03-11 qua  D-3   mensagem D-3 'lembrete' (tom de lembrete)
    2026-03-13 sex  D-1   mensagem D0 'vence-hoje' (tom de lembrete)
    2026-03-14 sáb        vencimento, pagável sem encargos até 2026-03-16
    2026-03-17 ter  D+3   mensagem D+1 'esquecimento' (tom leve)
    2026-03-18 qua  D+4   Pix recebido
    2026-03-18 qua  D+4   pago
    2026-03-18 qua  D+4   em dia (paid) depois de 3 contatos
    2026-03-18 qua  D+4   agradecimento 'obrigado'
    2026-03-25 qua  D+11  Pix devolvido
    2026-03-25 qua  D+11  estorno: R$ 100,00 em aberto de novo
    2026-03-25 qua  D+11  caso aberto na régua esquecido-1
    2026-03-25 qua  D+11  oferta D+7 'nova-data' (tom prestativo): new-date, instalments, diz também D+3
    2026-03-31 ter  D+17  oferta D+15 'como-ajudar' (tom prestativo): new-date, instalments
  `,
  pixcobv: `
    2026-03-11 qua  D-3   mensagem D-3 'lembrete' (tom de lembrete)
    2026-03-13 sex  D-1   mensagem D0 'vence-hoje' (tom de lembrete)
    2026-03-14 sáb        vencimento, pagável sem encargos até 2026-03-16
    2026-03-16 seg  D+2   Pix recebido no dia útil seguinte ao vencimento
    2026-03-16 seg  D+2   pago
    2026-03-16 seg  D+2   em dia (paid) depois de 2 contatos
    2026-03-17 ter  D+3   agradecimento 'obrigado'
  `,
  pixauto: `
    2026-03-11 qua  D-3   mensagem D-3 'lembrete' (tom de lembrete)
    2026-03-12 qui  D-2   débito agendado
    2026-03-12 qui  D-2   conciliação: pending até 2026-03-19
    2026-03-14 sáb        vencimento, pagável sem encargos até 2026-03-16
    2026-03-16 seg  D+2   débito rejeitado: AM04
    2026-03-16 seg  D+2   conciliação: owed
    2026-03-17 ter  D+3   mensagem D+1 'esquecimento' (tom leve), diz também D0
    2026-03-18 qua  D+4   nova tentativa agendada
    2026-03-18 qua  D+4   conciliação: pending até 2026-03-25
    2026-03-18 qua  D+4   nova tentativa paga
    2026-03-18 qua  D+4   pago
    2026-03-18 qua  D+4   em dia (paid) depois de 2 contatos
    2026-03-19 qui  D+5   agradecimento 'obrigado'
  `,
  card: `
    2026-03-11 qua  D-3   mensagem D-3 'lembrete' (tom de lembrete)
    2026-03-13 sex  D-1   mensagem D0 'vence-hoje' (tom de lembrete)
    2026-03-14 sáb        vencimento, pagável sem encargos até 2026-03-16
    2026-03-14 sáb  D0    cartão recusado: 51
    2026-03-17 ter  D+3   mensagem D+1 'esquecimento' (tom leve)
    2026-03-17 ter  D+3   o cliente diz que é o cartão
    2026-03-20 sex  D+6   mensagem D+4 'meio-de-pagamento' (tom leve)
    2026-03-23 seg  D+9   tarefa para cobranca: D+5: retry
    2026-03-24 ter  D+10  pago com outro cartão
    2026-03-24 ter  D+10  pago
    2026-03-24 ter  D+10  em dia (paid) depois de 4 contatos
    2026-03-24 ter  D+10  agradecimento 'obrigado'
  `,
  debit: `
    2026-03-11 qua  D-3   mensagem D-3 'lembrete' (tom de lembrete)
    2026-03-13 sex  D-1   débito em conta enviado
    2026-03-13 sex  D-1   conciliação: pending até 2026-03-20
    2026-03-14 sáb        vencimento, pagável sem encargos até 2026-03-16
    2026-03-17 ter  D+3   débito não efetuado: saldo
    2026-03-17 ter  D+3   conciliação: owed
    2026-03-17 ter  D+3   mensagem D+1 'esquecimento' (tom leve), diz também D0
    2026-03-19 qui  D+5   mensagem D+3 'duvida' (tom leve)
    2026-03-19 qui  D+5   débito efetuado
    2026-03-19 qui  D+5   pago
    2026-03-19 qui  D+5   em dia (paid) depois de 3 contatos
    2026-03-19 qui  D+5   agradecimento 'obrigado'
  `,
  transfer: `
    2026-03-11 qua  D-3   mensagem D-3 'lembrete' (tom de lembrete)
    2026-03-13 sex  D-1   mensagem D0 'vence-hoje' (tom de lembrete)
    2026-03-14 sáb        vencimento, pagável sem encargos até 2026-03-16
    2026-03-17 ter  D+3   transferência sem identificação
    2026-03-17 ter  D+3   conciliação: unmatched até 2026-03-24
    2026-03-20 sex  D+6   uma pessoa encontra a fatura
    2026-03-20 sex  D+6   pago
    2026-03-20 sex  D+6   em dia (paid) depois de 2 contatos
    2026-03-20 sex  D+6   agradecimento 'obrigado'
  `,
};

describe('a debt due on a Saturday, by rail', () => {
  let story: Story;
  const lived = new Map<string, string>();

  beforeAll(async () => {
    const broker = new InProcessBroker(new WallClock());
    story = await Story.open('in-process', '2026-03-10 08:00', {}, broker);
    const diaryOf = await diaries(broker);
    for (const [rail, { instruments }] of Object.entries(lives)) await story.issue({ invoice_id: rail, customer_id: rail, due_date: '2026-03-14', issue_date: '2026-03-02', instruments });
    const facts = Object.entries(lives).flatMap(([rail, life]) => life.facts.map((fact) => ({ rail, fact }))).sort((a, b) => (a.fact[0] < b.fact[0] ? -1 : 1));
    for (const { rail, fact: [when, note, tell] } of facts) {
      await story.until(when);
      diaryOf(rail).note(at(when), note);
      await tell(story, rail);
      await story.house.settle();
    }
    await story.until('2026-03-31 20:00');
    for (const rail of Object.keys(lives)) lived.set(rail, diaryOf(rail).text(story.house.clock.now(), undefined, '2026-03-11'));
  }, 120_000);
  afterAll(() => story.close());

  it.each(Object.keys(lives))('%s', (rail) => expect(lived.get(rail)).toBe(calendarOf(calendars[rail]!)));
  it('without a law broken', async () => expect((await story.laws()).filter(({ violations }) => violations > 0)).toEqual([]));
});
