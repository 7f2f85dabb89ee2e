import { badWordsIn, DEFAULT_REGUAS, defaultPolicy, houseTemplates, isContact, offsetOf, templateOf, type ContactStep } from '@emdia/regua';
import { addDays } from '@emdia/calendar';
import { both, expectInOrder, item, letter, upcoming } from '../../test/letters';
import { HTML_BYTES_MAX, renderLetter, type Letter } from './letter';

const LOCAL_DAY = '2025-06-12';

/** One debt on the day of a step. */
const debtOf = (step: string) => {
  const days_late = offsetOf(step);
  const due_date = addDays(LOCAL_DAY, -days_late);
  return days_late > 0 ? item({ due_date, days_late }) : upcoming({ due_date, days_late });
};

const HOUSE: [name: string, step: ContactStep, document: ReturnType<typeof defaultPolicy>['document']][] = DEFAULT_REGUAS.flatMap((name) => {
  const { document } = defaultPolicy(name);
  return document.steps.filter(isContact).map((step): (typeof HOUSE)[number] => [`${name} ${step.step} ${step.template}`, step, document]);
});

const said = (text: string, changes: Partial<Letter> = {}, subject = '{credor}: um lembrete') => renderLetter(letter({ words: { subject, text }, ...changes }));
const ALL = 'Olá, {nome}. Faltam {valor}, com vencimento em {vencimento}.\n\n{faturas}\n\n{como-pagar}\n\n{opcoes}\n\n{proximo-passo}';

describe('every message of every régua of the house', () => {
  test.each(HOUSE)('%s is a whole letter in its own words', (_, step, document) => {
    const words = templateOf(document, step.template, houseTemplates())!;
    const debt = debtOf(step.step);
    const rendered = renderLetter(letter({ step: step.step, items: [debt], words, ...(step.action === 'offer' ? { offers: step.offer } : {}) }));
    expect(rendered.subject).toBe(words.subject.replace('{credor}', 'Academia São Jorge'));
    for (const [, text] of both(rendered)) {
      for (const part of ['Olá, Maria da Silva.', 'já pagou', debt.fine_cents > 0 ? 'R$ 1.262,13' : 'R$ 1.234,56', debt.due_date.split('-').reverse().join('/'), '2025/0601', '23793.38128',
        'Precisa de outra condição?', 'Se não reconhece este valor', 'o próximo lembrete está previsto para 20/06/2025'])
        expect(text).toContain(part);
      expectInOrder(text, ['Atenciosamente', 'Academia São Jorge', 'CNPJ 12.345.678/0001-95', 'Rua das Flores, 10, Campinas/SP', 'parar@emdia.invalid']);
      expect(text).not.toMatch(/[{}]|undefined/);
      expect(badWordsIn(text)).toEqual([]);
    }
    expect(rendered.html).toContain('href="https://emdia.invalid/parar/abc"');
  });

  test.each([...new Set(DEFAULT_REGUAS.map((name) => defaultPolicy(name).document.thanks.template))])('%s thanks and asks for nothing', (name) => {
    const rendered = renderLetter(letter({ purpose: 'service', step: 'thanks', items: [], words: houseTemplates()[name]! }));
    for (const [, text] of both(rendered)) {
      expectInOrder(text, ['Olá, Maria da Silva.', 'Recebemos o seu pagamento', 'CNPJ 12.345.678/0001-95', 'parar@emdia.invalid']);
      expect(text).not.toMatch(/[{}]|Como pagar|vence|atraso|já pagou|R\$/);
    }
  });
});

