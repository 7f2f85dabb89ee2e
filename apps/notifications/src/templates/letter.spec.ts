import { badWordsIn } from '@emdia/regua';
import { both, expectInOrder, item, letter, upcoming, visible } from '../../test/letters';
import { HTML_BYTES_MAX, renderLetter, type Letter } from './letter';

const STEPS: [string, Partial<Letter>][] = [
  ['D-3', { step: 'D-3', items: [upcoming()] }],
  ['D0', { step: 'D0', items: [upcoming({ due_date: '2025-06-12', days_late: 0 })] }],
  ['D+1', { step: 'D+1', items: [item({ due_date: '2025-06-11', days_late: 1 })] }],
  ['D+3', { step: 'D+3', items: [item({ due_date: '2025-06-09', days_late: 3 })] }],
  ['D+7', { step: 'D+7' }],
  ['D+15', { step: 'D+15', items: [item({ due_date: '2025-05-28', days_late: 15 })] }],
  ['D+30', { step: 'D+30', items: [item({ due_date: '2025-05-13', days_late: 30 })], what_follows: { last: true } }],
  ['agreement before', { purpose: 'agreement', step: 'D-3', items: [upcoming({ number: '2 de 5' })] }],
  ['agreement late', { purpose: 'agreement', step: 'D+1', items: [item({ number: '2 de 5' })], what_follows: { last: true } }],
];
const THANKS: Partial<Letter> = {
  purpose: 'service', step: 'thanks', items: [],
  paid_items: [{ receivable_id: 'r-1', number: '2025/0601', description: 'Plano mensal', paid_cents: 126_213, paid_on: '2025-06-11' }],
};
const REPLY: Partial<Letter> = { purpose: 'reply', step: 'received', items: [] };

describe('every letter that asks for money', () => {
  test.each(STEPS)('%s shows all that the law and decency ask for, in an order that reads well', (_name, changes) => {
    const given = letter(changes);
    const due = given.items[0]!.due_date.split('-').reverse().join('/');
    const follows = 'last' in given.what_follows ? 'Não enviaremos outro' : 'o próximo lembrete está previsto para 20/06/2025';
    for (const [, words] of both(renderLetter(given))) {
      expectInOrder(words, [
        'Olá, Maria da Silva.', due, 'Se você já pagou, desconsidere este e-mail', due,
        given.items[0]!.fine_cents ? 'R$ 1.262,13' : 'R$ 1.234,56',
        'Como pagar', '23793.38128 60000.000003 00000.000400 1 84340000015000', '00020126580014br.gov.bcb.pix0136',
        'uma nova data', follows, 'Academia São Jorge', 'CNPJ 12.345.678/0001-95', 'Rua das Flores, 10, Campinas/SP',
        'Se não quiser mais receber e-mails como este', 'parar@emdia.invalid',
      ]);
    }
    const { html, text } = renderLetter(given);
    expect(html).toContain('href="https://pagar.invalid/f/1?a=1&amp;b=2"');
    expect(html).toContain('href="https://emdia.invalid/parar/abc"');
    expect(text).toContain('https://emdia.invalid/parar/abc');
  });

  test('each step has its own subject, title and opening', () => {
    const rendered = STEPS.filter(([name]) => name !== 'agreement late').map(([, changes]) => renderLetter(letter(changes)));
    rendered.push(renderLetter(letter(THANKS)), renderLetter(letter(REPLY)));
    const titles = rendered.map(({ html }) => /<h1[^>]*>(.*?)<\/h1>/.exec(html)![1]);
    expect(new Set(rendered.map(({ subject }) => subject)).size).toBe(rendered.length);
    expect(new Set(titles).size).toBe(rendered.length);
  });

  test('subjects tell a lock screen who writes, never how much or how late', () => {
    for (const [, changes] of STEPS) {
      const { subject } = renderLetter(letter(changes));
      expect(subject).toMatch(/^Academia São Jorge: /);
      expect(subject).not.toMatch(/R\$|atras|venci|pagou|aberto/i);
    }
  });

  test('charges are shown by part, and only where there are any', () => {
    expect(renderLetter(letter()).text).toContain('R$ 1.262,13 (R$ 1.234,56 + multa R$ 24,69 + juros R$ 2,88)');
    expect(renderLetter(letter({ step: 'D-3', items: [upcoming()] })).text).not.toMatch(/multa|juros/);
  });

  test('the last automatic letter says who takes over', () => {
    const { text } = renderLetter(letter({ step: 'D+30', what_follows: { last: true } }));
    expect(text).toContain('uma pessoa da equipe de Academia São Jorge acompanha o seu caso');
  });

  test('without an instrument it says how to reach the creditor', () => {
    for (const [, words] of both(renderLetter(letter({ items: [item({ how_to_pay: [] })] }))))
      expectInOrder(words, [
        'Como pagar', 'responda este e-mail ou fale com Academia São Jorge: financeiro@academia.invalid ou (19) 3333-0000',
      ]);
    const bare = letter({ items: [item({ how_to_pay: [] })], creditor: { name: 'Ana', document: '52998224725', address: 'Rua A, 1' } });
    expect(renderLetter(bare).text).toContain('Para receber os dados de pagamento, responda este e-mail.');
    expect(renderLetter(bare).text).toContain('CPF 529.982.247-25');
  });

  test('a customer without a name is greeted all the same', () => {
    expect(renderLetter(letter({ customer: {} })).text).toMatch(/^Olá\.\n/);
  });
});

