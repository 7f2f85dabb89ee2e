import fc from 'fast-check';
import { type BankSlip, dueDate, dueDates, dueFactor, readSlip, type UtilitySlip } from './boleto';
import { boletoDigit, modulo10, modulo11 } from './check-digits';
import { vectors, withVectors } from '../test/vectors';

const digits = (length: number) => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((list) => list.join(''));

/** A writer of its own: fields in, barcode and line out. */
function written({ bank = '999', factor = '1000', cents = 12345, free = '1234567890123456789012345' } = {}) {
  const rest = factor + String(cents).padStart(10, '0') + free;
  const general = boletoDigit(`${bank}9${rest}`);
  const fields = [`${bank}9${free.slice(0, 5)}`, free.slice(5, 15), free.slice(15)];
  return { barcode: `${bank}9${general}${rest}`, line: `${fields.map((field) => field + modulo10(field)).join('')}${general}${factor}${String(cents).padStart(10, '0')}` };
}

function writtenUtility(value: string, { segment = '3', cents = 4990, free = '123456789012345678901' + '23456789' } = {}) {
  const digit = (text: string) => (value < '8' ? modulo10(text) : modulo11(text) % 10);
  const rest = String(cents).padStart(11, '0') + free.slice(0, 29);
  const barcode = `8${segment}${value}${digit(`8${segment}${value}${rest}`)}${rest}`;
  return { barcode, line: barcode.match(/.{11}/g)!.map((block) => block + digit(block)).join('') };
}

describe('the due factor', () => {
  it('turns over from 9999 to 1000 and is read by the cycle nearest to the issue date', () => {
    expect([dueFactor('2000-07-03'), dueFactor('2025-02-21'), dueFactor('2025-02-22'), dueFactor('2049-10-13')]).toEqual(['1000', '9999', '1000', '9999']);
    expect(dueDates('1000')).toEqual(['2000-07-03', '2025-02-22']);
    expect([dueDate('1000', '2025-01-30'), dueDate('1000', '2001-01-01'), dueDate('9999', '2025-02-01'), dueDate('9999', '2049-01-01')]).toEqual(['2025-02-22', '2000-07-03', '2025-02-21', '2049-10-13']);
  });

  it('finds every date again near itself, up to half a cycle off', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 17_999 }), fc.integer({ min: -4_499, max: 4_499 }), (day, off) => {
      const iso = (n: number) => new Date(Date.UTC(2000, 6, 3) + n * 86_400_000).toISOString().slice(0, 10);
      expect(dueDate(dueFactor(iso(day)), iso(day + off))).toBe(iso(day));
    }));
  });

  it('names no day where it is 0000 or below 1000', () => expect([dueDates('0000'), dueDates('0999'), dueDate('0000', '2026-01-01')]).toEqual([[], [], null]));
  it('refuses what is no date or has no factor', () => {
    for (const date of ['2000-07-02', '2049-10-14', '2026-02-30', 'x']) expect(() => dueFactor(date)).toThrow(RangeError);
    expect(() => dueDate('1000', '2026-02-30')).toThrow(RangeError);
  });
});

describe('a bank slip', () => {
  it('is read from barcode and line alike, printed or bare', () => {
    const { barcode, line } = written({ factor: dueFactor('2026-03-10') });
    const slip = { kind: 'bank', barcode, line, bank: '999', due_factor: '1381', due_date: '2026-03-10', amount_cents: 12345, free_field: '1234567890123456789012345' };
    const printed = `${line.slice(0, 5)}.${line.slice(5, 10)} ${line.slice(10, 15)}.${line.slice(15, 21)} ${line.slice(21, 26)}.${line.slice(26, 32)} ${line[32]} ${line.slice(33)}\n`;
    for (const text of [barcode, line, printed]) expect(readSlip(text, '2026-02-20')).toEqual(slip);
  });

  it('may lack date and amount', () => {
    const { line } = written({ factor: '0000', cents: 0 });
    expect(readSlip(line, '2026-02-20')).toMatchObject({ kind: 'bank', due_factor: '0000', due_date: null, amount_cents: 0 });
  });

  it('comes back from any fields, and one wrong digit of a line is always seen', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 799 }), fc.integer({ min: 1000, max: 9999 }), fc.integer({ min: 0, max: 9_999_999_999 }), digits(25), fc.nat(46), fc.integer({ min: 1, max: 9 }), (bank, factor, cents, free, at, more) => {
      const { barcode, line } = written({ bank: String(bank).padStart(3, '0'), factor: String(factor), cents, free });
      expect(readSlip(line, '2026-01-01')).toEqual(readSlip(barcode, '2026-01-01'));
      expect(readSlip(line, '2026-01-01')).toMatchObject({ kind: 'bank', line, barcode, amount_cents: cents, free_field: free });
      const other = line.slice(0, at) + ((Number(line[at]) + more) % 10) + line.slice(at + 1);
      // Modulo 11 with 0, 10 and 11 made 1 lets some digits of the last field through; the three fields under modulo 10 let none.
      if (at < 32 && other[0] !== '8') expect(readSlip(other, '2026-01-01').kind).toBe('none');
    }));
  });

  it.each([
    ['1234', '44 digits'], ['', '44 digits'], ['x'.repeat(44), 'other than digits'], [written().line.replace(/^../, '80'), 'begins with 8'],
    [written().barcode.replace(/.$/, '9'), 'general check digit'], [written().line.replace(/.$/, '9'), 'general check digit'], [`${written().line}0`, 'begins with 8'],
    [written({ factor: '0999' }).line, 'below 1000'],
  ])('refuses %s', (text, reason) => expect(readSlip(text, '2026-01-01')).toEqual({ kind: 'none', reason: expect.stringContaining(reason) }));

  it('names the field whose check digit is wrong, and a currency other than the real', () => {
    const { line, barcode } = written();
    for (const [field, at] of [9, 20, 31].entries()) {
      const other = line.slice(0, at) + ((Number(line[at]) + 1) % 10) + line.slice(at + 1);
      expect(readSlip(other, '2026-01-01')).toEqual({ kind: 'none', reason: `the check digit of field ${field + 1} is wrong` });
    }
    const foreign = `9998${barcode.slice(5)}`;
    expect(readSlip(`9998${boletoDigit(foreign)}${barcode.slice(5)}`, '2026-01-01')).toMatchObject({ kind: 'none', reason: expect.stringContaining('currency') });
  });
});

