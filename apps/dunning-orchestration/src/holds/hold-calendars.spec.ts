import { calendarOf } from '@emdia/testing';
import { Story } from '../../test/story';
import type { HoldKind } from './kinds';

const noon = (day: string) => `${day}T12:00:00-03:00`;

/** A debt due on Friday 6 March 2026 of which D-3, D0 and D+3 were sent; noon of Tuesday 10 March. */
const late = () => new Story(new Date('2026-02-20T00:00:00-03:00')).customer('SP').owes('A', '2026-03-06').until(noon('2026-03-10'));
const owed = { collectability: 'owed', review_date: null } as const;
const silent = (collectability: 'promised' | 'pending' | 'unmatched' | 'disputed' | 'agreed', review_date: string) => late().owes('A', undefined, { collectability, review_date });

/** Placed on 10 March; on 14 April it is lifted with a reason, or what follows it decided. */
function held(kind: HoldKind, more: { begin_date?: string; review_date?: string } = {}) {
  const s = late();
  const hold_id = s.holds(kind, more);
  s.until(noon('2026-04-14'));
  return s.lifts(hold_id, 'looked at').until(noon('2026-05-20'));
}

const lives: Readonly<Record<HoldKind, Readonly<Record<string, () => Story>>>> = {
  manual: { 'until its day': () => held('manual', { review_date: '2026-03-24' }) },
  'already-paid': {
    'until its day': () => held('already-paid'),
    'back-dated': () => held('already-paid', { begin_date: '2026-03-04' }),
    'and the money is found': () => {
      const s = late();
      s.holds('already-paid');
      return s.until(noon('2026-03-13')).pays('A', '2026-03-05').until(noon('2026-04-14'));
    },
  },
  hardship: { 'until its day': () => held('hardship') },
  dispute: {
    'until somebody looked': () => held('dispute'),
    'of negotiation': () => silent('disputed', '2026-03-20').until(noon('2026-03-19')).owes('A', undefined, owed).until(noon('2026-04-14')),
  },
  'over-indebtedness': { 'back-dated, until the plan is known': () => held('over-indebtedness', { begin_date: '2026-02-01' }) },
  deceased: { 'a mistake': () => held('deceased') },
  promise: {
    kept: () => silent('promised', '2026-03-17').until(noon('2026-03-16')).pays('A', '2026-03-16').until(noon('2026-04-14')),
    'broken, as the bank tells two days later': () => silent('promised', '2026-03-17').until(noon('2026-03-19')).owes('A', undefined, owed).until(noon('2026-04-14')),
  },
  agreement: {
    'broken at the second instalment': () => late().agrees(['A'], ['2026-03-20', '2026-04-20']).owes('A', undefined, { collectability: 'agreed', review_date: '2026-03-20' })
      .until(noon('2026-03-19')).paysInstalment(['A'], 1).owes('A', undefined, { review_date: '2026-04-20', open_cents: 5_000, paid_cents: 5_000 })
      .until(noon('2026-04-22')).breaks(['A'], 2).owes('A', undefined, owed).until(noon('2026-05-20')),
  },
  'pending-payment': { 'that fails': () => silent('pending', '2026-03-17').until(noon('2026-03-13')).owes('A', undefined, owed).until(noon('2026-04-14')) },
  'unmatched-money': {
    'that was for it': () => silent('unmatched', '2026-03-17').until(noon('2026-03-13')).pays('A', '2026-03-10').until(noon('2026-04-14')),
    'that nobody finds': () => silent('unmatched', '2026-03-17').until(noon('2026-04-14')),
  },
  'stale-source': {
    'for a week': () => {
      const s = late();
      s.answer = 'expired';
      s.until(noon('2026-03-18'));
      s.answer = 'sent';
      return s.until(noon('2026-04-14'));
    },
  },
};

