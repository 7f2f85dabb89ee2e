/** Random choices that a seed repeats on every machine. */
export interface Dice {
  /** [0, 1). */
  next(): number;
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/** A linear congruential generator over 48 bits (the constants of drand48), the upper 32 used. */
export function dice(seed: number): Dice {
  let state = ((BigInt(seed) << 16n) + 0x330en) & 0xffffffffffffn;
  const next = () => {
    state = (state * 0x5deece66dn + 0xbn) & 0xffffffffffffn;
    return Number(state >> 16n) / 4_294_967_296;
  };
  return {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)]!,
  };
}

const FIRST = ('Maria José Ana João Antônio Francisco Carlos Paulo Pedro Lucas Luiz Marcos Gabriel Rafael Daniel Marcelo Bruno Eduardo Felipe Raimundo Rodrigo Mateus André Fernando Fábio '
  + 'Francisca Antônia Adriana Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda Bruna Jéssica Letícia Júlia Luciana Vanessa Mariana Gabriela Vera Vitória Larissa Cláudia Beatriz Rita').split(' ');
const SECOND = 'Aparecida Carlos Luiz Cristina Eduardo Henrique Regina Augusto Helena Roberto Lúcia Fátima Alberto Tereza Cecília'.split(' ');
const LAST = ('Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira '
  + 'Nunes Marques Machado Mendes Freitas Cardoso Ramos Gonçalves Santana Teixeira Araújo Moura Cavalcanti Monteiro Correia Batista Campos Brandão Guimarães Assunção Conceição Peçanha Queiroz Xavier Brito').split(' ');
const TRADE = 'Padaria Mercado Farmácia Oficina Academia Escola Clínica Papelaria Restaurante Transportes'.split(' ');
const PLACE = 'Estrela Aurora Central Progresso Horizonte Primavera Ipiranga Bandeirante Imperial Atlântica'.split(' ');
const FORM = ['Ltda', 'Ltda ME', 'S/A', 'EIRELI', 'Ltda - EPP'];

/** Common names come up more often, as they do among people. */
const common = (draw: Dice, list: readonly string[]): string => list[Math.floor(draw.next() ** 1.6 * list.length)]!;
const particle = (draw: Dice): string => (draw.chance(0.35) ? `${draw.pick(['da', 'de', 'dos', 'do'])} ` : '');

export const surname = (draw: Dice): string => particle(draw) + common(draw, LAST);

export function personName(draw: Dice, last = surname(draw)): string {
  const second = draw.chance(0.45) ? ` ${common(draw, SECOND)}` : '';
  const middle = draw.chance(0.55) ? ` ${surname(draw)}` : '';
  return `${common(draw, FIRST)}${second}${middle} ${last}`;
}

export const companyName = (draw: Dice): string => `${draw.pick(TRADE)} ${draw.pick(PLACE)} ${draw.chance(0.5) ? `${common(draw, LAST)} ` : ''}${draw.pick(FORM)}`;

/** One typing error: a character wrong, missing, doubled, or two in the wrong order. */
export function mistyped(draw: Dice, text: string, alphabet: string): string {
  const at = draw.between(1, text.length - 2);
  const [before, it, after] = [text.slice(0, at), text[at]!, text.slice(at + 1)];
  const kind = draw.between(0, 3);
  if (kind === 0) return before + after;
  if (kind === 1) return before + it + it + after;
  if (kind === 2 && after[0] !== it) return before + after[0] + it + after.slice(1);
  return before + draw.pick([...alphabet].filter((other) => other !== it)) + after;
}

/** As a bank writes a name: upper case, without accents. */
export const asBank = (name: string): string => name.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase();

/** Middle names as initials. */
export const withInitials = (name: string): string => name.split(' ').map((word, at, all) => (at > 0 && at < all.length - 1 && word.length > 3 ? word[0]! : word)).join(' ');
