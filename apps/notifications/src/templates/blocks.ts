import { formatBRL } from '@emdia/money';
import type { Offer, Rail } from '@emdia/contracts';
import { ANSWERS } from '../causes/answers';
import type { Letter, LetterItem, WayToPay } from './letter';
import { formatDay, oneLine } from './plain-words';
import { followsSentence, isLate } from './wording';

/** One row of the table of debts, or of payments, every text already one printable line. */
export type Row = { name: string; note: string; day: string; day_note: string; amount: string; amount_parts: string[] };

/** One way to pay, ready to show; `title` names the debt where the letter has several. */
export type Payable = { title: string; ways: { label: string; code?: string; url?: string }[] };

/** A part of a letter; text and HTML are two renderings of the same list of parts, hence in the same order. */
export type Part =
  | { kind: 'paragraph'; text: string }
  | { kind: 'section'; title: string; text: string }
  | { kind: 'question'; title: string; text: string; answers: string[]; label: string; url: string }
  | { kind: 'table'; caption: string; columns: [string, string, string]; rows: Row[]; total: string }
  | { kind: 'pay'; title: string; payables: Payable[]; note: string };

// More rows than a person reads in a letter; what is beyond is summed up in one row, so that the total stays whole.
const ROWS_MAX = 20;
const WAYS_MAX = 3;
const CODE_CHARS_MAX = 600;
const URL_CHARS_MAX = 500;

const EMPTY_ROW: Row = { name: '', note: '', day: '', day_note: '', amount: '', amount_parts: [] };

const RAIL_LABELS: Record<Rail, string> = {
  BOLETO: 'Boleto: copie o código no aplicativo do seu banco',
  PIX_COB: 'Pix: copie e cole no aplicativo do seu banco',
  PIX_COBV: 'Pix: copie e cole no aplicativo do seu banco',
  PIX_AUTO: 'Pix Automático',
  CARD: 'Cartão',
  DEBIT: 'Débito em conta',
  TRANSFER: 'Transferência',
  CASH: 'Dinheiro',
};

/** The debts, each with its charges by part, and what they come to. */
export function debtTable(letter: Letter): Part {
  const agreement = letter.purpose === 'agreement';
  const shown = letter.items.slice(0, ROWS_MAX);
  const rows = shown.map((item) => debtRow(item, letter.local_day));
  const rest = letter.items.slice(ROWS_MAX);
  if (rest.length > 0) {
    const rest_cents = rest.reduce((sum, item) => sum + item.total_cents, 0);
    rows.push({
      ...EMPTY_ROW,
      name: `Outras ${rest.length} ${agreement ? 'parcelas' : 'faturas'}`,
      note: 'responda este e-mail para receber a lista completa',
      day: 'várias datas',
      amount: formatBRL(rest_cents),
    });
  }
  const caption = agreement ? 'Parcelas' : letter.items.length > 1 ? 'Suas faturas' : 'Sua fatura';
  return {
    kind: 'table',
    caption,
    columns: [agreement ? 'Parcela' : 'Fatura', 'Vencimento', 'Valor'],
    rows,
    total: letter.items.length > 1 ? formatBRL(letter.total_cents) : '',
  };
}

function debtRow(item: LetterItem, local_day: string): Row {
  const charges = [
    item.fine_cents > 0 ? `multa ${formatBRL(item.fine_cents)}` : '',
    item.interest_cents > 0 ? `juros ${formatBRL(item.interest_cents)}` : '',
  ].filter((charge) => charge !== '');
  return {
    name: oneLine(item.number, 60),
    note: oneLine(item.description ?? '', 120),
    day: formatDay(item.due_date),
    day_note: dayNote(item, local_day),
    amount: formatBRL(item.total_cents),
    amount_parts: charges.length > 0 ? [formatBRL(item.open_cents), ...charges] : [],
  };
}

function dayNote(item: LetterItem, local_day: string): string {
  if (item.due_date === local_day) return 'vence hoje';
  if (!isLate(item, local_day)) return 'a vencer';
  if (item.days_late < 1) return '';
  return item.days_late === 1 ? '1 dia de atraso' : `${item.days_late} dias de atraso`;
}

/** What was paid. */
export function paidTable(paid: NonNullable<Letter['paid_items']>): Part {
  const rows = paid.slice(0, ROWS_MAX).map((item): Row => ({
    ...EMPTY_ROW,
    name: oneLine(item.number, 60),
    note: oneLine(item.description ?? '', 120),
    day: item.paid_on === undefined ? '' : formatDay(item.paid_on),
    amount: formatBRL(item.paid_cents),
  }));
  const rest = paid.slice(ROWS_MAX);
  if (rest.length > 0) {
    const rest_cents = rest.reduce((sum, item) => sum + item.paid_cents, 0);
    rows.push({ ...EMPTY_ROW, name: `Outras ${rest.length} faturas`, amount: formatBRL(rest_cents) });
  }
  const total_cents = paid.reduce((sum, item) => sum + item.paid_cents, 0);
  const total = paid.length > 1 ? formatBRL(total_cents) : '';
  return { kind: 'table', caption: 'Pagamento recebido', columns: ['Fatura', 'Pago em', 'Valor'], rows, total };
}

