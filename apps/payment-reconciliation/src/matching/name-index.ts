import { type Name, nearKeys, similarity } from './names';

/** Customers compared with one payer's name; those that share its rarest words come first. */
const COMPARED_MAX = 250;
/** Found by so many words' lists at most; a list longer than this says nothing by itself. */
const VISITED_MAX = 6_000;
/** Of one payer, told. */
const ALIKE_MAX = 40;

/** Customers by the words of their names, one typing error or a cut-off end apart. */
export class NameIndex {
  private readonly names = new Map<string, Name>();
  private readonly byWord = new Map<string, string[]>();

  add(customer_id: string, name: Name): void {
    this.names.set(customer_id, name);
    const keys = new Set(name.words.flatMap((word) => (word.length < 3 ? [word] : [...nearKeys(word), `^${word.slice(0, 4)}`])));
    for (const key of keys) {
      const known = this.byWord.get(key);
      if (known) known.push(customer_id);
      else this.byWord.set(key, [customer_id]);
    }
  }

  /** Customers whose name is at least so alike (0 to 1,000), the likest first; at most 40, found among the 250 that share most of the rarest words. */
  alike(paid: Name, min: number): { readonly customer_id: string; readonly similarity: number }[] {
    const found = [];
    for (const customer_id of this.sharing(paid)) {
      const like = similarity(paid, this.names.get(customer_id)!);
      if (like >= min) found.push({ customer_id, similarity: like });
    }
    return found.sort((a, b) => b.similarity - a.similarity || (a.customer_id < b.customer_id ? -1 : 1)).slice(0, ALIKE_MAX);
  }

  private sharing(paid: Name): string[] {
    const lists = paid.words.map((word) => {
      const keys = word.length < 3 ? [word] : [...nearKeys(word), `^${word.slice(0, 4)}`];
      const ids = new Set<string>();
      for (const key of keys) {
        const known = this.byWord.get(key) ?? [];
        for (const id of known) ids.add(id);
      }
      return ids;
    }).sort((a, b) => a.size - b.size);
    const found = new Map<string, { weight: number; words: number }>();
    let visited = 0;
    for (const ids of lists) {
      if ((visited += ids.size) > VISITED_MAX && found.size > 0) break;
      const weight = Math.log2(1 + this.names.size / (1 + ids.size));
      for (const id of ids) {
        const known = found.get(id);
        if (known) { known.weight += weight; known.words++; } else found.set(id, { weight, words: 1 });
      }
    }
    // With less than half of the words in common no two names are alike; initials stand in no list.
    const words = paid.words.filter(({ length }) => length > 1).length;
    return [...found].filter(([, of]) => of.words * 2 >= words).sort(([a, x], [b, y]) => y.weight - x.weight || (a < b ? -1 : 1)).slice(0, COMPARED_MAX).map(([id]) => id);
  }
}
