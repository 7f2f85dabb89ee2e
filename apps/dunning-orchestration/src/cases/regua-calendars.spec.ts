import { DEFAULT_REGUAS, defaultPolicy } from '@emdia/regua';
import { calendarOf } from '@emdia/testing';
import { Story } from '../../test/story';

type Name = (typeof DEFAULT_REGUAS)[number];
/** One calendar for each régua of the house, none left out. */
const each = (calendars: Record<Name, string>) => Object.entries(calendars) as [Name, string][];

const noon = (day: string) => `${day}T12:00:00-03:00`;
/** Along a régua of the house, a debt due on Sunday 29 March 2026. Good Friday is 3 April, Tiradentes 21 April, 1 May a holiday. */
const centsOf = (name: Name) => (name === 'alto-valor' ? 600_000 : 10_000);
const owed = (name: Name) =>
  new Story(new Date('2026-03-16T00:00:00-03:00')).customer('SP').follows(defaultPolicy(name).version)
    .owes('A', '2026-03-29', { amount_cents: centsOf(name), open_cents: centsOf(name), effective_due_date: '2026-03-30' }).follows(defaultPolicy(name).version);

/** Nobody pays. */
const unpaid = (name: Name) => owed(name).until(noon('2026-06-15'));
/** A week in which nothing runs, then a payment. */
const outage = (name: Name) => owed(name).until(noon('2026-04-01')).sleeps('2026-04-09T08:00:00-03:00').until(noon('2026-04-15')).pays('A', '2026-04-15').until(noon('2026-05-15'));
/** A part is paid, and then the creditor grants another due date. */
const moved = (name: Name) => owed(name).until(noon('2026-04-02')).owes('A', undefined, { open_cents: 0.4 * centsOf(name), paid_cents: 0.6 * centsOf(name) }).until(noon('2026-04-10')).owes('A', '2026-05-20', { effective_due_date: '2026-05-20' }).until(noon('2026-06-02'));

