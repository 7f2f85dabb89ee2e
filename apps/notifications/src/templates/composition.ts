import { ALREADY_PAID, contactsOf, debtTable, followsPart, optionsPart, paidTable, payPart, questionPart, webAddress, type Part } from './blocks';
import { inWords } from './in-words';
import type { Letter } from './letter';
import { formatDocument, oneLine } from './plain-words';
import { factSentence, toneOf, wordsOf } from './wording';

/** A letter in words, before it becomes text or HTML. */
export type Composition = {
  subject: string;
  title: string;
  /** Empty where the words greet by themselves. */
  greeting: string;
  parts: Part[];
  signature: string[];
  stop: { text: string; email: string; url?: string };
};

/** What a letter says between its address and its signature. */
export type Said = Pick<Composition, 'subject' | 'title' | 'greeting' | 'parts'>;

/** The letter's words in their order: what it is, what is owed, how to pay, what else is possible, what follows, who writes. */
export function composeLetter(letter: Letter): Composition {
  const creditor_name = oneLine(letter.creditor.name, 80);
  const said = letter.words ? inWords(letter, letter.words, creditor_name) : byStep(letter, creditor_name);
  const cause_url = webAddress(letter.cause_url);
  const parts = cause_url ? [...said.parts, questionPart(cause_url)] : said.parts;
  return { ...said, parts, signature: signatureOf(letter, creditor_name), stop: stopOf(letter) };
}

/** The words of the house for a letter that brings none. */
function byStep(letter: Letter, creditor_name: string): Said {
  const words = wordsOf(toneOf(letter), letter);
  const customer_name = oneLine(letter.customer.name ?? '', 80);
  return {
    subject: `${oneLine(letter.creditor.name, 60)}: ${words.subject}`,
    title: words.title,
    greeting: customer_name ? `Olá, ${customer_name}.` : 'Olá.',
    parts: partsOf(letter, words.sentence, creditor_name),
  };
}

function partsOf(letter: Letter, sentence: string, creditor_name: string): Part[] {
  if (letter.purpose === 'service') {
    const paid = letter.paid_items ?? [];
    return paid.length > 0 ? [{ kind: 'paragraph', text: sentence }, paidTable(paid)] : [{ kind: 'paragraph', text: sentence }];
  }
  if (letter.purpose === 'reply') return [{ kind: 'paragraph', text: sentence }];
  return [
    { kind: 'paragraph', text: `${factSentence(letter)} ${sentence}` },
    ALREADY_PAID,
    debtTable(letter),
    payPart(letter, creditor_name),
    optionsPart(letter),
    followsPart(letter, creditor_name),
  ];
}

function signatureOf({ creditor }: Letter, creditor_name: string): string[] {
  const contacts = contactsOf(creditor).join(' · ');
  return [creditor_name, formatDocument(creditor.document), oneLine(creditor.address, 200), contacts].filter((line) => line !== '');
}

function stopOf(letter: Letter): Composition['stop'] {
  const email = oneLine(letter.stop.email, 120);
  const url = webAddress(letter.stop.url);
  return { text: 'Se não quiser mais receber e-mails como este, avise por aqui:', email, ...(url ? { url } : {}) };
}
