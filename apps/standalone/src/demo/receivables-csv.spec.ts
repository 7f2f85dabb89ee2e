import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadBook, readMap } from './columns';
import { receivablesIn } from './files';
import { importedBook, readReceivables } from './receivables-csv';

const NOTHING = { columns: {} };
const read = (lines: string[], map = NOTHING as Parameters<typeof readReceivables>[1]) => readReceivables(Buffer.from(lines.join('\n')), map);
const saying = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(BadBook);
    return (error as Error).message;
  }
  throw new Error('It was accepted.');
};

describe('a book of receivables', () => {
  it('reads an English export with the month first', () => {
    const { receivables, notes } = read(['Customer ID,Invoice Number,Invoice Date,Due Date,Invoice Amount,Disputed,Settled Date', 'c1,0007,1/31/2024,3/1/2024,"1,234.50",Yes,3/5/2024', 'c2,0008,2/1/2024,3/2/2024,80,No,']);
    expect(receivables).toMatchObject([
      { line: 2, invoice: '0007', customer: 'c1', issue_date: '2024-01-31', due_date: '2024-03-01', amount_cents: 123_450, disputed: true, settled_date: '2024-03-05' },
      { line: 3, invoice: '0008', amount_cents: 8_000, disputed: false, settled_date: null },
    ]);
    expect(notes.join(' ')).toContain('due_date = "Due Date"');
    expect(notes.join(' ')).toContain('MM/DD/YYYY');
  });

  it('reads a Portuguese export in Latin-1 with semicolons, day first and a decimal comma', () => {
    const file = Buffer.from('Fatura;Código Cliente;Emissão;Vencimento;Valor;Data Pagamento;Contestação\nF1;42;05/01/2024;20/01/2024;R$ 1.234,56;;Não\n', 'latin1');
    expect(readReceivables(file, NOTHING).receivables).toMatchObject([{ invoice: 'F1', customer: '42', issue_date: '2024-01-05', due_date: '2024-01-20', amount_cents: 123_456, settled_date: null, disputed: false }]);
  });

  it('reads its own plain format, and names the file in which something is wrong', () => {
    const header = 'customer,invoice,issued,due,amount,settled,disputed';
    expect(read([header, 'ana,F-1,2025-01-02,2025-01-10,99.90,2025-01-14,no']).receivables).toMatchObject([
      { customer: 'ana', invoice: 'F-1', issue_date: '2025-01-02', due_date: '2025-01-10', amount_cents: 9_990, settled_date: '2025-01-14', disputed: false },
    ]);
    const file = join(mkdtempSync(join(tmpdir(), 'book-')), 'book.csv');
    writeFileSync(file, `${header}\nana,F-1,2025-01-02,soon,99.90,,no\n`);
    expect(saying(() => receivablesIn(file, undefined))).toBe(`${file}: 1 of 1 rows cannot be read:\n  line 2: due_date "soon" is no date in YYYY-MM-DD\nPut these cells right, or say in --columns MAP.json how the file writes them.`);
    expect(saying(() => receivablesIn(`${file}.none`, undefined))).toMatch(/^.*book\.csv\.none cannot be read: /);
  });

  it('reads segment and score of customers, the segment as a régua names it', () => {
    const lines = (...ends: string[]) => ['invoice,customer,issue_date,due_date,amount,Segmento,score', ...ends.map((end, n) => `F-${n},c,2025-01-02,2025-01-10,99.90,${end}`)];
    expect(read(lines('Pessoa Física,0', 'VIP,1000', ' ,')).receivables).toMatchObject([{ segment: 'pessoa-fisica', score: 0 }, { segment: 'vip', score: 1_000 }, { segment: undefined, score: undefined }]);
    expect(saying(() => read(lines('vip,1001', 'vip,good')))).toMatch(/line 2: score "1001" is no whole number.*\n.*line 3: score "good"/);
    const [told] = importedBook(read(lines('VIP,700')).receivables, NOTHING).facts;
    expect(told!.deed).toMatchObject({ event: { data: { customer: { segment: 'vip', score: 700 } } } });
  });

  it('asks which comes first where no date tells, and obeys the map', () => {
    const lines = ['invoice,customer,issue date,due date,amount', 'a,c,1/2/2024,3/4/2024,10.00'];
    expect(saying(() => read(lines))).toContain('date_format');
    expect(read(lines, readMap('{"date_format": "DD/MM/YYYY"}')).receivables[0]).toMatchObject({ issue_date: '2024-02-01', due_date: '2024-04-03' });
    expect(saying(() => read([...lines, 'b,c,31/1/2024,3/4/2024,10.00', 'd,c,1/31/2024,3/4/2024,10.00']))).toMatch(/Line 3 .* line 4/);
  });

  it('asks whether 1.234 is a thousand or a fraction', () => {
    const lines = ['invoice,customer,issue date,due date,amount', 'a,c,2024-01-02,2024-01-30,1.234'];
    expect(saying(() => read(lines))).toContain('decimal');
    expect(read(lines, readMap('{"decimal": ","}')).receivables[0]!.amount_cents).toBe(123_400);
  });

  it('names every bad row by its line and begins nothing', () => {
    const message = saying(() => read([
      'invoice,customer,issue date,due date,amount,disputed', 'a,c,2024-01-02,2024-02-30,10.00,no', 'b,c,2024-01-02,2024-01-30,-5.00,no',
      'a1,c,2024-01-02,2024-01-30,10.00,no', 'a1,c,2024-01-02,2024-01-30,10.00,no', 'd,c,2024-01-02,2024-01-01,10.00,perhaps', 'e,c,2024-01-02',
    ]));
    expect(message).toContain('5 of 6 rows');
    expect(message).toMatch(/line 2: due_date "2024-02-30"/);
    expect(message).toMatch(/line 3: amount "-5.00"/);
    expect(message).toMatch(/line 5: invoice a1 was already on line 4/);
    expect(message).toMatch(/line 6: disputed "perhaps".*due \(2024-01-01\) before/);
    expect(message).toMatch(/line 7: it has 3 columns/);
  });

  it('says what it found where a column lacks, and takes names from the map', () => {
    const lines = ['ref,who,issue date,due date,amount', 'a,c,2024-01-02,2024-01-30,10.00'];
    expect(saying(() => read(lines))).toMatch(/invoice, customer.*ref, who/s);
    expect(read(lines, readMap('{"invoice": "ref", "customer": "who"}')).receivables).toHaveLength(1);
    expect(saying(() => read(lines, readMap('{"invoice": "nope"}')))).toContain('"nope"');
    expect(saying(() => readMap('{"colour": "red"}'))).toContain('colour');
  });

  it('tells each day at midnight: invoices, payments, disputes, and coverage last', () => {
    const { receivables } = read(['invoice,customer,issue date,due date,amount,settled date,disputed', 'a,c,2024-01-02,2024-01-30,10.00,2024-02-05,yes', 'b,c,2024-02-05,2024-02-20,10.00,2024-02-05,yes', 'd,c,2024-02-05,2024-02-20,10.00,2024-02-07,yes']);
    const book = importedBook(receivables, NOTHING);
    const day = book.facts.filter(({ at }) => at.toISOString() === '2024-02-05T03:00:00.000Z').map(({ deed }) => (deed.kind === 'event' ? deed.event.type : deed.kind));
    expect(day).toEqual(['upstream.payment-received.v1', 'upstream.invoice-issued.v1', 'upstream.payment-received.v1', 'upstream.invoice-issued.v1', 'dispute', 'checked']);
    expect(book.truth).toEqual({ invoices: 3, invoiced_cents: 3_000, received_cents: 3_000, refunded_cents: 0, payments: 3, refunds: 0 });
    const [invoice] = book.facts.map(({ deed }) => deed).filter((deed) => deed.kind === 'event');
    expect(invoice!.event.data).toMatchObject({ customer: { email: 'c@imported-book.invalid' } });
    expect(invoice!.event.data).not.toHaveProperty('charge_policy');
  });

  it('reads the public sample as it is', () => {
    const file = join(process.env.EMDIA_TEST_DATA ?? join(__dirname, '../../../../../shared/data'), 'receivables/ibm-accounts-receivable.csv');
    if (!existsSync(file)) return console.warn('The public receivables sample is not here: set EMDIA_TEST_DATA to the folder of test data.');
    const { receivables } = readReceivables(readFileSync(file), NOTHING);
    const book = importedBook(receivables, NOTHING);
    expect(book).toMatchObject({ customers: 100, truth: { invoices: 2_466, payments: 2_466, invoiced_cents: book.truth.received_cents } });
    const cents = readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1).map((line) => Math.round(Number(line.split(',')[6]) * 100));
    expect(book.truth.invoiced_cents).toBe(cents.reduce((sum, amount) => sum + amount, 0));
  });
});