describe('the step and the dates', () => {
  test.each([
    ['D-10', 'D-3', '2025-06-22'], ['D+2', 'D+1', '2025-06-10'], ['D+5', 'D+3', '2025-06-07'], ['D+10', 'D+7', '2025-06-02'],
    ['D+20', 'D+15', '2025-05-23'], ['D+90', 'D+30', '2025-03-14'],
  ])('a régua of its own with %s speaks like %s', (own, usual, due_date) => {
    const items = [item({ due_date })];
    expect(renderLetter(letter({ step: own, items }))).toEqual(renderLetter(letter({ step: usual, items })));
  });

  test('a D0 that moved to an earlier allowed day does not say today', () => {
    const { subject, text } = renderLetter(letter({ step: 'D0', items: [upcoming({ due_date: '2025-06-14', days_late: -2 })] }));
    expect(subject).toBe('Academia São Jorge: sua fatura vence em 14/06/2025');
    expect(text).not.toContain('hoje');
  });

  test('a due date that moved on does not make anybody late, and one gone by is not called upcoming', () => {
    expect(renderLetter(letter({ step: 'D+7', items: [upcoming()] })).text).not.toMatch(/venceu|atraso/);
    expect(renderLetter(letter({ step: 'D0', items: [item()] })).text).toContain('venceu em 05/06/2025');
  });

  test('a late instalment is not thanked for', () => {
    const late = letter({ purpose: 'agreement', step: 'D+1', items: [item({ number: '2 de 5' })] });
    expect(renderLetter(late).text).not.toContain('Obrigado');
    expect(renderLetter(late).text).toContain('A parcela 2 de 5 do seu acordo venceu em 05/06/2025');
  });

  test.each<[string, Partial<Letter>]>([
    ['an unknown step', { step: 'whenever' }],
    ['an unknown service letter', { purpose: 'service', step: 'D+7' }],
    ['a sum that does not add up', { total_cents: 1 }],
    ['parts that do not add up', { items: [item({ total_cents: 1 })] }],
    ['a collection without a debt', { items: [] }],
    ['a date that is none', { items: [item({ due_date: '05/06/2025' })] }],
  ])('refuses %s', (_name, changes) => {
    expect(() => renderLetter(letter(changes))).toThrow(RangeError);
  });
});

