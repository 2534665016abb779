import { mapped } from '../mapping/problems.ts';
import { quotaMessage, readQuota, tenantMessage } from '../mapping/tenants.ts';
import type { AdminRoute } from '../parts.ts';

/** Names come from certificates, too; they are kept in memory. */
const MAX_NAME = 256;

export const setQuota: AdminRoute<'setQuota'> =
  ({ accounts, idempotency, sandboxesOf }) =>
  (request, context) =>
    // oxlint-disable-next-line typescript/require-await
    idempotency.once('SetQuota', sandboxesOf(context).tenant, request, async () => {
      const { tenant } = request;
      const quota = mapped((problems) => {
        const given = request.quota;
        if (tenant.length > MAX_NAME) problems.add('tenant', `must have at most ${MAX_NAME} characters`);
        if (tenant === '' && !given) problems.add('quota', 'is required, as no tenant is named');
        return given && problems.within('quota', () => readQuota(problems, given));
      });
      if (tenant !== '') {
        const account = accounts.set(tenant, quota);
        return {
          tenant: tenantMessage(account, accounts.hasOwn(tenant)),
          defaultQuota: quotaMessage(accounts.others),
        };
      }
      accounts.setOthers(quota!);
      return { defaultQuota: quotaMessage(accounts.others) };
    });
