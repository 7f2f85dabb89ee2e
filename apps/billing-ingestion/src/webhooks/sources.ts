import { asaas } from './asaas';
import { iugu } from './iugu';
import { killBill } from './kill-bill';
import { lago } from './lago';
import { pix } from './pix';
import type { Kind, Source } from './source';
import { stripe } from './stripe';
import { vindi } from './vindi';

/** How each platform's webhooks are read. */
export const sources: Readonly<Record<Kind, Source>> = { stripe, asaas, vindi, iugu, lago, 'kill-bill': killBill, pix };
