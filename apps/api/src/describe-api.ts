import { LocalIssuer, TokenVerifier } from '@keyward/access';
import { EventStore } from '@keyward/event-store';
import { ReadModel } from '@keyward/read-model';
import { HealthRegistry, Metrics } from '@keyward/runtime';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { API_CONTROLLERS } from './api.controllers.js';
import { buildOpenApiDocument } from './http/openapi/openapi-document.js';
import { ServedDocument } from './http/openapi/openapi.controller.js';
import { SIGN_IN_MODE } from './http/session/sign-in-mode.js';
import { SignIn } from './http/session/sign-in.service.js';
import { Sessions } from './http/session/sessions.js';
import { AuditKeys } from '@keyward/audit';
import { AuditLedgerReader } from './audit/audit-ledger-reader.js';
import { AuditProofs } from './audit/audit-proofs.js';
import { HeadChains } from './audit/head-chains.js';
import { ConsistentReader } from './queries/reading/consistent-reader.js';
import { ChangeFeeds } from './queries/watch-organization/change-feeds.service.js';

const UNUSED = [
  TokenVerifier,
  LocalIssuer,
  Sessions,
  SignIn,
  SIGN_IN_MODE,
  AuditKeys,
  AuditLedgerReader,
  AuditProofs,
  HeadChains,
  EventStore,
  ReadModel,
  CommandBus,
  QueryBus,
  ConsistentReader,
  ChangeFeeds,
  HealthRegistry,
  Metrics,
  ServedDocument,
];

/** The controllers over nothing: they are looked at and never called. */
@Module({
  controllers: [...API_CONTROLLERS],
  providers: UNUSED.map((provide) => ({ provide, useValue: {} })),
})
class DescribedModule {}

/** The OpenAPI document without a server, a log or a key. */
export async function describeApi(): Promise<OpenAPIObject> {
  const app = await NestFactory.create(DescribedModule, new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  return buildOpenApiDocument(app, DescribedModule);
}
