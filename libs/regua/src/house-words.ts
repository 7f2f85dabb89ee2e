import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { Template } from './document';

const FOLDER = path.join(__dirname, '..', 'reguas');

/** The text of a file that the house ships. */
export const houseFile = (name: string): string => fs.readFileSync(path.join(FOLDER, name), 'utf8');

let words: Readonly<Record<string, Template>> | undefined;

/** The words of the house, by name. */
export const houseTemplates = (): Readonly<Record<string, Template>> => (words ??= parse(houseFile('templates.yaml')) as Record<string, Template>);