describe('several debts in one letter', () => {
  const items = [
    item({ receivable_id: 'a', number: 'A-1', due_date: '2025-05-05', days_late: 38 }),
    item({ receivable_id: 'b', number: 'B-2', how_to_pay: [] }),
    upcoming({ receivable_id: 'c', number: 'C-3', open_cents: 5_000 }),
  ];

  test('one table with a total, each with its own way to pay', () => {
    const rendered = renderLetter(letter({ step: 'D+30', items }));
    for (const [, words] of both(rendered)) {
      expectInOrder(words, [
        '3 faturas: 2 já venceram e ainda não têm pagamento identificado, 1 ainda vai vencer', 'A-1', '05/05/2025',
        '38 dias de atraso', 'B-2', '05/06/2025', '7 dias de atraso', 'C-3', '15/06/2025', 'a vencer', 'R$ 50,00', 'Total',
        'R$ 2.574,26', 'Como pagar', 'Fatura A-1', 'Fatura C-3',
        'Para receber os dados de pagamento de B-2, responda este e-mail',
      ]);
    }
    expect(rendered.html.match(/<table/g)).toHaveLength(1);
    expect(rendered.html.match(/<th scope="row"/g)).toHaveLength(4);
  });

  test('all late, and all upcoming', () => {
    expect(renderLetter(letter({ items: items.slice(0, 2) })).text).toContain('Estas 2 faturas venceram e ainda não identificamos');
    const two = [upcoming(), upcoming({ due_date: '2025-06-16' })];
    expect(renderLetter(letter({ step: 'D-3', items: two })).text).toContain('Estas 2 faturas vencem nas datas abaixo.');
  });

  test('more than a person reads are summed up, and the total stays whole', () => {
    const many = Array.from({ length: 25 }, (_, i) => upcoming({ receivable_id: `r-${i}`, number: `N-${i}`, open_cents: 1_000 }));
    const { text } = renderLetter(letter({ step: 'D-3', items: many }));
    expect(text).toContain('N-19');
    expect(text).not.toContain('N-20');
    expectInOrder(text, ['Outras 5 faturas', 'R$ 50,00', 'Total: R$ 250,00']);
  });
});

describe('thanks and replies', () => {
  test('a thank-you says what was paid and asks for nothing', () => {
    const rendered = renderLetter(letter(THANKS));
    for (const [, words] of both(rendered)) {
      expectInOrder(words, [
        'Olá, Maria da Silva.', 'Pagamento recebido', '2025/0601', '11/06/2025', 'R$ 1.262,13', 'Academia São Jorge', 'parar@emdia.invalid',
      ]);
      expect(words).not.toMatch(/Como pagar|vence|atraso|parcel|lembrete/);
    }
  });

  test('a thank-you without a list does not point at one', () => {
    for (const [, words] of both(renderLetter(letter({ ...THANKS, paid_items: [] })))) {
      expect(words).toContain('Está tudo certo: não é preciso fazer mais nada.');
      expect(words).not.toMatch(/abaixo|Pagamento recebido|R\$/);
    }
  });

  test('a reply acknowledges, without a word about money', () => {
    for (const [, words] of both(renderLetter(letter(REPLY)))) expect(words).not.toMatch(/R\$|fatura|pag/i);
  });
});

describe('no threat, no pressure, no jargon', () => {
  const all: [string, Partial<Letter>][] = [...STEPS, ['thanks', THANKS], ['reply', REPLY]];
  test.each(all)('%s', (_name, changes) => {
    const { subject, text, html } = renderLetter(letter(changes));
    const words = `${subject} ${text} ${visible(html)}`;
    expect(badWordsIn(words)).toEqual([]);
    expect(words).not.toContain('!!');
    expect(text).not.toMatch(/\p{Lu}{7,}/u);
  });
});

