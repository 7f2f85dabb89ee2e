export { type BankFile, type FileKind, type Header, type Meaning, type Posting, type Problem, type Row } from './bank-file';
export { readBankFile } from './read-bank-file';