const calendars: Readonly<Record<string, string>> = {
  'dispute until somebody looked': `
    2026-03-10 ter  D+4   suspensão dispute de 2026-03-10 a 2026-03-20
    2026-03-10 ter  D+4   tarefa para cobranca: dispute: check what the debtor contests
    2026-03-10 ter  D+4   silêncio: held: dispute até 2026-03-20
    2026-03-20 sex  D+14  fim da suspensão dispute (dunning-orchestration: review date reached)
    2026-03-20 sex  D+14  tarefa para cobranca: to decide: dispute
    2026-03-27 sex  D+21  tarefa para cobranca: to decide: dispute
    2026-04-14 ter  D+39  decisão após dispute (ana: looked at)
    2026-04-17 sex  D+42  oferta D+7 'nova-data' (tom prestativo): new-date, instalments
    2026-04-27 seg  D+52  oferta D+15 'como-ajudar' (tom prestativo): new-date, instalments
    2026-05-11 seg  D+66  oferta D+30 'ouvir-voce' (tom prestativo): instalments, discount
    2026-05-11 seg  D+66  tarefa para cobranca: regua-ended
    2026-05-18 seg  D+73  tarefa para cobranca: regua-ended
    a seguir: com cobranca (regua-ended) até 2026-06-17
  `,
  'dispute of negotiation': `
    2026-03-10 ter  D+4   conciliação: disputed até 2026-03-20
    2026-03-10 ter  D+4   silêncio: disputed até 2026-03-20
    2026-03-19 qui  D+13  conciliação: owed
    2026-03-19 qui  D+13  a régua segue: D+7 em 2026-03-19
    2026-03-19 qui  D+13  oferta D+7 'nova-data' (tom prestativo): new-date, instalments
    2026-03-23 seg  D+17  oferta D+15 'como-ajudar' (tom prestativo): new-date, instalments
    2026-04-06 seg  D+31  oferta D+30 'ouvir-voce' (tom prestativo): instalments, discount
    2026-04-06 seg  D+31  tarefa para cobranca: regua-ended
    2026-04-13 seg  D+38  tarefa para cobranca: regua-ended
    a seguir: com cobranca (regua-ended) até 2026-05-13
  `,
  'already-paid until its day': `
    2026-03-10 ter  D+4   suspensão already-paid de 2026-03-10 a 2026-03-17
    2026-03-10 ter  D+4   tarefa para cobranca: already-paid: ask for the proof of payment
    2026-03-10 ter  D+4   silêncio: held: already-paid até 2026-03-17
    2026-03-17 ter  D+11  fim da suspensão already-paid (dunning-orchestration: review date reached)
    2026-03-17 ter  D+11  tarefa para cobranca: hold ended: already-paid
    2026-03-24 ter  D+18  oferta D+7 'nova-data' (tom prestativo): new-date, instalments
    2026-03-30 seg  D+24  oferta D+15 'como-ajudar' (tom prestativo): new-date, instalments
    2026-04-13 seg  D+38  oferta D+30 'ouvir-voce' (tom prestativo): instalments, discount
    2026-04-13 seg  D+38  tarefa para cobranca: regua-ended
    2026-04-20 seg  D+45  tarefa para cobranca: regua-ended
    2026-05-20 qua  D+75  tarefa para cobranca: regua-ended
    a seguir: com cobranca (regua-ended) até 2026-06-19
  `,
  'already-paid back-dated': `
    2026-03-10 ter  D+4   suspensão already-paid de 2026-03-04 a 2026-03-17
    2026-03-10 ter  D+4   tarefa para cobranca: already-paid: ask for the proof of payment
    2026-03-10 ter  D+4   silêncio: held: already-paid até 2026-03-17
    2026-03-17 ter  D+11  fim da suspensão already-paid (dunning-orchestration: review date reached)
    2026-03-17 ter  D+11  tarefa para cobranca: hold ended: already-paid
    2026-03-24 ter  D+18  oferta D+7 'nova-data' (tom prestativo): new-date, instalments
    2026-04-01 qua  D+26  oferta D+15 'como-ajudar' (tom prestativo): new-date, instalments
    2026-04-16 qui  D+41  oferta D+30 'ouvir-voce' (tom prestativo): instalments, discount
    2026-04-16 qui  D+41  tarefa para cobranca: regua-ended
    2026-04-23 qui  D+48  tarefa para cobranca: regua-ended
    a seguir: com cobranca (regua-ended) até 2026-05-23
  `,
  'already-paid and the money is found': `
    2026-03-10 ter  D+4   suspensão already-paid de 2026-03-10 a 2026-03-17
    2026-03-10 ter  D+4   tarefa para cobranca: already-paid: ask for the proof of payment
    2026-03-10 ter  D+4   silêncio: held: already-paid até 2026-03-17
    2026-03-13 sex  D+7   pago
    2026-03-13 sex  D+7   em dia (paid) depois de 3 contatos
    2026-03-13 sex  D+7   fim: settled
    2026-03-13 sex  D+7   agradecimento 'obrigado'
    2026-03-17 ter  D+11  fim da suspensão already-paid (dunning-orchestration: review date reached)
    nada mais a fazer
  `,
  'hardship until its day': `
    2026-03-10 ter  D+4   causa: no-money (ana)
    2026-03-10 ter  D+4   régua esquecido-1 passa a bom-pagador-1
    2026-03-10 ter  D+4   suspensão hardship de 2026-03-10 a 2026-04-09
    2026-03-10 ter  D+4   silêncio: held: hardship até 2026-04-09
    2026-04-09 qui  D+34  fim da suspensão hardship (dunning-orchestration: review date reached)
    2026-04-09 qui  D+34  tarefa para relacionamento: hold ended: hardship
    2026-04-20 seg  D+45  oferta D+10 'nova-data' (tom prestativo): new-date, instalments
    2026-04-30 qui  D+55  oferta D+25 'como-ajudar' (tom prestativo): instalments
    2026-05-15 sex  D+70  tarefa para relacionamento: D+40: conversar e combinar uma saída
    2026-05-20 qua  D+75  tarefa para relacionamento: regua-ended
    a seguir: com relacionamento (regua-ended) até 2026-05-30
  `,
  'over-indebtedness back-dated, until the plan is known': `
    2026-03-10 ter  D+4   causa: no-money (ana)
    2026-03-10 ter  D+4   régua esquecido-1 passa a bom-pagador-1
    2026-03-10 ter  D+4   suspensão over-indebtedness de 2026-02-01 a 2031-03-09
    2026-03-10 ter  D+4   tarefa para cobranca: over-indebtedness: find out about the plan or the hearing
    2026-03-10 ter  D+4   silêncio: held: over-indebtedness até 2026-06-08
    2026-04-14 ter  D+39  fim da suspensão over-indebtedness (ana: looked at)
    2026-04-14 ter  D+39  a régua segue: D+10 em 2026-04-24
    2026-04-24 sex  D+49  oferta D+10 'nova-data' (tom prestativo): new-date, instalments
    2026-05-11 seg  D+66  oferta D+25 'como-ajudar' (tom prestativo): instalments
    a seguir: D+40: conversar e combinar uma saída em 2026-05-25
  `,
  'deceased a mistake': `
    2026-03-10 ter  D+4   suspensão deceased de 2026-03-10 a 2031-03-09
    2026-03-10 ter  D+4   tarefa para cobranca: deceased: find out about the estate, through its representative alone
    2026-03-10 ter  D+4   silêncio: held: deceased até 2026-06-08
    2026-04-14 ter  D+39  fim da suspensão deceased (ana: looked at)
    2026-04-14 ter  D+39  a régua segue: D+7 em 2026-04-17
    2026-04-17 sex  D+42  oferta D+7 'nova-data' (tom prestativo): new-date, instalments
    2026-04-27 seg  D+52  oferta D+15 'como-ajudar' (tom prestativo): new-date, instalments
    2026-05-11 seg  D+66  oferta D+30 'ouvir-voce' (tom prestativo): instalments, discount
    2026-05-11 seg  D+66  tarefa para cobranca: regua-ended
    2026-05-18 seg  D+73  tarefa para cobranca: regua-ended
    a seguir: com cobranca (regua-ended) até 2026-06-17
  `,
  'manual until its day': `
    2026-03-10 ter  D+4   suspensão manual de 2026-03-10 a 2026-03-24
    2026-03-10 ter  D+4   silêncio: held: said so até 2026-03-24
    2026-03-24 ter  D+18  fim da suspensão manual (dunning-orchestration: review date reached)
    2026-03-24 ter  D+18  a régua segue: D+15 em 2026-03-24
    2026-03-24 ter  D+18  oferta D+15 'como-ajudar' (tom prestativo): new-date, instalments, diz também D+7
    2026-04-06 seg  D+31  oferta D+30 'ouvir-voce' (tom prestativo): instalments, discount
    2026-04-06 seg  D+31  tarefa para cobranca: regua-ended
    2026-04-13 seg  D+38  tarefa para cobranca: regua-ended
    2026-05-13 qua  D+68  tarefa para cobranca: regua-ended
    a seguir: com cobranca (regua-ended) até 2026-06-12
  `,
  'promise kept': `
    2026-03-10 ter  D+4   conciliação: promised até 2026-03-17
    2026-03-10 ter  D+4   silêncio: promised até 2026-03-24
    2026-03-16 seg  D+10  pago
    2026-03-16 seg  D+10  em dia (paid) depois de 3 contatos
    2026-03-16 seg  D+10  fim: settled
    2026-03-16 seg  D+10  agradecimento 'obrigado'
    nada mais a fazer
  `,
  'promise broken, as the bank tells two days later': `
    2026-03-10 ter  D+4   conciliação: promised até 2026-03-17
    2026-03-10 ter  D+4   silêncio: promised até 2026-03-24
    2026-03-19 qui  D+13  conciliação: owed
    2026-03-19 qui  D+13  a régua segue: D+7 em 2026-03-19
    2026-03-19 qui  D+13  oferta D+7 'nova-data' (tom prestativo): new-date, instalments
    2026-03-23 seg  D+17  oferta D+15 'como-ajudar' (tom prestativo): new-date, instalments
    2026-04-06 seg  D+31  oferta D+30 'ouvir-voce' (tom prestativo): instalments, discount
    2026-04-06 seg  D+31  tarefa para cobranca: regua-ended
    2026-04-13 seg  D+38  tarefa para cobranca: regua-ended
    a seguir: com cobranca (regua-ended) até 2026-05-13
  `,
  'agreement broken at the second instalment': `
    2026-03-10 ter  D+4   acordo: parcelas em 2026-03-20, 2026-04-20
    2026-03-10 ter  D+4   silêncio: agreed até 2026-03-27
    2026-03-10 ter  D+4   conciliação: agreed até 2026-03-20
    2026-03-17 ter  D+11  lembrete da parcela de 2026-03-20
    2026-03-19 qui  D+13  paga a parcela 1
    2026-03-19 qui  D+13  pago em parte, restam R$ 50,00
    2026-03-19 qui  D+13  silêncio: agreed até 2026-04-27
    2026-04-17 sex  D+42  lembrete da parcela de 2026-04-20
    2026-04-22 qua  D+47  acordo quebrado na parcela 2
    2026-04-22 qua  D+47  conciliação: owed
    2026-04-22 qua  D+47  a régua segue: D+30 em 2026-04-22
    2026-04-22 qua  D+47  oferta D+30 'ouvir-voce' (tom prestativo): instalments, discount, diz também D+7, D+15
    2026-04-22 qua  D+47  tarefa para cobranca: regua-ended
    2026-04-29 qua  D+54  tarefa para cobranca: regua-ended
    a seguir: com cobranca (regua-ended) até 2026-05-29
  `,
  'pending-payment that fails': `
    2026-03-10 ter  D+4   conciliação: pending até 2026-03-17
    2026-03-10 ter  D+4   silêncio: pending até 2026-03-17
    2026-03-13 sex  D+7   conciliação: owed
    2026-03-13 sex  D+7   a régua segue: D+7 em 2026-03-13
    2026-03-13 sex  D+7   oferta D+7 'nova-data' (tom prestativo): new-date, instalments
    2026-03-23 seg  D+17  oferta D+15 'como-ajudar' (tom prestativo): new-date, instalments
    2026-04-06 seg  D+31  oferta D+30 'ouvir-voce' (tom prestativo): instalments, discount
    2026-04-06 seg  D+31  tarefa para cobranca: regua-ended
    2026-04-13 seg  D+38  tarefa para cobranca: regua-ended
    a seguir: com cobranca (regua-ended) até 2026-05-13
  `,
  'unmatched-money that was for it': `
    2026-03-10 ter  D+4   conciliação: unmatched até 2026-03-17
    2026-03-10 ter  D+4   silêncio: unmatched até 2026-03-17
    2026-03-13 sex  D+7   pago
    2026-03-13 sex  D+7   em dia (paid) depois de 3 contatos
    2026-03-13 sex  D+7   fim: settled
    2026-03-13 sex  D+7   agradecimento 'obrigado'
    nada mais a fazer
  `,
  'unmatched-money that nobody finds': `
    2026-03-10 ter  D+4   conciliação: unmatched até 2026-03-17
    2026-03-10 ter  D+4   silêncio: unmatched até 2026-03-17
    2026-03-18 qua  D+12  tarefa para cobranca: unresolved: unmatched
    2026-03-25 qua  D+19  tarefa para cobranca: unresolved: unmatched
    a seguir: com cobranca (unresolved: unmatched) até 2026-04-24
  `,
  'stale-source for a week': `
    2026-03-13 sex  D+7   oferta D+7 'nova-data' (tom prestativo): new-date, instalments, recusada: expired
    2026-03-16 seg  D+10  oferta D+7 'nova-data' (tom prestativo): new-date, instalments, recusada: expired
    2026-03-17 ter  D+11  oferta D+7 'nova-data' (tom prestativo): new-date, instalments, recusada: expired
    2026-03-18 qua  D+12  oferta D+7 'nova-data' (tom prestativo): new-date, instalments, recusada: expired
    2026-03-19 qui  D+13  oferta D+7 'nova-data' (tom prestativo): new-date, instalments
    2026-03-23 seg  D+17  oferta D+15 'como-ajudar' (tom prestativo): new-date, instalments
    2026-04-06 seg  D+31  oferta D+30 'ouvir-voce' (tom prestativo): instalments, discount
    2026-04-06 seg  D+31  tarefa para cobranca: regua-ended
    2026-04-13 seg  D+38  tarefa para cobranca: regua-ended
    a seguir: com cobranca (regua-ended) até 2026-05-13
  `,
};

const each = Object.entries(lives).flatMap(([kind, told]) => Object.entries(told).map(([life, live]) => [`${kind} ${life}`, live] as const));

it.each(each)('%s', (name, live) => expect(live().lived('2026-03-10')).toBe(calendarOf(calendars[name]!)));
