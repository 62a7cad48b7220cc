import { RebuildReadModelController } from './commands/rebuild-read-model/rebuild-read-model.controller.js';
import { CheckReadModelController } from './commands/check-read-model/check-read-model.controller.js';
import { StopReadModelJobController } from './commands/stop-read-model-job/stop-read-model-job.controller.js';
import { GetReadModelJobController } from './queries/get-read-model-job/get-read-model-job.controller.js';
import { ArchiveProjectController } from './commands/archive-project/archive-project.controller.js';
import { ChangeRolloutController } from './commands/change-rollout/change-rollout.controller.js';
import { DestroyOrgKeyVersionController } from './commands/destroy-org-key-version/destroy-org-key-version.controller.js';
import { DestroyProjectKeyVersionController } from './commands/destroy-project-key-version/destroy-project-key-version.controller.js';
import { DisableOrgKeyController } from './commands/disable-org-key/disable-org-key.controller.js';
import { EnableOrgKeyController } from './commands/enable-org-key/enable-org-key.controller.js';
import { PutOrganizationController } from './commands/put-organization/put-organization.controller.js';
import { PutProjectController } from './commands/put-project/put-project.controller.js';
import { RemoveOrgKeyController } from './commands/remove-org-key/remove-org-key.controller.js';
import { RemoveProjectKeyController } from './commands/remove-project-key/remove-project-key.controller.js';
import { RotateKeyEncryptionKeyController } from './commands/rotate-key-encryption-key/rotate-key-encryption-key.controller.js';
import { SetOrgKeyController } from './commands/set-org-key/set-org-key.controller.js';
import { SetProjectKeyController } from './commands/set-project-key/set-project-key.controller.js';
import { HealthController } from './http/health/health.controller.js';
import { MetricsController } from './http/health/metrics.controller.js';
import { DocsController } from './http/openapi/docs.controller.js';
import { DevelopmentSignInController } from './http/session/development-sign-in.controller.js';
import { SessionController } from './http/session/session.controller.js';
import { OpenApiController } from './http/openapi/openapi.controller.js';
import { ExportAuditLogController } from './queries/export-audit-log/export-audit-log.controller.js';
import { ExplainEffectiveKeyController } from './queries/explain-effective-key/explain-effective-key.controller.js';
import { GetKeyEncryptionKeysController } from './queries/get-key-encryption-keys/get-key-encryption-keys.controller.js';
import { GetRolloutController } from './queries/get-rollout/get-rollout.controller.js';
import { GetOrganizationController } from './queries/get-organization/get-organization.controller.js';
import { ListKeysController } from './queries/list-keys/list-keys.controller.js';
import { ListProjectsController } from './queries/list-projects/list-projects.controller.js';
import { WatchOrganizationController } from './queries/watch-organization/watch-organization.controller.js';
import { GetAuditHeadController } from './queries/get-audit-head/get-audit-head.controller.js';
import { ListAuditHeadsController } from './queries/list-audit-heads/list-audit-heads.controller.js';
import { ListAuditKeysController } from './queries/list-audit-keys/list-audit-keys.controller.js';
import { ProveAuditConsistencyController } from './queries/prove-audit-consistency/prove-audit-consistency.controller.js';
import { ProveAuditInclusionController } from './queries/prove-audit-inclusion/prove-audit-inclusion.controller.js';
import { ListKeyUsageController } from './queries/list-key-usage/list-key-usage.controller.js';
import { ReadHistoryController } from './queries/read-history/read-history.controller.js';
import { ListIntegrationsController } from './queries/list-integrations/list-integrations.controller.js';
import { ListOrganizationIntegrationsController } from './queries/list-organization-integrations/list-organization-integrations.controller.js';
import { ListProjectIntegrationsController } from './queries/list-project-integrations/list-project-integrations.controller.js';

/** In the order in which the documentation lists them. */
export const API_CONTROLLERS = [
  ListOrganizationIntegrationsController,
  SetOrgKeyController,
  RemoveOrgKeyController,
  DisableOrgKeyController,
  EnableOrgKeyController,
  DestroyOrgKeyVersionController,
  ListKeyUsageController,
  ListProjectIntegrationsController,
  SetProjectKeyController,
  RemoveProjectKeyController,
  DestroyProjectKeyVersionController,
  ExplainEffectiveKeyController,
  ReadHistoryController,
  GetAuditHeadController,
  ListAuditHeadsController,
  ProveAuditInclusionController,
  ProveAuditConsistencyController,
  ListAuditKeysController,
  ExportAuditLogController,
  ListKeysController,
  WatchOrganizationController,
  ListIntegrationsController,
  GetOrganizationController,
  PutOrganizationController,
  ListProjectsController,
  PutProjectController,
  ArchiveProjectController,
  GetRolloutController,
  ChangeRolloutController,
  GetKeyEncryptionKeysController,
  RotateKeyEncryptionKeyController,
  SessionController,
  DevelopmentSignInController,
  GetReadModelJobController,
  RebuildReadModelController,
  CheckReadModelController,
  StopReadModelJobController,
  HealthController,
  MetricsController,
  OpenApiController,
  DocsController,
] as const;
