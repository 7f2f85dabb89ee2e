export { type BankFile, chargesIn, type FileKind, grantedCents, type Header, type Meaning, type OpenFile, type Posting, type Problem, type Row } from './bank-file';
export type { Parts } from './decode';
export { ourNumberKey } from './our-number';
export { pixEntries, readPix } from './pix/pix';
export { openBankFile, readBankFile } from './read-bank-file';
export { describeFile, fileJson } from './report';
export { fileNumber, rowIdentities, rowIdentity } from './row-identity';
