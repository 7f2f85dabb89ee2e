import fc from 'fast-check';
import { NameIndex } from './name-index';
import { jaroWinkler, nameInMemo, readName, similarity, tells } from './names';

const alike = (paid: string, known: string) => similarity(readName(paid)!, readName(known)!);

describe('jaroWinkler', () => {
  // The examples of Winkler's paper, to three digits.
  it.each([['MARTHA', 'MARHTA', 0.961], ['DWAYNE', 'DUANE', 0.84], ['DIXON', 'DICKSONX', 0.813], ['ABC', 'XYZ', 0], ['SAME', 'SAME', 1]])('%s and %s: %d', (a, b, expected) => {
    expect(jaroWinkler(a, b)).toBeCloseTo(expected, 3);
  });

  it('is between 0 and 1 and the same both ways', () => {
    const word = fc.string({ unit: fc.constantFrom(...'ABCDE'), minLength: 1, maxLength: 12 });
    fc.assert(fc.property(word, word, (a, b) => {
      expect(jaroWinkler(a, b)).toBeGreaterThanOrEqual(0);
      expect(jaroWinkler(a, b)).toBeLessThanOrEqual(1 + 1e-12);
      expect(jaroWinkler(a, b)).toBeCloseTo(jaroWinkler(b, a), 1);
    }));
  });
});

describe('similarity', () => {
  it.each([
    ['accents and case', 'JOAO DA CONCEICAO', 'João da Conceição', 1_000],
    ['company suffixes', 'PADARIA ESTRELA', 'Padaria Estrela Ltda - ME', 980],
    ['a name cut off at 25', 'MARIA APARECIDA DOS SANTO', 'Maria Aparecida dos Santos Oliveira', 980],
    ['order of words', 'SILVA JOSE PEREIRA', 'José Pereira Silva', 980],
    ['initials', 'JOSE A SILVA', 'José Augusto Silva', 920],
    ['one typing error', 'FERNADA RIBEIRO', 'Fernanda Ribeiro', 950],
    ['a middle name left out', 'JOSE SILVA', 'José Carlos da Silva', 840],
  ])('%s', (_, paid, known, min) => expect(alike(paid, known)).toBeGreaterThanOrEqual(min));

  it.each([
    ['spouses', 'ANA SOUZA LIMA', 'Carlos Souza Lima'], ['one surname in common', 'RAFAEL COSTA', 'Beatriz Costa'], ['nothing in common', 'XAVIER BRITO', 'Maria Santos'],
  ])('%s are not alike', (_, paid, known) => expect(alike(paid, known)).toBeLessThan(700));

  it('reads S/A as a suffix and keeps the rest', () => expect(readName('Transportes Aurora S/A')!.words).toEqual(['TRANSPORTES', 'AURORA']));
  it('is 1,000 for the same name and never more', () => {
    const name = fc.array(fc.constantFrom('JOSE', 'MARIA', 'SILVA', 'COSTA', 'J', 'ANTONIO', 'LIMA'), { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
    fc.assert(fc.property(name, name, (a, b) => {
      expect(alike(a, a)).toBe(1_000);
      expect(alike(a, b)).toBeLessThanOrEqual(1_000);
      expect(alike(a, b)).toBeGreaterThanOrEqual(0);
    }));
  });
});

describe('a name', () => {
  it('is found in a memo beside the words of the bank', () => {
    expect(nameInMemo('PIX RECEBIDO - JOANA PECANHA 12/03 FATURA 1234')?.words).toEqual(['JOANA', 'PECANHA']);
    expect(nameInMemo('TED 341 0123 CREDITO EM CONTA')).toBeNull();
    expect(nameInMemo(null)).toBeNull();
  });
  it('of one word or few letters tells nobody', () => {
    expect(['MARIA', 'A B', 'ANA LI', 'JOSE SILVA'].map((name) => tells(readName(name)!))).toEqual([false, false, false, true]);
  });
  it('of particles alone is none', () => expect(readName('de da Ltda')).toBeNull());
});

describe('NameIndex', () => {
  const index = new NameIndex();
  const names = ['José Augusto Silva', 'Joana Peçanha Brito', 'Maria da Silva', 'Mário da Silva', 'Padaria Aurora Ltda'];
  names.forEach((name, at) => index.add(String(at), readName(name)!));
  const found = (name: string) => index.alike(readName(name)!, 800).map(({ customer_id }) => names[Number(customer_id)]);

  it('finds by typing errors, initials and cut-off ends', () => {
    expect(found('JOANA PECNAHA BRITO')).toEqual(['Joana Peçanha Brito']);
    expect(found('JOSE A SILVA')).toEqual(['José Augusto Silva']);
    expect(found('JOANA PECANHA BRI')).toContain('Joana Peçanha Brito');
  });
  it('gives the likest first and leaves out who is not alike', () => {
    expect(found('MARIO SILVA')).toEqual(['Mário da Silva', 'Maria da Silva']);
    expect(found('XENIA QUEIROZ')).toEqual([]);
  });
});