describe('what is filled in', () => {
  test('blocks stand where the words put them, once', () => {
    for (const [, text] of both(said('Olá.\n\n{opcoes}\n\n{proximo-passo}\n\n{faturas}\n\n{opcoes}\n\n{como-pagar}'))) {
      expectInOrder(text, ['Olá.', 'Precisa de outra condição?', 'O que acontece agora', 'Sua fatura', 'Como pagar']);
      expect(text.match(/Precisa de outra/g)).toHaveLength(1);
    }
  });
  test('a block within a sentence stands apart all the same', () => {
    const { text } = said('Veja {faturas}, {opcoes}.');
    expectInOrder(text, ['Veja\n\n', 'Sua fatura\n', 'Precisa de outra condição?\n']);
    expect(text).not.toMatch(/^\s*[,.]/m);
  });
  test.each([
    [['new-date'], 'pedir uma nova data: é só'],
    [['new-date', 'instalments'], 'pedir uma nova data ou o pagamento em parcelas: é só'],
    [['new-date', 'instalments', 'discount'], 'pedir uma nova data, o pagamento em parcelas ou um desconto para pagar tudo de uma vez: é só'],
    [undefined, 'pedir uma nova data ou o pagamento em parcelas: é só'],
  ] as [Letter['offers'], string][])('the way out that the step offers: %j', (offers, text) => expect(said('{opcoes}', offers ? { offers } : {}).text).toContain(text));

  test.each([
    ['limit', 'Se até 19/06/2025 não identificarmos o pagamento nem combinarmos outra condição, o seu serviço pode ficar limitado.'],
    ['suspend', 'o seu serviço pode ser interrompido.'],
    ['cancel', 'o seu serviço pode ser encerrado.'],
    ['retry', 'Está prevista para 20/06/2025 uma nova tentativa pelo meio de pagamento cadastrado.'],
    ['person', 'a partir de 20/06/2025, uma pessoa da equipe de Academia São Jorge'],
  ] as const)('what follows where it is no message: %s', (does, sentence) => {
    const { text } = said('{proximo-passo}', { what_follows: { next_step: 'D+15', next_day: '2025-06-20', does } });
    expect(text).toContain(sentence);
    expect(badWordsIn(text)).toEqual([]);
  });

  test('of several debts, some late: the amount and date are those of what is late, the table has all', () => {
    const items = [item({ receivable_id: 'a', number: 'A-1', due_date: '2025-06-05' }), item({ receivable_id: 'b', number: 'B-2', due_date: '2025-05-05' }), upcoming({ receivable_id: 'c', number: 'C-3', open_cents: 5_000 })];
    for (const [, text] of both(said(ALL, { items })))
      expectInOrder(text, ['Faltam R$ 2.524,26, com vencimento em 05/05/2025.', '3 faturas: 2 já venceram', '1 ainda vai vencer', 'C-3', 'Total', 'R$ 2.574,26', 'Fatura A-1']);
  });
  test('of several to come: all of them, the earliest date', () =>
    expect(said(ALL, { step: 'D-3', items: [upcoming({ due_date: '2025-06-16' }), upcoming()] }).text).toContain('Faltam R$ 2.469,12, com vencimento em 15/06/2025.'));
  test('nobody is called by a name that is not known', () => {
    expect(said(ALL, { customer: {} }).text).toMatch(/^Olá\. Faltam/);
    expect(said('{nome}, veja.', { customer: {} }).text).not.toMatch(/[{}]/);
  });
  test('the title is the subject without the creditor', () => {
    const title = (subject: string) => /<h1[^>]*>(.*?)<\/h1>/.exec(said(ALL, {}, subject).html)![1];
    expect([title('{credor}: vamos combinar?'), title('Oi de {credor}'), title('{credor}')]).toEqual(['Vamos combinar?', 'Oi de Academia São Jorge', 'Academia São Jorge']);
  });
  test('who may have paid is told to disregard it, once', () => {
    expect(said(ALL).text).toContain('Se você já pagou, desconsidere este e-mail');
    expect(said(`Se você já pagou, obrigado.\n\n${ALL}`).text.match(/já pagou/g)).toHaveLength(1);
  });
});

describe('words and facts of others cannot do harm', () => {
  const evil = '<script>alert("x")</script> {valor} {faturas}\r\nBcc: v@other.invalid\u2028\u202eevil\u0000';

  test('nothing is taken for a tag, a header or a placeholder', () => {
    const rendered = said(`${ALL}\n\n<img src=x onerror=alert(1)> <b>{nome}</b>`, { customer: { name: evil }, creditor: { ...letter().creditor, name: evil } }, `{credor}: <b>${evil.slice(0, 30)}`);
    expect(rendered.html).not.toMatch(/<script|<img|<b>/i);
    expect(rendered.html).toContain('&lt;img src=x onerror=alert(1)&gt; &lt;b&gt;&lt;script&gt;');
    expect(rendered.text).toContain('Olá, <script>alert("x")</script> {valor} {faturas} Bcc: v@other.invalid evil. Faltam');
    for (const words of Object.values(rendered)) expect(words).not.toMatch(/[\u0000\r\u2028\u202e]/);
    expect(rendered.subject).not.toContain('\n');
    expect(rendered.text).not.toMatch(/^Bcc:/m);
  });
  test('the longest words with many debts stay a letter that is shown whole', () => {
    const items = Array.from({ length: 200 }, (_, n) => item({ receivable_id: `r-${n}`, number: '"'.repeat(60), description: '<'.repeat(200), how_to_pay: [{ rail: 'PIX_COB', code: '&'.repeat(600) }] }));
    const rendered = said(`${ALL}\n\n${'&'.repeat(1_700)}`, { items, customer: { name: '<'.repeat(999) } });
    expect(Buffer.byteLength(rendered.html)).toBeLessThanOrEqual(HTML_BYTES_MAX);
    expectInOrder(rendered.text, ['Total', 'CNPJ 12.345.678/0001-95', 'parar@emdia.invalid']);
  });
});
