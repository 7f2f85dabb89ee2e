import { addDays } from '@emdia/calendar';
import type { Doing, Letter, LetterItem } from './letter';
import { formatDay, oneLine } from './plain-words';

/** How a letter speaks: chosen by its purpose and by how far its step is from the due date. */
export type Tone = 'before' | 'day' | 'late_1' | 'late_3' | 'late_7' | 'late_15' | 'late_30' | 'agreement' | 'thanks' | 'reply';

/** Subject (after the creditor's name), title and the sentence that gives the letter its tone. */
type Words = { subject: string; title: string; sentence: string };

const LATE_FROM_DAYS: [number, Tone][] = [[30, 'late_30'], [15, 'late_15'], [7, 'late_7'], [3, 'late_3']];

/** The tone of a letter; réguas may have any 'D-n' or 'D+n', so it goes by range. RangeError when nobody wrote words for the step. */
export function toneOf(letter: Letter): Tone {
  if (letter.purpose === 'reply') return 'reply';
  if (letter.purpose === 'agreement') return 'agreement';
  if (letter.purpose === 'service') {
    if (letter.step === 'thanks') return 'thanks';
    throw new RangeError(`no words for the service letter ${JSON.stringify(letter.step)}`);
  }
  const step = /^D(?:0|([+-]\d{1,4}))$/.exec(letter.step);
  if (!step) throw new RangeError(`no words for the collection step ${JSON.stringify(letter.step)}`);
  const offset_days = Number(step[1] ?? 0);
  // A date that moved since the step was planned must not make the letter speak of a delay that is not, or of none that is.
  const late = letter.items.some((item) => isLate(item, letter.local_day));
  if (!late) return letter.items.some((item) => item.due_date === letter.local_day) || offset_days === 0 ? 'day' : 'before';
  return LATE_FROM_DAYS.find(([from_days]) => offset_days >= from_days)?.[1] ?? 'late_1';
}

/** Overdue as the debtor understands it: the date printed on the invoice has gone by. */
export const isLate = (item: LetterItem, local_day: string): boolean => item.due_date < local_day;

/**
 * The words of each tone. Subjects name the creditor and nothing else about the debt: no amount, no delay, because
 * a lock screen shows them to whoever is near (a debt is never told to a third party, CDC 42).
 */
export function wordsOf(tone: Tone, letter: Letter): Words {
  const many = letter.items.length > 1;
  const invoice = many ? 'suas faturas' : 'sua fatura';
  const when = dueWhen(letter);
  switch (tone) {
    case 'before':
      return {
        subject: `${invoice} ${many ? 'vencem' : 'vence'} ${many ? 'em breve' : when}`,
        title: 'Lembrete de vencimento',
        sentence: 'Este é apenas um lembrete. Se o pagamento já está programado, não é preciso fazer nada.',
      };
    case 'day':
      return {
        subject: many ? 'suas faturas do dia' : `${invoice} vence ${when}`,
        title: many ? 'Suas faturas' : `Sua fatura vence ${when}`,
        sentence: 'Se ainda não pagou, os dados para pagamento estão logo abaixo.',
      };
    case 'late_1':
      return {
        subject: `lembrete sobre ${many ? 'as ' : 'a '}${invoice}`,
        title: 'Pode ter sido só um esquecimento',
        sentence: 'Acontece com todo mundo. Os dados para pagamento estão logo abaixo.',
      };
    case 'late_3':
      return {
        subject: `alguma dúvida sobre ${many ? 'as ' : 'a '}${invoice}?`,
        title: 'Ficou alguma dúvida?',
        sentence: 'Se algo não funcionou na hora de pagar, ou se o valor não parece certo, responda este e-mail e nós ajudamos.',
      };
    case 'late_7':
      return {
        subject: 'vamos combinar uma data?',
        title: 'Podemos combinar outra data',
        sentence: 'Se o valor não cabe no seu orçamento agora, podemos combinar uma nova data ou dividir em parcelas.',
      };
    case 'late_15':
      return {
        subject: 'como podemos ajudar?',
        title: 'Como podemos ajudar?',
        sentence:
          'Imprevistos acontecem, e queremos encontrar um jeito que funcione para você. Conte para nós o que cabe no seu orçamento.',
      };
    case 'late_30':
      return {
        subject: 'gostaríamos de ouvir você',
        title: 'Gostaríamos de ouvir você',
        sentence: 'Se a situação está difícil, conte quanto e quando consegue pagar. Procuramos uma saída junto com você.',
      };
    case 'agreement':
      return {
        subject: many ? 'o que combinamos' : `o que combinamos para ${formatDay(letter.items[0]!.due_date)}`,
        title: many ? 'Parcelas do seu acordo' : 'Parcela do seu acordo',
        // Thanking for an agreement kept would mock somebody whose instalment is late.
        sentence: letter.items.some((item) => isLate(item, letter.local_day))
          ? 'O que combinamos continua valendo, e queremos ajudar você a seguir em frente.'
          : 'Obrigado por manter o que combinamos. Se o pagamento já está programado, não é preciso fazer nada.',
      };
    case 'thanks':
      return {
        subject: 'recebemos o seu pagamento',
        title: 'Recebemos o seu pagamento. Obrigado!',
        // Without a list (dunning tells that a case is cured, not by which payments) there is nothing below to speak of.
        sentence: `Está tudo certo${letter.paid_items?.length ? ' com o que aparece abaixo' : ''}: não é preciso fazer mais nada. Guarde este e-mail se quiser um registro.`,
      };
    case 'reply':
      return {
        subject: 'recebemos a sua mensagem',
        title: 'Recebemos a sua mensagem',
        sentence: 'Obrigado por escrever. Vamos ler com atenção e responder por este mesmo e-mail.',
      };
  }
}