describe('nobody pays', () => {
  it.each(each({
    esquecido: `
      2026-03-26 qui  D-3   mensagem D-3 'lembrete' (tom de lembrete)
      2026-03-27 sex  D-2   mensagem D0 'vence-hoje' (tom de lembrete)
      2026-03-29 dom        vencimento, pagável sem encargos até 2026-03-30
      2026-03-31 ter  D+2   mensagem D+1 'esquecimento' (tom leve)
      2026-04-02 qui  D+4   mensagem D+3 'duvida' (tom leve)
      2026-04-06 seg  D+8   oferta D+7 'nova-data' (tom prestativo): new-date, instalments
      2026-04-14 ter  D+16  oferta D+15 'como-ajudar' (tom prestativo): new-date, instalments
      2026-04-29 qua  D+31  oferta D+30 'ouvir-voce' (tom prestativo): instalments, discount
      2026-04-29 qua  D+31  tarefa para cobranca: regua-ended
      2026-05-06 qua  D+38  tarefa para cobranca: regua-ended
      2026-06-05 sex  D+68  tarefa para cobranca: regua-ended
      a seguir: com cobranca (regua-ended) até 2026-07-05
    `,
    'bom-pagador': `
      2026-03-26 qui  D-3   mensagem D-3 'lembrete' (tom de lembrete)
      2026-03-29 dom        vencimento, pagável sem encargos até 2026-03-30
      2026-04-01 qua  D+3   oferta D+2 'nova-data' (tom prestativo): new-date
      2026-04-09 qui  D+11  oferta D+10 'nova-data' (tom prestativo): new-date, instalments
      2026-04-24 sex  D+26  oferta D+25 'como-ajudar' (tom prestativo): instalments
      2026-05-11 seg  D+43  tarefa para relacionamento: D+40: conversar e combinar uma saída
      2026-05-16 sáb  D+48  tarefa para relacionamento: regua-ended
      2026-05-26 ter  D+58  tarefa para relacionamento: regua-ended
      a seguir: com relacionamento (regua-ended) até 2026-06-25
    `,
    'meio-de-pagamento': `
      2026-03-24 ter  D-5   mensagem D-5 'conferir-cadastro' (tom de lembrete)
      2026-03-29 dom        vencimento, pagável sem encargos até 2026-03-30
      2026-03-31 ter  D+2   tarefa para cobranca: D+1: retry
      2026-04-06 seg  D+8   mensagem D+4 'meio-de-pagamento' (tom leve)
      2026-04-07 ter  D+9   tarefa para cobranca: D+5: retry
      2026-04-13 seg  D+15  mensagem D+12 'meio-de-pagamento' (tom prestativo)
      2026-04-20 seg  D+22  oferta D+20 'como-ajudar' (tom prestativo): new-date, instalments
      2026-04-29 qua  D+31  tarefa para cobranca: D+30: ajudar a cadastrar outra forma de pagar
      2026-05-04 seg  D+36  tarefa para cobranca: regua-ended
      2026-05-11 seg  D+43  tarefa para cobranca: regua-ended
      2026-06-10 qua  D+73  tarefa para cobranca: regua-ended
      a seguir: com cobranca (regua-ended) até 2026-07-10
    `,
    dificuldade: `
      2026-03-29 dom        vencimento, pagável sem encargos até 2026-03-30
      2026-04-06 seg  D+8   oferta D+5 'como-ajudar' (tom prestativo): new-date, instalments
      2026-04-13 seg  D+15  tarefa para relacionamento: D+12: ouvir e avaliar superendividamento
      2026-05-04 seg  D+36  oferta D+35 'ouvir-voce' (tom prestativo): instalments, discount
      2026-06-15 seg  D+78  oferta D+75 'ouvir-voce' (tom prestativo): instalments, discount
      2026-06-15 seg  D+78  tarefa para relacionamento: regua-ended
      a seguir: com relacionamento (regua-ended) até 2026-07-15
    `,
    'atraso-habitual': `
      2026-03-24 ter  D-5   mensagem D-5 'lembrete' (tom de lembrete)
      2026-03-27 sex  D-2   mensagem D0 'vence-hoje' (tom de lembrete)
      2026-03-29 dom        vencimento, pagável sem encargos até 2026-03-30
      2026-04-01 qua  D+3   mensagem D+2 'esquecimento' (tom leve)
      2026-04-07 ter  D+9   oferta D+8 'nova-data' (tom prestativo): new-date, instalments
      2026-04-14 ter  D+16  mensagem D+15 'antes-de-limitar' (tom firme)
      2026-04-22 qua  D+24  tarefa para cobranca: D+22: service limit
      2026-04-29 qua  D+31  oferta D+30 'ouvir-voce' (tom prestativo): instalments
      2026-05-14 qui  D+46  tarefa para cobranca: D+45: service suspend
      2026-05-29 sex  D+61  tarefa para cobranca: D+60: decidir com o cliente como seguir
      2026-06-05 sex  D+68  tarefa para cobranca: regua-ended
      2026-06-12 sex  D+75  tarefa para cobranca: regua-ended
      a seguir: com cobranca (regua-ended) até 2026-07-12
    `,
    'alto-valor': `
      2026-03-20 sex  D-9   mensagem D-7 'lembrete' (tom de lembrete)
      2026-03-27 sex  D-2   mensagem D-1 'lembrete' (tom de lembrete)
      2026-03-29 dom        vencimento, pagável sem encargos até 2026-03-30
      2026-03-31 ter  D+2   mensagem D+1 'duvida' (tom leve)
      2026-04-02 qui  D+4   tarefa para grandes-contas: D+3: ligar e saber se está tudo certo
      2026-04-09 qui  D+11  oferta D+10 'nova-data' (tom prestativo): new-date, instalments
      2026-04-20 seg  D+22  tarefa para grandes-contas: D+20: ligar e combinar uma saída
      2026-05-04 seg  D+36  oferta D+35 'ouvir-voce' (tom prestativo): instalments, discount
      2026-05-04 seg  D+36  tarefa para grandes-contas: regua-ended
      2026-05-09 sáb  D+41  tarefa para grandes-contas: regua-ended
      2026-05-24 dom  D+56  tarefa para grandes-contas: regua-ended
      2026-06-08 seg  D+71  tarefa para grandes-contas: regua-ended
      a seguir: com grandes-contas (regua-ended) até 2026-06-23
    `,
  }))('%s', (name, text) => expect(unpaid(name).lived('2026-03-17')).toBe(calendarOf(text)));
});

