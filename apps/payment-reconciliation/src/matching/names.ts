/** A name made comparable. */
export interface Name {
  /** Upper case, without accents and punctuation. */
  readonly text: string;
  /** The words that tell people apart: without particles and company suffixes. */
  readonly words: readonly string[];
  /** Long enough that a bank may have cut it off. */
  readonly maybeCut: boolean;
}

const PARTICLES = new Set(['DE', 'DA', 'DO', 'DAS', 'DOS', 'E', 'DI', 'DEL']);
const SUFFIXES = new Set(['LTDA', 'LTD', 'ME', 'MEI', 'EPP', 'EIRELI', 'SA', 'S/A', 'CIA', 'SS', 'SLU']);
/** What banks write around a name in a memo. */
const BANK_WORDS = new Set(['PIX', 'TED', 'DOC', 'TEF', 'RECEBIDO', 'RECEBIDA', 'RECEB', 'RECEBIMENTO', 'REC', 'TRANSF', 'TRANSFERENCIA', 'CREDITO', 'CRED', 'CR', 'DEP', 'DEPOSITO',
  'QR', 'CODE', 'QRS', 'REM', 'REMET', 'REMETENTE', 'CPF', 'CNPJ', 'PGTO', 'PAGTO', 'PAGAMENTO', 'PAG', 'CONTA', 'CC', 'REF', 'FATURA', 'FAT', 'NF', 'BOLETO', 'MENSALIDADE', 'VALOR', 'EM', 'EMDIA']);
/** Statements cut names at 20 to 40 characters, most at 25 or 30. */
const CUT_LENGTH_MIN = 20;
const CUT_LENGTH_MAX = 40;
const WORDS_MAX = 12;

const plain = (text: string): string =>
  text.slice(0, 200).normalize('NFD').replace(/\p{M}/gu, '').toUpperCase().replace(/\bS\s*[./]\s*A\b\.?/g, 'SA').replace(/[^A-Z0-9]+/g, ' ').trim();

/** Reads a name; null where nothing of it tells anybody apart. */
export function readName(raw: string | null): Name | null {
  if (raw === null) return null;
  const text = plain(raw);
  const words = text.split(' ').filter((word) => word !== '' && !PARTICLES.has(word) && !SUFFIXES.has(word)).slice(0, WORDS_MAX);
  const { length } = raw.trim();
  return words.length === 0 ? null : { text, words, maybeCut: length >= CUT_LENGTH_MIN && length <= CUT_LENGTH_MAX };
}

/** The name in a bank's free text, without the bank's own words, numbers and dates; null where none is left. */
export function nameInMemo(memo: string | null): Name | null {
  if (memo === null) return null;
  const words = plain(memo).split(' ').filter((word) => word !== '' && !BANK_WORDS.has(word) && !/\d/.test(word));
  const name = readName(words.join(' '));
  return name && name.words.length >= 2 ? name : null;
}

/** Whether a name says enough to know somebody by it: two words and eight letters. */
export const tells = ({ words }: Name): boolean => words.length >= 2 && words.join('').length >= 8;

/** Jaro-Winkler similarity of two words, 0 to 1 (Winkler 1990: prefix of up to four, scale 0.1). */
export function jaroWinkler(a: string, b: string): number {
  if (a === b) return 1;
  const longer = a.length > b.length ? a.length : b.length;
  const reach = longer < 4 ? 0 : (longer >> 1) - 1;
  const taken: boolean[] = [];
  const common: number[] = [];
  for (let i = 0; i < a.length; i++) {
    for (let j = i > reach ? i - reach : 0; j < b.length && j <= i + reach; j++) {
      if (taken[j] || a.charCodeAt(i) !== b.charCodeAt(j)) continue;
      taken[j] = true;
      common.push(a.charCodeAt(i));
      break;
    }
  }
  if (common.length === 0) return 0;
  let moved = 0;
  for (let j = 0, k = 0; j < b.length; j++) if (taken[j] && b.charCodeAt(j) !== common[k++]) moved++;
  const m = common.length;
  const jaro = (m / a.length + m / b.length + (m - moved / 2) / m) / 3;
  let prefix = 0;
  while (prefix < 4 && prefix < a.length && prefix < b.length && a[prefix] === b[prefix]) prefix++;
  return jaro + prefix * 0.1 * (1 - jaro);
}

/** Words less alike than this are different words: SOUZA and SANTOS have 0.62. */
const WORD_LIKE_MIN = 0.85;

function wordLikeness(paid: string, known: string, cut: boolean): number {
  if (paid === known) return 1;
  if (paid.length === 1 || known.length === 1) return paid[0] === known[0] ? 0.9 : 0;
  if (cut && known.startsWith(paid)) return 0.97;
  const likeness = jaroWinkler(paid, known);
  return likeness >= WORD_LIKE_MIN ? likeness : 0;
}

/** A middle name left out says little; the first and the last one say much. */
const weightOf = (words: readonly string[], at: number): number => Math.min(words[at]!.length, 8) * (at > 0 && at < words.length - 1 ? 0.5 : 1);

/**
 * How alike a payer's name and a customer's are, 0 to 1,000, in any order of words: each word is paired once with its
 * likest, initials and a word cut off included; what is left over on either side counts against it.
 */
export function similarity(paid: Name, known: Name): number {
  if (paid.text === known.text) return 1_000;
  if (paid.maybeCut && known.text.startsWith(paid.text)) return 980;
  const pairs: { i: number; j: number; like: number }[] = [];
  for (let i = 0; i < paid.words.length; i++) {
    const cut = paid.maybeCut && i === paid.words.length - 1;
    for (let j = 0; j < known.words.length; j++) {
      const like = wordLikeness(paid.words[i]!, known.words[j]!, cut);
      if (like > 0) pairs.push({ i, j, like });
    }
  }
  pairs.sort((a, b) => b.like - a.like || a.i - b.i || a.j - b.j);
  const [ofPaid, ofKnown] = [new Set<number>(), new Set<number>()];
  let [agreed, all] = [0, 0];
  for (const { i, j, like } of pairs) {
    if (ofPaid.has(i) || ofKnown.has(j)) continue;
    ofPaid.add(i);
    ofKnown.add(j);
    const weight = Math.min(Math.max(paid.words[i]!.length, known.words[j]!.length), 8);
    agreed += 2 * weight * like;
    all += 2 * weight;
  }
  for (let i = 0; i < paid.words.length; i++) if (!ofPaid.has(i)) all += weightOf(paid.words, i);
  for (let j = 0; j < known.words.length; j++) if (!ofKnown.has(j)) all += weightOf(known.words, j);
  return all === 0 ? 0 : Math.round((990 * agreed) / all);
}

/** A word and all that is left of it without one character: words one typing error apart share one of these (the symmetric delete of SymSpell). */
export function nearKeys(word: string): string[] {
  const keys = [word];
  for (let at = 0; at < word.length; at++) keys.push(word.slice(0, at) + word.slice(at + 1));
  return keys;
}