/** How to pay each debt, or how to learn it. */
export function payPart(letter: Letter, creditor_name: string): Part {
  const shown = letter.items.slice(0, ROWS_MAX);
  const payables: Payable[] = [];
  const without: string[] = [];
  for (const item of shown) {
    const ways = item.how_to_pay.slice(0, WAYS_MAX).flatMap(wayShown);
    if (ways.length > 0) payables.push({ title: letter.items.length > 1 ? `Fatura ${oneLine(item.number, 60)}` : '', ways });
    else without.push(oneLine(item.number, 60));
  }
  const missing = without.length > 0 || letter.items.length > shown.length;
  const which = payables.length > 0 && without.length > 0 ? ` de ${without.join(', ')}` : '';
  const note = missing ? `Para receber os dados de pagamento${which}, ${reach(letter, creditor_name)}.` : '';
  return { kind: 'pay', title: 'Como pagar', payables, note };
}

/** A link of the web; undefined for anything else. */
export function webAddress(url: string | undefined): string | undefined {
  return url !== undefined && url.length <= URL_CHARS_MAX && /^https?:\/\/[^\s"'<>]+$/.test(url) ? url : undefined;
}

function wayShown(way: WayToPay): Payable['ways'] {
  // A code or link cut short pays nothing, so one that is too long or not a web address is left out whole.
  const code = way.code !== undefined && way.code.length <= CODE_CHARS_MAX ? oneLine(way.code, CODE_CHARS_MAX) : undefined;
  const url = webAddress(way.url);
  if (!code && !url) return [];
  return [{ label: oneLine(way.label ?? RAIL_LABELS[way.rail], 80), ...(code ? { code } : {}), ...(url ? { url } : {}) }];
}

/** How to reach the creditor. */
export function contactsOf({ contact_email, contact_phone }: Letter['creditor']): string[] {
  return [oneLine(contact_email ?? '', 120), oneLine(contact_phone ?? '', 40)].filter((contact) => contact !== '');
}

function reach(letter: Letter, creditor_name: string): string {
  const contacts = contactsOf(letter.creditor);
  return `responda este e-mail${contacts.length > 0 ? ` ou fale com ${creditor_name}: ${contacts.join(' ou ')}` : ''}`;
}

/** Ways out as people ask for them. */
const ASKED_FOR: Record<Offer, string> = { 'new-date': 'uma nova data', instalments: 'o pagamento em parcelas', discount: 'um desconto para pagar tudo de uma vez' };

/** What else the person can do: what the step offers, else what the house always does. */
export function optionsPart({ purpose, offers = ['new-date', 'instalments'] }: Letter): Part {
  if (purpose === 'agreement')
    return {
      kind: 'section',
      title: 'Não vai conseguir pagar nesta data?',
      text: 'Responda este e-mail o quanto antes e conte o que aconteceu. Podemos conversar sobre uma nova data.',
    };
  const ways = offers.map((offer) => ASKED_FOR[offer]);
  return {
    kind: 'section',
    title: 'Precisa de outra condição?',
    text: `Você pode pedir ${[ways.slice(0, -1).join(', '), ways.at(-1)].filter(Boolean).join(' ou ')}: é só responder este e-mail contando o que funciona para ` +
      'você. Se não reconhece este valor, responda também, e nós verificamos.',
  };
}

/** Why it is unpaid: asked once, kindly, after everything that the letter has to say. */
export const questionPart = (url: string): Part => ({
  kind: 'question',
  title: 'O que aconteceu?',
  text: 'Se quiser contar, ajudamos do jeito certo. Basta escolher uma resposta:',
  answers: Object.values(ANSWERS).map(({ says }) => says),
  label: 'Responder',
  url,
});

/** What follows if nothing changes. */
export const followsPart = (letter: Letter, creditor_name: string): Part => ({ kind: 'section', title: 'O que acontece agora', text: followsSentence(letter, creditor_name) });

/** Banks take days to tell of a payment; who has paid must not feel accused. */
export const ALREADY_PAID: Part = {
  kind: 'paragraph',
  text: 'Se você já pagou, desconsidere este e-mail: a confirmação do banco pode levar alguns dias para chegar até nós.',
};
