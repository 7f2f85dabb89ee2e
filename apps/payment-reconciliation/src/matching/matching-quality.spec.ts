import fs from 'node:fs';
import path from 'node:path';
import { statementSet } from '../../test/matching/statement-set';
import { figuresOf, play } from '../../test/matching/trial';
import { match } from './match';
import { Candidates } from './candidates';

const SEEDS = [9, 10];

describe('matching a statement whose truth is known', () => {
  const trials = new Map(SEEDS.map((seed) => {
    const set = statementSet(seed, { knownShare: 0.85 });
    return [seed, { set, judged: play(set).judged }];
  }));

  it.each(SEEDS)('seed %i: matches nothing wrongly without a person', (seed) => {
    expect(trials.get(seed)!.judged.filter(({ automatic, right }) => automatic && !right).map(({ row, match: found }) => ({ row, found }))).toEqual([]);
  });

  it.each(SEEDS)('seed %i: finds at least 95%% of what can only be one thing', (seed) => {
    const { only, only_automatic, only_first, decidable, decidable_automatic } = figuresOf(trials.get(seed)!.judged);
    expect(only_automatic / only).toBeGreaterThanOrEqual(0.95);
    expect(decidable_automatic / decidable).toBeGreaterThanOrEqual(0.98);
    expect(only_first / only).toBeGreaterThanOrEqual(0.995);
  });

  it.each(SEEDS)('seed %i: is a set worth the name', (seed) => {
    const { judged, set } = trials.get(seed)!;
    expect(judged.length).toBeGreaterThanOrEqual(5_000);
    expect(figuresOf(judged).only / judged.length).toBeGreaterThanOrEqual(0.8);
    expect(set.customers.length).toBe(2_000);
    expect(set.customers.length - new Set(set.customers.map(({ name }) => name)).size).toBeGreaterThanOrEqual(30);
    const situations = [...new Set(judged.map(({ row }) => row.situation))];
    expect(situations.sort()).toEqual(['discount', 'duplicate', 'fee', 'late_charges', 'late_without_charges', 'over', 'partial', 'plain', 'rest', 'split', 'stray', 'two_customers', 'two_subscriptions']);
    for (const situation of situations) expect(judged.filter(({ row }) => row.situation === situation).length).toBeGreaterThanOrEqual(5);
  });

  it('without any history yet, a creditor waits for more people, and nothing is wrong', () => {
    const figures = figuresOf(play(statementSet(2)).judged);
    expect(figures.wrong).toBe(0);
    expect(figures.decidable_automatic / figures.decidable).toBeGreaterThanOrEqual(0.98);
    expect(figures.only_first / figures.only).toBeGreaterThanOrEqual(0.995);
  });

  it('while decisions wait for a week nothing is wrong either', () => {
    expect(figuresOf(play(statementSet(3), { decideEveryDays: 7 }).judged).wrong).toBe(0);
  });
});

describe('the statement set', () => {
  it('is the same for a seed, and another for another', () => {
    const of = (seed: number) => JSON.stringify(statementSet(seed, { customers: 50 }));
    expect(of(5)).toBe(of(5));
    expect(of(5)).not.toBe(of(6));
  });
  it('is judged by a checker that takes nothing from the engine but shapes', () => {
    const imports = (file: string) => [...fs.readFileSync(path.join(__dirname, '../../test/matching', file), 'utf8').matchAll(/^import (.*?) from '(.*?)';/gm)].map(([, what, from]) => [what!.startsWith('type'), from]);
    expect(imports('checker.ts')).toEqual([[true, './statement-set']]);
    expect(imports('statement-set.ts').filter(([type, from]) => !type && from !== './people')).toEqual([]);
    expect(imports('people.ts')).toEqual([]);
  });
});

describe('ten thousand open receivables', () => {
  it('cost a credit a bounded number of looks: none of its suggestions grows with the book', () => {
    const set = statementSet(1, { customers: 3_400 });
    const candidates = new Candidates({ customers: set.customers, receivables: set.invoices, confirmed: set.confirmed });
    expect(set.invoices.length).toBeGreaterThanOrEqual(10_000);
    const began = performance.now();
    const some = set.rows.filter((_, at) => at % 40 === 0);
    for (const { credit } of some) {
      const found = match(credit, candidates);
      if (found.status === 'suggested') expect(found.suggestions.length).toBeLessThanOrEqual(10);
    }
    // About 1 ms each on a quiet machine; this only goes red where somebody looks at every pair.
    expect((performance.now() - began) / some.length).toBeLessThan(50);
  });
});
