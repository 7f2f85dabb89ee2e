import type { Regua, Template } from './document';

/** What a placeholder becomes, and what it is good for in a message that asks for money. */
export interface Placeholder {
  readonly means: string;
  readonly tells?: readonly ('amount' | 'options' | 'consequence' | 'way-to-pay')[];
  /** Whether it may stand in a subject, which a lock screen shows to whoever is near (CDC 42). */
  readonly inSubject?: true;
}

/** Everything that a message may have filled in. */
export const PLACEHOLDERS: Readonly<Record<string, Placeholder>> = {
  nome: { means: "the debtor's name" },
  credor: { means: "the creditor's name", inSubject: true },
  faturas: { means: 'block: each debt with its due date, amount and late charges, and the total', tells: ['amount'] },
  valor: { means: 'the total, late charges included; of what is late, where anything is', tells: ['amount'] },
  vencimento: { means: 'the due date, or the earliest of several' },
  'como-pagar': { means: 'block: codes and links to pay by', tells: ['way-to-pay'] },
  opcoes: { means: 'block: another date, instalments, a word that the amount is wrong', tells: ['options'] },
  'proximo-passo': { means: 'block: what follows, and when, if nothing changes', tells: ['consequence'] },
  beneficios: { means: 'block: what the service gives back' },
};

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** The names in braces of a text, in their order. */
export const placeholdersIn = (text: string): string[] => [...text.matchAll(PLACEHOLDER)].map(([, name]) => name!);

/** Why some words do not belong in a message, and how bad that is. */
export interface BadWords {
  readonly rule: 'threat' | 'label' | 'pressure' | 'jargon';
  readonly severity: 'refuse' | 'warn';
  readonly problem: string;
  readonly words: readonly string[];
}

/** Words that no debtor should read: CDC 42 forbids threat and ridicule; DOMAIN.md 4 keeps jargon out. Compared without accents or case, as whole words. */
export const BAD_WORDS: readonly BadWords[] = [
  {
    rule: 'threat', severity: 'refuse', problem: 'It threatens, or tells of a consequence that its own step and notice should tell (CDC 42).',
    words: [
      'spc', 'serasa', 'boa vista', 'quod', 'negativacao', 'negativar', 'negativado', 'negativada', 'nome sujo', 'limpar seu nome', 'protesto', 'protestar', 'cartorio', 'judicial', 'judicialmente',
      'juridico', 'processo', 'processar', 'advogado', 'penhora', 'execucao', 'justica', 'policia', 'medidas cabiveis', 'sob pena', 'bloqueio',
    ],
  },
  { rule: 'label', severity: 'refuse', problem: 'It labels the person instead of speaking of the bill (CDC 42).', words: ['inadimplente', 'inadimplentes', 'devedor', 'devedora', 'caloteiro', 'caloteira', 'calote', 'mau pagador', 'ma pagadora', 'vergonha'] },
  { rule: 'pressure', severity: 'refuse', problem: 'It presses (CDC 42 and 71).', words: ['ultima chance', 'ultimo aviso', 'ultimato', 'urgente', 'imediatamente', 'imediato', 'imediata', 'agora mesmo', 'sem falta'] },
  {
    rule: 'jargon', severity: 'warn', problem: 'People outside the trade do not say it.',
    words: ['inadimplencia', 'divida', 'cobranca', 'mora', 'regua', 'titulo', 'liquidacao', 'baixa', 'sacado', 'cedente', 'adimplemento', 'quitacao', 'encargos', 'score'],
  },
];

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

const patterns = BAD_WORDS.map((bad) => ({ bad, pattern: new RegExp(`(?<![\\p{L}\\p{N}])(?:${bad.words.join('|')})(?![\\p{L}\\p{N}])`, 'gu') }));

/** The bad words of a text, each kind with what was found. */
export const badWordsIn = (text: string): { bad: BadWords; found: readonly string[] }[] =>
  patterns.flatMap(({ bad, pattern }) => {
    const found = [...new Set([...plain(text).replace(/\s+/g, ' ').matchAll(pattern)].map(([word]) => word))];
    return found.length > 0 ? [{ bad, found }] : [];
  });

/** The words a document's steps mean by a name: its own, else those of the house. */
export const templateOf = ({ templates }: Pick<Regua, 'templates'>, name: string, house: Readonly<Record<string, Template>>): Template | undefined =>
  templates && Object.hasOwn(templates, name) ? templates[name] : Object.hasOwn(house, name) ? house[name] : undefined;
