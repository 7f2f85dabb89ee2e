/** The 27 federative units of Brazil (IBGE), two upper-case letters each. */
export const UFS = [
  'AC', 'AL', 'AM', 'AP', 'BA', 'CE', 'DF', 'ES', 'GO', 'MA', 'MG', 'MS', 'MT', 'PA',
  'PB', 'PE', 'PI', 'PR', 'RJ', 'RN', 'RO', 'RR', 'RS', 'SC', 'SE', 'SP', 'TO',
] as const;
/** One of the 27 federative units. */
export type Uf = (typeof UFS)[number];

const known = new Set<unknown>(UFS);
/** Whether a value is one of `UFS`, spelt in upper case. */
export const isUf = (value: unknown): value is Uf => known.has(value);
