import { documentKind, formatDocument, isCnpj, isCpf, maskDocument, normaliseDocument, paddedDocument } from './documents';
import { isUf, UFS } from './states';
import { vectors as vectorsOf, withVectors } from '../test/vectors';

interface Vector { input: string; normalised: string; input_type?: string; formatted?: string; output?: string }
const vectors = (file: string) => vectorsOf(file) as Record<string, Vector[]>;
// A number that lost its leading zero is for the adapter that met it to pad: here documents are text.
const asText = (list: Vector[], length: number) => list.filter((v) => v.input_type !== 'number' || v.input.length === length);

describe('CPF', () => {
  it.each(['529.982.247-25', '52998224725', ' 529 982 247-25 ', '00000000191'])('accepts %s', (s) => expect(isCpf(s)).toBe(true));
  it.each(['', '52998224726', '52998224735', '00000000000', '11111111111', '99999999999', '191', '5299822472', '529982247255', '5299822472A', '529_982_247_25'])(
    'refuses %j', (s) => expect(isCpf(s)).toBe(false));
});

describe('CNPJ', () => {
  it.each(['11.222.333/0001-81', '11222333000181', '12.ABC.345/01DE-35', '12abc34501de35'])('accepts %s', (s) => expect(isCnpj(s)).toBe(true));
  it.each(['', '11222333000182', '11222333000191', '00000000000000', '11111111111111', '12ABC34501DE3A', '12ABC34501DE36', '1122233300018', '112223330001811', '12ÁBC34501DE35'])(
    'refuses %j', (s) => expect(isCnpj(s)).toBe(false));

  it('counts a letter as its code less 48, so A is 17 and not 10', () => {
    expect(isCnpj('A1222333000150')).toBe(true);
    expect(isCnpj('A1222333000130')).toBe(false);
  });
});

describe('documentKind and masks', () => {
  it('names the kind by check digits', () => {
    expect([documentKind('529.982.247-25'), documentKind('12.ABC.345/01DE-35'), documentKind('123')]).toEqual(['CPF', 'CNPJ', undefined]);
  });

  it('normalises separators and case and nothing else', () => {
    expect(normaliseDocument(' 12.abc.345/01de-35\n')).toBe('12ABC34501DE35');
    expect(normaliseDocument('191')).toBe('191');
  });

  it('prints dots, strokes and hyphens, and leaves what is no document alone', () => {
    expect([formatDocument('52998224725'), formatDocument('12abc34501de35'), formatDocument('191')]).toEqual(['529.982.247-25', '12.ABC.345/01DE-35', '191']);
  });

  it('gives a numeric field its zeros back and takes away those it has too many', () => {
    expect([paddedDocument('191', 'CPF'), paddedDocument('00052998224725', 'CPF'), paddedDocument('345678000199', 'CNPJ')]).toEqual(['00000000191', '52998224725', '00345678000199']);
    expect(paddedDocument('11222333000181', 'CPF')).toBe('11222333000181');
  });

  it('shows the middle only, also when a digit is mistyped, and nothing of anything else', () => {
    expect(maskDocument('123.456.789-09')).toBe('***.456.789-**');
    expect(maskDocument('12345678900')).toBe('***.456.789-**');
    expect(maskDocument('12.abc.345/01de-35')).toBe('**.ABC.345/****-**');
    expect(maskDocument('joana@example.invalid')).toBe('***');
    expect(maskDocument('')).toBe('***');
  });
});

describe('states', () => {
  it('are 27, each once', () => expect(new Set(UFS).size).toBe(27));
  it('are recognised in upper case only', () => expect([isUf('SP'), isUf('sp'), isUf('XX'), isUf(null), isUf('toString')]).toEqual([true, false, false, false, false]));
});

withVectors('published vectors', () => {
  it('CPF', () => {
    const { valid, invalid, check_digits } = vectors('cpf.json') as unknown as { valid: Vector[]; invalid: Vector[]; check_digits: { base: string; digits: string }[] };
    const texts = asText(valid, 11);
    expect(texts.length).toBeGreaterThan(4);
    for (const v of texts) expect([v.input, isCpf(v.input), normaliseDocument(v.input)]).toEqual([v.input, true, v.normalised]);
    for (const v of invalid) expect([v.input, isCpf(v.input)]).toEqual([v.input, false]);
    for (const v of check_digits) expect([v.base, isCpf(v.base + v.digits)]).toEqual([v.base, true]);
  });

  it('CNPJ', () => {
    const { valid, valid_alphanumeric, invalid, check_digits, also_known } = vectors('cnpj.json') as unknown as
      Record<'valid' | 'valid_alphanumeric' | 'invalid' | 'also_known', Vector[]> & { check_digits: { base: string; digits: string }[] };
    const texts = asText([...valid, ...valid_alphanumeric, ...also_known], 14);
    expect(texts.length).toBeGreaterThan(10);
    for (const v of texts) expect([v.input, isCnpj(v.input), normaliseDocument(v.input)]).toEqual([v.input, true, v.normalised]);
    for (const v of invalid) expect([v.input, isCnpj(v.input)]).toEqual([v.input, false]);
    for (const v of check_digits) expect([v.base, isCnpj(v.base + v.digits)]).toEqual([v.base, true]);
  });
  it('printed and padded', () => {
    for (const [file, kind] of [['cpf.json', 'CPF'], ['cnpj.json', 'CNPJ']] as const) {
      const { format, normalise, valid } = vectors(file);
      expect(format!.length).toBeGreaterThan(3);
      for (const v of format!) expect([v.input, formatDocument(paddedDocument(v.input, kind))]).toEqual([v.input, v.formatted]);
      for (const v of normalise!) expect([v.input, paddedDocument(v.input, kind)]).toEqual([v.input, v.output]);
      // What came as a number has lost its zero: an adapter that knows the kind gives it back.
      for (const v of valid!) expect([v.input, paddedDocument(v.input, kind)]).toEqual([v.input, v.normalised]);
    }
  });
});
