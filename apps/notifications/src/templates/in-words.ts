import type { Words } from '@emdia/contracts';
import { formatBRL } from '@emdia/money';
import { ALREADY_PAID, debtTable, followsPart, optionsPart, payPart, type Part } from './blocks';
import type { Said } from './composition';
import type { Letter } from './letter';
import { formatDay, oneLine } from './plain-words';
import { factSentence, isLate } from './wording';

/** Placeholders that are parts of their own. Nobody tells yet what a service gives back, so that {beneficios} is nothing. */
const BLOCKS: Readonly<Record<string, (letter: Letter, creditor_name: string) => readonly Part[]>> = {
  faturas: (letter) => (letter.items.length > 1 ? [{ kind: 'paragraph', text: factSentence(letter) }, debtTable(letter)] : [debtTable(letter)]),
  'como-pagar': (letter, creditor_name) => [payPart(letter, creditor_name)],
  opcoes: (letter) => [optionsPart(letter)],
  'proximo-passo': (letter, creditor_name) => [followsPart(letter, creditor_name)],
  beneficios: () => [],
};

const PARAGRAPH_CHARS_MAX = 4_000;
const SUBJECT_CHARS_MAX = 150;

/** A letter in the words of its régua, filled in from the facts of this moment. What the words leave open about who has paid is added. */
export function inWords(letter: Letter, words: Pick<Words, 'subject' | 'text'>, creditor_name: string): Said {
  const parts = partsOf(letter, words.text, creditor_name);
  if (letter.purpose === 'collection' && !/já pagou/i.test(words.text)) parts.splice(1, 0, ALREADY_PAID);
  const short_name = oneLine(letter.creditor.name, 60);
  const subject = oneLine(filled(words.subject, { credor: short_name }), SUBJECT_CHARS_MAX);
  const title = oneLine(filled(words.subject.replace(/^\s*\{credor\}\s*[:,–-]?\s*/, ''), { credor: short_name }), SUBJECT_CHARS_MAX);
  return { subject, title: title ? title.charAt(0).toUpperCase() + title.slice(1) : short_name, greeting: '', parts };
}

const BLOCK = new RegExp(`\\{(${Object.keys(BLOCKS).join('|')})\\}`);

/** Paragraphs and blocks in the order of the words; a block stands once, and apart even where it was written into a sentence. */
function partsOf(letter: Letter, text: string, creditor_name: string): Part[] {
  const values = valuesOf(letter, creditor_name);
  const seen = new Set<string>();
  return text.split(/\n\s*\n/).flatMap((paragraph) =>
    paragraph.split(BLOCK).flatMap((piece, index): readonly Part[] => {
      if (index % 2 === 1) return seen.has(piece) ? [] : BLOCKS[(seen.add(piece), piece)]!(letter, creditor_name);
      const said = oneLine(filled(piece, values), PARAGRAPH_CHARS_MAX);
      return /[\p{L}\p{N}]/u.test(said) ? [{ kind: 'paragraph', text: said }] : [];
    }));
}

type Values = Readonly<Record<string, string>>;

/** What is said of the amount and its date is said of what is late, where anything is: words of a delay must not take in what is not due yet. */
function valuesOf({ items, local_day, customer }: Letter, creditor_name: string): Values {
  const late = items.filter((item) => isLate(item, local_day));
  const about = late.length > 0 ? late : items;
  const [earliest] = about.map(({ due_date }) => due_date).sort();
  return {
    nome: oneLine(customer.name ?? '', 80),
    credor: creditor_name,
    valor: formatBRL(about.reduce((sum, { total_cents }) => sum + total_cents, 0)),
    vencimento: earliest === undefined ? '' : formatDay(earliest),
  };
}

/** In one pass, so that no value is taken for a placeholder; a person without a name is not named. */
const filled = (text: string, values: Values): string =>
  (values.nome ? text : text.replace(/,?\s*\{nome\}/g, '')).replace(/\{([^{}]*)\}/g, (_, name: string) => (Object.hasOwn(values, name) ? values[name]! : ''));