describe('what others wrote cannot do harm', () => {
  const evil = '<script>alert("x")</script> & \'q\'\r\nBcc: victim@other.invalid\u2028\u202eevil\u0000';

  test('everything is escaped in the HTML and stays on one line in subject and text', () => {
    const rendered = renderLetter(letter({
      creditor: { name: evil, document: evil, address: evil, contact_email: evil, contact_phone: evil },
      customer: { name: evil },
      items: [item({
        number: evil, description: evil, how_to_pay: [{ rail: 'PIX_COB', label: evil, code: evil, url: 'javascript:alert(1)' }],
      })],
      stop: { email: evil, url: 'javascript:alert(2)' },
    }));
    expect(rendered.html).not.toMatch(/<script|javascript:/i);
    expect(rendered.html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;q&#39;');
    for (const words of Object.values(rendered)) expect(words).not.toMatch(/[\u0000\r\u2028\u202e]/);
    expect(rendered.subject).not.toContain('\n');
    expect(rendered.text).not.toMatch(/^Bcc:/m);
    const attributes = [...rendered.html.matchAll(/ (?:href|style|title|aria-label)="([^"]*)"/g)].map(([, value]) => value!);
    for (const value of attributes) expect(value).not.toMatch(/[<>]/);
  });

  test('nothing is fetched and nobody is tracked', () => {
    for (const [, changes] of STEPS)
      expect(renderLetter(letter(changes)).html).not.toMatch(/<img|<link|<script|<iframe|url\(|@import|background=/i);
  });

  test('a link that is not of the web, or a code cut short, is left out whole', () => {
    const ways = [{ rail: 'PIX_COB' as const, url: 'data:text/html,x' }, { rail: 'BOLETO' as const, code: '9'.repeat(601) }];
    const { text, html } = renderLetter(letter({ items: [item({ how_to_pay: ways })] }));
    expect(text + html).not.toMatch(/data:text|99999/);
    expect(text).toContain('Para receber os dados de pagamento, responda este e-mail');
  });

  test('a letter never grows past what mail programs show, and keeps its total, its creditor and its way to stop', () => {
    const way = { rail: 'PIX_COB' as const, code: '&'.repeat(600), url: `https://x.invalid/${'&'.repeat(480)}` };
    const one = item({ number: '"'.repeat(500), description: '<'.repeat(5_000), how_to_pay: [way, way, way, way] });
    const huge = Array.from({ length: 500 }, () => one);
    const creditor = { ...letter().creditor, address: '&'.repeat(10_000) };
    const rendered = renderLetter(letter({ items: huge, creditor, customer: { name: '<'.repeat(9_999) } }));
    expect(Buffer.byteLength(rendered.html)).toBeLessThanOrEqual(HTML_BYTES_MAX);
    expect(Buffer.byteLength(rendered.text)).toBeLessThanOrEqual(HTML_BYTES_MAX);
    expect(rendered.subject.length).toBeLessThanOrEqual(150);
    for (const [, words] of both(rendered)) {
      expectInOrder(words, ['Total', 'R$ 631.065,00', 'Para receber os dados de pagamento', 'CNPJ 12.345.678/0001-95', 'parar@emdia.invalid']);
    }
  });
});

describe('the question why it is unpaid', () => {
  const cause_url = 'https://emdia.invalid/v1/causes/abc.def';
  const answers = ['Esqueci', 'Estou sem dinheiro agora', 'Tive um problema com o cartão, a conta ou o boleto', 'Não reconheço este valor', 'Já paguei'];

  it.each(both(renderLetter(letter({ cause_url }))))('comes after everything else that the letter says, with its answers, in %s', (_, said) =>
    expectInOrder(said, ['O que acontece agora', 'O que aconteceu?', ...answers, 'Atenciosamente']));
  it('is one link, and no answer is in its address', () => {
    const { html, text } = renderLetter(letter({ cause_url }));
    for (const each of [html, text]) expect(each.split(cause_url)).toHaveLength(2);
  });
  it('is asked in the words of a régua, too, and never without somewhere to answer', () => {
    const words = { subject: '{credor}: uma pergunta', text: '{faturas}\n\n{como-pagar}\n\n{opcoes}\n\n{proximo-passo}' };
    expect(renderLetter(letter({ cause_url, words })).text).toContain('O que aconteceu?');
    for (const each of [letter({ words }), letter(), letter({ cause_url: 'javascript:x' })]) expect(renderLetter(each).text).not.toContain('O que aconteceu?');
  });
});
