import { quotaMessage, tenantMessage } from '../mapping/tenants.ts';
import type { AdminRoute } from '../parts.ts';

export const getTenants: AdminRoute<'getTenants'> =
  ({ accounts }) =>
  () => ({
    tenants: accounts.all().map((account) => tenantMessage(account, accounts.hasOwn(account.tenant))),
    defaultQuota: quotaMessage(accounts.others),
  });
