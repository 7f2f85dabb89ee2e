import { BadArguments, readArguments } from './arguments';
import { Progress } from './progress';
import { differences, type Figures } from './report';

describe('the report', () => {
  const figures = {
    invoices: { issued: 3 }, payments: 2, refunds: 1,
    ledger: { invoiced_cents: 300, received_cents: 150, settled_cents: 100, open_cents: 190, waived_cents: 10, charges_cents: 20, unapplied_cents: 30 },
  } as unknown as Figures;
  const truth = { invoices: 3, payments: 2, refunds: 1, invoiced_cents: 300, received_cents: 150, refunded_cents: 5 };

  it('finds nothing where the books are what happened, and one cent where they are not', () => {
    expect(differences(figures, truth)).toEqual([]);
    expect(differences(figures, { ...truth, received_cents: 151 })).toHaveLength(2);
    expect(differences({ ...figures, ledger: { ...figures.ledger, open_cents: 189 } }, truth)[0]).toMatch(/299 settled \+ open \+ waived cents.*300 happened/);
    expect(differences(figures, { ...truth, payments: 3 })).toEqual(['The system counts 2 payments where 3 happened.']);
  });
});

describe('the command line', () => {
  it('has defaults, ends by itself without a terminal, and stays up on one', () => {
    expect(readArguments([], false)).toEqual({ customers: 1000, months: 12, seed: 1, broker: 'in-process', exit: true, json: undefined, receivables: undefined, columns: undefined, regua: undefined });
    expect(readArguments([], true)!.exit).toBe(false);
    expect(readArguments(['--exit', '--seed', '7'], true)).toMatchObject({ exit: true, seed: 7 });
    expect(readArguments(['-h'], true)).toBeNull();
  });
  it.each([[['--customers', '0']], [['--months', 'x']], [['--broker', 'rabbit']], [['--columns', 'm.json']], [['--colour']], [['stray']]])('refuses %j and says why', (argv) => {
    expect(() => readArguments(argv, true)).toThrow(BadArguments);
  });
});

describe('progress', () => {
  it('is a line every tenth without a terminal and one line on it', () => {
    const written: string[] = [];
    const out = { isTTY: false, write: (text: string) => written.push(text) > 0 };
    const plain = new Progress('Replaying', out as never);
    for (let n = 0; n <= 100; n++) plain.at(n / 100, `${n}`);
    expect(written).toHaveLength(11);
    written.length = 0;
    const bar = new Progress('Replaying', { ...out, isTTY: true } as never);
    bar.at(0.5, 'half');
    bar.end();
    expect(written).toEqual([expect.stringMatching(/^\rReplaying \[#{16}\.{16}\] {2}50% half/), '\n']);
  });
});