function dueWhen(letter: Letter): string {
  const due_date = letter.items[0]?.due_date;
  if (due_date === undefined) return '';
  // A step before the due date moves to an earlier allowed day, so "D0" is not always today.
  return due_date === letter.local_day ? 'hoje' : `em ${formatDay(due_date)}`;
}

/** What is owed and since or until when, in one sentence that is true of every debt in the letter. */
export function factSentence(letter: Letter): string {
  const { items, local_day } = letter;
  const agreement = letter.purpose === 'agreement';
  const one = items[0];
  if (!one) return '';
  const late = items.filter((item) => isLate(item, local_day)).length;
  if (items.length === 1) {
    const what = `${agreement ? 'A parcela' : 'A sua fatura'} ${oneLine(one.number, 60)}${agreement ? ' do seu acordo' : ''}`;
    if (late === 1) return `${what} venceu em ${formatDay(one.due_date)} e ainda não identificamos o pagamento.`;
    return `${what} vence ${one.due_date === local_day ? `hoje, ${formatDay(one.due_date)}` : `em ${formatDay(one.due_date)}`}.`;
  }
  const things = agreement ? 'parcelas do seu acordo' : 'faturas';
  if (late === items.length) return `Estas ${items.length} ${things} venceram e ainda não identificamos o pagamento.`;
  if (late === 0) return `Estas ${items.length} ${things} vencem nas datas abaixo.`;
  const upcoming = items.length - late;
  return `Reunimos aqui ${items.length} ${things}: ${late} já ${late === 1 ? 'venceu' : 'venceram'} e ainda não ` +
    `${late === 1 ? 'tem' : 'têm'} pagamento identificado, ${upcoming} ainda ${upcoming === 1 ? 'vai' : 'vão'} vencer.`;
}

/** What follows this letter, so that nobody is surprised by the next one. */
export function followsSentence(letter: Letter, creditor_name: string): string {
  const follows = letter.what_follows;
  if ('next_day' in follows && follows.does) return doesSentence(follows.does, follows.next_day, creditor_name);
  if ('next_day' in follows)
    return `Enquanto não identificarmos o pagamento, o próximo lembrete está previsto para ${formatDay(follows.next_day)}. ` +
      'Assim que ele for identificado, os lembretes param.';
  if (letter.purpose === 'agreement') return 'Não enviaremos outro lembrete automático sobre esta parcela.';
  return 'Não enviaremos outros lembretes automáticos sobre este valor. A partir daqui, uma pessoa da equipe de ' +
    `${creditor_name} acompanha o seu caso e pode conversar com você.`;
}

const CHANGES = { limit: 'ficar limitado', suspend: 'ser interrompido', cancel: 'ser encerrado' } as const;

/** What follows where that is no message: what happens to the service is told before it happens, with the last day to prevent it. */
function doesSentence(does: Doing, day: string, creditor_name: string): string {
  if (does === 'person') return `Se não identificarmos o pagamento antes, a partir de ${formatDay(day)}, uma pessoa da equipe de ${creditor_name} acompanha o seu caso e pode conversar com você.`;
  if (does === 'retry') return `Está prevista para ${formatDay(day)} uma nova tentativa pelo meio de pagamento cadastrado. Assim que o pagamento for identificado, os lembretes param.`;
  return `Se até ${formatDay(addDays(day, -1))} não identificarmos o pagamento nem combinarmos outra condição, o seu serviço pode ${CHANGES[does]}. ` +
    'Se precisar de mais tempo, responda este e-mail antes disso.';
}