describe('nothing runs for a week, which becomes one message and no burst; then it is paid', () => {
  it.each(each({
    esquecido: `
      2026-04-01 qua  D+3   fora do ar
      2026-04-09 qui  D+11  de volta
      2026-04-09 qui  D+11  oferta D+7 'nova-data' (tom prestativo): new-date, instalments, diz também D+3
      2026-04-14 ter  D+16  oferta D+15 'como-ajudar' (tom prestativo): new-date, instalments
      2026-04-15 qua  D+17  pago
      2026-04-15 qua  D+17  em dia (paid) depois de 5 contatos
      2026-04-15 qua  D+17  fim: settled
      2026-04-15 qua  D+17  agradecimento 'obrigado'
      nada mais a fazer
    `,
    'bom-pagador': `
      2026-04-01 qua  D+3   oferta D+2 'nova-data' (tom prestativo): new-date
      2026-04-01 qua  D+3   fora do ar
      2026-04-09 qui  D+11  de volta
      2026-04-09 qui  D+11  oferta D+10 'nova-data' (tom prestativo): new-date, instalments
      2026-04-15 qua  D+17  pago
      2026-04-15 qua  D+17  em dia (paid) depois de 3 contatos
      2026-04-15 qua  D+17  fim: settled
      2026-04-15 qua  D+17  agradecimento 'obrigado'
      nada mais a fazer
    `,
    'meio-de-pagamento': `
      2026-04-01 qua  D+3   fora do ar
      2026-04-09 qui  D+11  de volta
      2026-04-09 qui  D+11  mensagem D+4 'meio-de-pagamento' (tom leve)
      2026-04-09 qui  D+11  tarefa para cobranca: D+5: retry
      2026-04-13 seg  D+15  mensagem D+12 'meio-de-pagamento' (tom prestativo)
      2026-04-15 qua  D+17  pago
      2026-04-15 qua  D+17  em dia (paid) depois de 3 contatos
      2026-04-15 qua  D+17  fim: settled
      2026-04-15 qua  D+17  agradecimento 'obrigado'
      nada mais a fazer
    `,
    dificuldade: `
      2026-04-01 qua  D+3   fora do ar
      2026-04-09 qui  D+11  de volta
      2026-04-09 qui  D+11  oferta D+5 'como-ajudar' (tom prestativo): new-date, instalments
      2026-04-13 seg  D+15  tarefa para relacionamento: D+12: ouvir e avaliar superendividamento
      2026-04-15 qua  D+17  pago
      2026-04-15 qua  D+17  em dia (paid) depois de 1 contato
      2026-04-15 qua  D+17  fim: settled
      2026-04-15 qua  D+17  agradecimento 'obrigado'
      nada mais a fazer
    `,
    'atraso-habitual': `
      2026-04-01 qua  D+3   mensagem D+2 'esquecimento' (tom leve)
      2026-04-01 qua  D+3   fora do ar
      2026-04-09 qui  D+11  de volta
      2026-04-09 qui  D+11  oferta D+8 'nova-data' (tom prestativo): new-date, instalments
      2026-04-14 ter  D+16  mensagem D+15 'antes-de-limitar' (tom firme)
      2026-04-15 qua  D+17  pago
      2026-04-15 qua  D+17  em dia (paid) depois de 5 contatos
      2026-04-15 qua  D+17  fim: settled
      2026-04-15 qua  D+17  agradecimento 'obrigado-beneficios'
      nada mais a fazer
    `,
    'alto-valor': `
      2026-04-01 qua  D+3   fora do ar
      2026-04-09 qui  D+11  de volta
      2026-04-09 qui  D+11  tarefa para grandes-contas: D+3: ligar e saber se está tudo certo
      2026-04-13 seg  D+15  oferta D+10 'nova-data' (tom prestativo): new-date, instalments
      2026-04-15 qua  D+17  pago
      2026-04-15 qua  D+17  em dia (paid) depois de 4 contatos
      2026-04-15 qua  D+17  fim: settled
      2026-04-15 qua  D+17  agradecimento 'obrigado'
      nada mais a fazer
    `,
  }))('%s', (name, text) => expect(outage(name).lived('2026-04-01')).toBe(calendarOf(text)));
});

