import type { Letter, LetterItem, RenderedLetter } from '../src/templates/letter';

/** A debt of R$ 1.234,56 seven days late, with its charges. */
export const item = (changes: Partial<LetterItem> = {}): LetterItem => {
  const whole = {
    receivable_id: 'r-1', number: '2025/0601', description: 'Plano mensal', due_date: '2025-06-05',
    open_cents: 123_456, fine_cents: 2_469, interest_cents: 288, days_late: 7,
    how_to_pay: [
      { rail: 'BOLETO' as const, code: '23793.38128 60000.000003 00000.000400 1 84340000015000' },
      { rail: 'PIX_COBV' as const, code: '00020126580014br.gov.bcb.pix0136', url: 'https://pagar.invalid/f/1?a=1&b=2' },
    ],
    ...changes,
  };
  return { total_cents: whole.open_cents + whole.fine_cents + whole.interest_cents, ...whole };
};

/** A debt that is due in three days. */
export const upcoming = (changes: Partial<LetterItem> = {}) =>
  item({ due_date: '2025-06-15', days_late: -3, fine_cents: 0, interest_cents: 0, ...changes });

/** A letter about debts, D+7 of one unless said otherwise. */
export const letter = (changes: Partial<Letter> = {}): Letter => {
  const items = changes.items ?? [item()];
  return {
    purpose: 'collection',
    step: 'D+7',
    local_day: '2025-06-12',
    creditor: {
      name: 'Academia São Jorge', document: '12345678000195', address: 'Rua das Flores, 10, Campinas/SP',
      contact_email: 'financeiro@academia.invalid', contact_phone: '(19) 3333-0000',
    },
    customer: { name: 'Maria da Silva' },
    total_cents: items.reduce((sum, one) => sum + one.total_cents, 0),
    what_follows: { next_step: 'D+15', next_day: '2025-06-20' },
    stop: { email: 'parar@emdia.invalid', url: 'https://emdia.invalid/parar/abc' },
    ...changes,
    items,
  };
};

/** What a person (or a screen reader) gets from the HTML, in its order. */
export const visible = (html: string): string =>
  html.slice(html.indexOf('<body')).replaceAll('<wbr>', '').replace(/<[^>]+>/g, ' ').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>').replace(/&amp;/g, '&').replace(/\s+/g, ' ');

/** What text and HTML say. */
export const both = (rendered: RenderedLetter): [string, string][] => [['text', rendered.text], ['html', visible(rendered.html)]];

/** Each of the words after the one before it. */
export function expectInOrder(text: string, words: string[]): void {
  let from = 0;
  for (const word of words) {
    const at = text.indexOf(word, from);
    expect({ word, found: at >= from, after: text.slice(Math.max(0, from - 40), from) }).toMatchObject({ found: true });
    from = at + word.length;
  }
}