describe('a utility slip', () => {
  it.each(['6', '7', '8', '9'])('with third digit %s keeps its own check digits', (value) => {
    const { barcode, line } = writtenUtility(value);
    const slip = { kind: 'utility', barcode, line, segment: 3, amount_cents: '68'.includes(value) ? 4990 : null };
    for (const text of [barcode, line, line.replace(/(.{11})(.)/g, '$1-$2 ')]) expect(readSlip(text, '2026-01-01')).toEqual(slip);
    for (let block = 0; block < 4; block++) {
      const at = block * 12 + 11;
      const other = line.slice(0, at) + ((Number(line[at]) + 1) % 10) + line.slice(at + 1);
      expect(readSlip(other, '2026-01-01')).toEqual({ kind: 'none', reason: `the check digit of block ${block + 1} is wrong` });
    }
    expect(readSlip(barcode.slice(0, 3) + ((Number(barcode[3]) + 1) % 10) + barcode.slice(4), '2026-01-01')).toMatchObject({ kind: 'none', reason: 'the general check digit is wrong' });
  });

  it('has no other third digit', () => expect(readSlip(writtenUtility('6').barcode.replace(/^(..)./, '$15'), '2026-01-01')).toMatchObject({ kind: 'none', reason: expect.stringContaining('third digit') }));
});

withVectors('published vectors of slips', () => {
  type Slip = Record<'barcode' | 'line' | 'line_formatted' | 'bank_code' | 'factor' | 'due_date_first_cycle' | 'due_date_second_cycle', string> & { amount_cents?: number; amount_field_cents: number };
  const all = () => vectors('boleto.json') as Record<'bank_slips' | 'utility_slips', Slip[]> & {
    due_factor: { date: string; factor: string }[]; due_factor_run: { last_day: string; factor_on_last_day: number }; invalid: { input: string }[];
  };

  it('due factors', () => {
    const { due_factor, due_factor_run } = all();
    for (const { date, factor } of due_factor) {
      expect([date, dueFactor(date)]).toEqual([date, factor]);
      expect(dueDate(factor, date)).toBe(date);
    }
    expect(Number(dueFactor(due_factor_run.last_day))).toBe(due_factor_run.factor_on_last_day);
  });

  it('bank slips', () => {
    for (const slip of all().bank_slips) {
      for (const text of [slip.barcode, slip.line, slip.line_formatted].filter(Boolean)) {
        const read = readSlip(text, slip.due_date_first_cycle ?? '2026-01-01') as BankSlip;
        expect(read).toMatchObject({ kind: 'bank', barcode: slip.barcode, bank: slip.bank_code, due_factor: slip.factor, amount_cents: slip.amount_cents, due_date: slip.due_date_first_cycle });
        expect(read.line).toBe(slip.line ?? slip.line_formatted.replace(/\D/g, ''));
        if (slip.due_date_second_cycle) expect(readSlip(text, slip.due_date_second_cycle)).toMatchObject({ due_date: slip.due_date_second_cycle });
      }
    }
  });

  it('utility slips', () => {
    for (const slip of all().utility_slips) for (const text of [slip.barcode, slip.line]) {
      expect(readSlip(text, '2026-01-01') as UtilitySlip).toMatchObject({ kind: 'utility', barcode: slip.barcode, line: slip.line, amount_cents: slip.amount_field_cents });
    }
  });

  it('no slips', () => {
    for (const { input } of all().invalid) expect([input, readSlip(input, '2026-01-01').kind]).toEqual([input, 'none']);
  });
});