describe('a part is paid, and the due date changes', () => {
  it.each(each({
    esquecido: `
      2026-04-02 qui  D+4   mensagem D+3 'duvida' (tom leve)
      2026-04-02 qui  D+4   pago em parte, restam R$ 40,00
      2026-04-06 seg  D+8   oferta D+7 'nova-data' (tom prestativo): new-date, instalments
      2026-04-10 sex  D-40  vencimento muda para 2026-05-20
      2026-05-15 sex  D-5   mensagem D-3 'lembrete' (tom de lembrete)
      2026-05-20 qua        vencimento
      2026-05-20 qua  D0    mensagem D0 'vence-hoje' (tom de lembrete)
      2026-05-21 qui  D+1   mensagem D+1 'esquecimento' (tom leve)
      2026-05-25 seg  D+5   mensagem D+3 'duvida' (tom leve)
      2026-05-27 qua  D+7   oferta D+7 'nova-data' (tom prestativo): new-date, instalments
      a seguir: D+15 em 2026-06-05
    `,
    'bom-pagador': `
      2026-04-02 qui  D+4   pago em parte, restam R$ 40,00
      2026-04-09 qui  D+11  oferta D+10 'nova-data' (tom prestativo): new-date, instalments
      2026-04-10 sex  D-40  vencimento muda para 2026-05-20
      2026-05-15 sex  D-5   mensagem D-3 'lembrete' (tom de lembrete)
      2026-05-20 qua        vencimento
      2026-05-22 sex  D+2   oferta D+2 'nova-data' (tom prestativo): new-date
      2026-06-01 seg  D+12  oferta D+10 'nova-data' (tom prestativo): new-date, instalments
      a seguir: D+25 em 2026-06-15
    `,
    'meio-de-pagamento': `
      2026-04-02 qui  D+4   pago em parte, restam R$ 40,00
      2026-04-06 seg  D+8   mensagem D+4 'meio-de-pagamento' (tom leve)
      2026-04-07 ter  D+9   tarefa para cobranca: D+5: retry
      2026-04-10 sex  D-40  vencimento muda para 2026-05-20
      2026-05-15 sex  D-5   mensagem D-5 'conferir-cadastro' (tom de lembrete)
      2026-05-20 qua        vencimento
      2026-05-21 qui  D+1   tarefa para cobranca: D+1: retry
      2026-05-25 seg  D+5   mensagem D+4 'meio-de-pagamento' (tom leve)
      2026-05-27 qua  D+7   tarefa para cobranca: D+5: retry
      2026-06-01 seg  D+12  mensagem D+12 'meio-de-pagamento' (tom prestativo)
      a seguir: D+20 em 2026-06-09
    `,
    dificuldade: `
      2026-04-02 qui  D+4   pago em parte, restam R$ 40,00
      2026-04-06 seg  D+8   oferta D+5 'como-ajudar' (tom prestativo): new-date, instalments
      2026-04-10 sex  D-40  vencimento muda para 2026-05-20
      2026-05-20 qua        vencimento
      2026-05-25 seg  D+5   oferta D+5 'como-ajudar' (tom prestativo): new-date, instalments
      2026-06-01 seg  D+12  tarefa para relacionamento: D+12: ouvir e avaliar superendividamento
      a seguir: com relacionamento (D+12: ouvir e avaliar superendividamento) até 2026-06-11
    `,
    'atraso-habitual': `
      2026-04-02 qui  D+4   pago em parte, restam R$ 40,00
      2026-04-07 ter  D+9   oferta D+8 'nova-data' (tom prestativo): new-date, instalments
      2026-04-10 sex  D-40  vencimento muda para 2026-05-20
      2026-05-15 sex  D-5   mensagem D-5 'lembrete' (tom de lembrete)
      2026-05-20 qua        vencimento
      2026-05-20 qua  D0    mensagem D0 'vence-hoje' (tom de lembrete)
      2026-05-22 sex  D+2   mensagem D+2 'esquecimento' (tom leve)
      2026-05-28 qui  D+8   oferta D+8 'nova-data' (tom prestativo): new-date, instalments
      a seguir: D+15 em 2026-06-05
    `,
    'alto-valor': `
      2026-04-02 qui  D+4   tarefa para grandes-contas: D+3: ligar e saber se está tudo certo
      2026-04-02 qui  D+4   pago em parte, restam R$ 2400,00
      2026-04-09 qui  D+11  oferta D+10 'nova-data' (tom prestativo): new-date, instalments
      2026-04-10 sex  D-40  vencimento muda para 2026-05-20
      2026-05-13 qua  D-7   mensagem D-7 'lembrete' (tom de lembrete)
      2026-05-19 ter  D-1   mensagem D-1 'lembrete' (tom de lembrete)
      2026-05-20 qua        vencimento
      2026-05-21 qui  D+1   mensagem D+1 'duvida' (tom leve)
      2026-05-25 seg  D+5   tarefa para grandes-contas: D+3: ligar e saber se está tudo certo
      2026-06-01 seg  D+12  oferta D+10 'nova-data' (tom prestativo): new-date, instalments
      a seguir: D+20: ligar e combinar uma saída em 2026-06-09
    `,
  }))('%s', (name, text) => expect(moved(name).lived('2026-04-02')).toBe(calendarOf(text)));
});

