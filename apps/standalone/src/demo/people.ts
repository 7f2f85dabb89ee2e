import { type Uf } from '@emdia/brazil';
import type { Seeded } from './seeded';

/** A customer of the invented book; nobody real: names are joined at random and addresses end in `.invalid`. */
export interface Person {
  readonly customer_id: string;
  readonly name: string;
  readonly document: string | undefined;
  readonly email: string | undefined;
  readonly state: Uf | undefined;
}

const FIRST = ['Ana', 'Bruno', 'Carla', 'Diego', 'Elisa', 'Fábio', 'Gabriela', 'Hugo', 'Isabel', 'João', 'Karina', 'Lucas', 'Marina', 'Nelson', 'Olívia', 'Paulo', 'Quitéria', 'Rafael', 'Sônia', 'Tiago', 'Úrsula', 'Vitor', 'Yara', 'Zeca'];
const LAST = ['Almeida', 'Barros', 'Cardoso', 'Duarte', 'Esteves', 'Fonseca', 'Guimarães', 'Henriques', 'Ibarra', 'Junqueira', 'Lacerda', 'Moraes', 'Nogueira', 'Osório', 'Pacheco', 'Queiroz', 'Ribeiro', 'Sampaio', 'Teixeira', 'Uchoa', 'Valente', 'Xavier'];
const TRADE = ['Padaria', 'Oficina', 'Clínica', 'Papelaria', 'Academia', 'Mercearia', 'Estúdio', 'Livraria'];

// About a hundredth of the population each (IBGE, rounded); every zone of the country is in.
const STATES: readonly (readonly [Uf, number])[] = [
  ['SP', 22], ['MG', 10], ['RJ', 8], ['BA', 7], ['PR', 6], ['RS', 5], ['PE', 4], ['CE', 4], ['PA', 4], ['SC', 4], ['GO', 3], ['MA', 3],
  ['AM', 2], ['ES', 2], ['PB', 2], ['MT', 2], ['RN', 2], ['AL', 1], ['PI', 1], ['DF', 2], ['MS', 1], ['SE', 1], ['RO', 1], ['TO', 1], ['AC', 1], ['AP', 1], ['RR', 1],
];

/** Two check digits by modulo 11, weights 2 to `weightMax` from the right. */
function withCheckDigits(base: string, weightMax: number): string {
  let text = base;
  for (let round = 0; round < 2; round++) {
    let sum = 0;
    for (let i = text.length - 1, weight = 2; i >= 0; i--, weight = weight === weightMax ? 2 : weight + 1) sum += Number(text[i]) * weight;
    const rest = sum % 11;
    text += rest < 2 ? 0 : 11 - rest;
  }
  return text;
}

const digits = (random: Seeded, length: number): string => Array.from({ length }, () => random.between(0, 9)).join('');

/** Customer number `n` of the book; `twin` is a customer with the same document, for one person may have two subscriptions. */
export function person(random: Seeded, n: number, twin?: Person): Person {
  const isCompany = !twin && random.chance(0.12);
  const name = isCompany ? `${random.pick(TRADE)} ${random.pick(LAST)} Ltda` : `${random.pick(FIRST)} ${random.pick(LAST)} ${random.pick(LAST)}`;
  const document = isCompany ? withCheckDigits(`${digits(random, 8)}0001`, 9) : withCheckDigits(digits(random, 9), 11);
  const customer_id = `cus-${String(n + 1).padStart(5, '0')}`;
  const hasEmail = !random.chance(0.01);
  const knowsState = !random.chance(0.03);
  const state = random.weighted(STATES);
  return {
    customer_id,
    name: twin?.name ?? name,
    document: twin ? twin.document : random.chance(0.02) ? undefined : document,
    email: hasEmail ? `${customer_id}@pessoas.invalid` : undefined,
    state: twin ? twin.state : knowsState ? state : undefined,
  };
}
