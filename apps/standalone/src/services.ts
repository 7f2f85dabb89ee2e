import { auditor } from '../../auditor/src/index';
import { billingIngestion } from '../../billing-ingestion/src/index';
import { dunningOrchestration } from '../../dunning-orchestration/src/index';
import { negotiation } from '../../negotiation/src/index';
import { notifications } from '../../notifications/src/index';
import { paymentReconciliation } from '../../payment-reconciliation/src/index';

/** The whole house. Billing comes first: the others check API keys with it. */
export const everyService = [billingIngestion, paymentReconciliation, dunningOrchestration, negotiation, notifications, auditor] as const;