describe('given back after it was paid', () => {
  const refunded = (name: Name) => owed(name).until(noon('2026-04-02')).pays('A', '2026-04-02').until(noon('2026-04-20'))
    .owes('A', undefined, { status: 'open', collectability: 'owed', open_cents: 10_000, paid_cents: 0, settled_on: null }).until(noon('2026-05-02'));

  it('goes on at the step its age calls for', () => expect(refunded('esquecido').lived('2026-04-02')).toBe(calendarOf(`
    2026-04-02 qui  D+4   mensagem D+3 'duvida' (tom leve)
    2026-04-02 qui  D+4   pago
    2026-04-02 qui  D+4   em dia (paid) depois de 4 contatos
    2026-04-02 qui  D+4   fim: settled
    2026-04-02 qui  D+4   agradecimento 'obrigado'
    2026-04-20 seg  D+22  estorno: R$ 100,00 em aberto de novo
    2026-04-20 seg  D+22  caso aberto na régua esquecido-1
    2026-04-20 seg  D+22  a régua segue: D+15 em 2026-04-20
    2026-04-20 seg  D+22  oferta D+15 'como-ajudar' (tom prestativo): new-date, instalments, diz também D+7
    2026-04-29 qua  D+31  oferta D+30 'ouvir-voce' (tom prestativo): instalments, discount
    2026-04-29 qua  D+31  tarefa para cobranca: regua-ended
    a seguir: com cobranca (regua-ended) até 2026-05-06
  `)));
  it('along the régua in use, because another case has begun', () => expect(refunded('dificuldade').lived('2026-04-02')).toBe(calendarOf(`
    2026-04-02 qui  D+4   pago
    2026-04-02 qui  D+4   em dia (paid) depois de 0 contatos
    2026-04-02 qui  D+4   fim: settled
    2026-04-02 qui  D+4   agradecimento 'obrigado'
    2026-04-20 seg  D+22  estorno: R$ 100,00 em aberto de novo
    2026-04-20 seg  D+22  caso aberto na régua esquecido-1
    2026-04-20 seg  D+22  a régua segue: D+15 em 2026-04-20
    2026-04-20 seg  D+22  oferta D+15 'como-ajudar' (tom prestativo): new-date, instalments, diz também D-3, D0, D+1, D+3, D+7
    2026-04-29 qua  D+31  oferta D+30 'ouvir-voce' (tom prestativo): instalments, discount
    2026-04-29 qua  D+31  tarefa para cobranca: regua-ended
    a seguir: com cobranca (regua-ended) até 2026-05-06
  `)));
});
