import { randomUUID } from 'node:crypto';
import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  DeleteReq,
  TombstoneReq,
} from '@eventstore/db-client/generated/streams_pb.js';
import serverFeaturesGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import serverFeaturesPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import {
  Server,
  ServerCredentials,
  status,
  type Metadata,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServiceError,
} from '@grpc/grpc-js';
import type { LogPosition } from '@keyward/contracts';
import { appendCall, batchAppendCall } from './append-calls.js';
import { Faults } from './faults.js';
import { expectedRevision, failure, notLeader, placed, streamDeleted, streamNameOf } from './messages.js';
import { readCall, type ReadCall } from './read-calls.js';
import { StandInLog, type AppendOutcome } from './stand-in-log.js';

const DEFAULT_MAX_APPEND_SIZE = 4 * 1024 * 1024;

export interface StandInOptions {
  /** What it serves; several servers may serve one log. Default: a new one in memory. */
  readonly log?: StandInLog;
  /** Default: a free one. */
  readonly port?: number;
  readonly tls?: { readonly certificate: string; readonly privateKey: string };
  /** Calls without this user and password are refused. */
  readonly user?: { readonly name: string; readonly password: string };
  readonly maxAppendSize?: number;
}

/** How often each method was called. */
export interface Calls {
  append: number;
  batchAppend: number;
  read: number;
  subscribe: number;
}

/**
 * A server of the EventStoreDB protocol for tests: streams, server features, gossip. The protocol is the one of
 * the service definitions that the client ships. What it does not cover is in docs/adr/0011-eventstoredb-client.md.
 */
export class EventStoreDbStandIn {
  readonly faults = new Faults();
  readonly calls: Calls = { append: 0, batchAppend: 0, read: 0, subscribe: 0 };
  /** When set, this server is a follower of the one at that port. */
  leaderPort: number | undefined;
  /** Subscriptions open now. */
  subscriptions = 0;
  private endSubscriptionsSignal = new AbortController();

  private constructor(
    readonly log: StandInLog,
    readonly port: number,
    private readonly server: Server,
    private readonly options: StandInOptions,
  ) {}

  static async start(options: StandInOptions = {}): Promise<EventStoreDbStandIn> {
    const log = options.log ?? (await StandInLog.open());
    const server = new Server({ 'grpc.max_receive_message_length': 32 * 1024 * 1024 });
    const credentials = options.tls
      ? ServerCredentials.createSsl(null, [
          {
            cert_chain: Buffer.from(options.tls.certificate),
            private_key: Buffer.from(options.tls.privateKey),
          },
        ])
      : ServerCredentials.createInsecure();
    // The services are added once the port is known, which gossip tells; nothing is served before they are.
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${options.port ?? 0}`, credentials, (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    const standIn = new EventStoreDbStandIn(log, port, server, options);
    standIn.addServices();
    return standIn;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=${this.options.tls !== undefined}`;
  }

  /** Ends every subscription in good order, as servers do when they shed load. */
  endSubscriptions(): void {
    this.endSubscriptionsSignal.abort();
    this.endSubscriptionsSignal = new AbortController();
  }

  /** Cuts every connection; new ones are taken. */
  cutConnections(): void {
    this.server.drain(`127.0.0.1:${this.port}`, 0);
  }

  /** Stops at once and cuts every connection. The log stays open, for the next server. */
  stop(): void {
    this.endSubscriptions();
    this.server.forceShutdown();
  }

  private addServices(): void {
    const { StreamsService } = streamsGrpc;
    this.server.addService(StreamsService, this.streams());
    this.server.addService(gossipGrpc.GossipService, {
      read: (_call: unknown, answer: sendUnaryData<gossipPb.ClusterInfo>) => answer(null, this.members()),
    });
    this.server.addService(serverFeaturesGrpc.ServerFeaturesService, {
      getSupportedMethods: (_call: unknown, answer: sendUnaryData<serverFeaturesPb.SupportedMethods>) =>
        answer(null, supportedMethods()),
    });
  }

  private streams() {
    const parts = {
      log: this.log,
      faults: this.faults,
      maxAppendSize: this.options.maxAppendSize ?? DEFAULT_MAX_APPEND_SIZE,
    };
    return {
      append: (call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>) => {
        this.calls.append += 1;
        const refusal = this.refusalFor(call.metadata);
        if (refusal) return answer(refusal);
        void appendCall(call, answer, parts);
      },
      batchAppend: (call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>) => {
        this.calls.batchAppend += 1;
        const refusal = this.refusalFor(call.metadata);
        if (refusal) return void call.emit('error', refusal);
        void batchAppendCall(call, parts);
      },
      read: (call: ReadCall) => this.read(call),
      delete: (
        call: ServerUnaryCall<DeleteReq, streamsPb.DeleteResp>,
        answer: sendUnaryData<streamsPb.DeleteResp>,
      ) =>
        this.remove(call, answer, {
          write: (stream) => this.log.softDelete(stream, randomUUID()),
          respond: (position) =>
            new streamsPb.DeleteResp().setPosition(placed(new streamsPb.DeleteResp.Position(), position)),
        }),
      tombstone: (
        call: ServerUnaryCall<TombstoneReq, streamsPb.TombstoneResp>,
        answer: sendUnaryData<streamsPb.TombstoneResp>,
      ) => {
        const options = call.request.getOptions()!;
        const expected = expectedRevision(options, options.getRevision());
        return this.remove(call, answer, {
          write: (stream) => this.log.tombstone(stream, expected, randomUUID()),
          respond: (position) =>
            new streamsPb.TombstoneResp().setPosition(
              placed(new streamsPb.TombstoneResp.Position(), position),
            ),
        });
      },
    };
  }

  private read(call: ReadCall): void {
    const refusal = this.refusalFor(call.metadata);
    if (refusal) return void call.emit('error', refusal);
    const subscribes = call.request.getOptions()!.hasSubscription();
    this.calls[subscribes ? 'subscribe' : 'read'] += 1;
    const open = subscribes ? 1 : 0;
    this.subscriptions += open;
    const { signal } = this.endSubscriptionsSignal;
    void readCall(call, { log: this.log, faults: this.faults, signal }).finally(() => {
      this.subscriptions -= open;
    });
  }

  private remove<Request extends DeleteReq | TombstoneReq, Response>(
    call: ServerUnaryCall<Request, Response>,
    answer: sendUnaryData<Response>,
    how: {
      readonly write: (stream: string) => Promise<AppendOutcome>;
      readonly respond: (position: LogPosition) => Response;
    },
  ): void {
    const refusal = this.refusalFor(call.metadata);
    if (refusal) return answer(refusal);
    const stream = streamNameOf(call.request.getOptions()!);
    how.write(stream).then(
      (outcome) => {
        if (outcome.kind === 'written') answer(null, how.respond(outcome.position!));
        else answer(outcome.kind === 'deleted' ? streamDeleted(stream) : wrongRevision(stream));
      },
      (error: unknown) => answer(error as ServiceError),
    );
  }

  /** Why a call is refused whatever it asks for. */
  private refusalFor(metadata: Metadata): ServiceError | undefined {
    const { user } = this.options;
    const given = metadata.get('authorization')[0];
    if (user && given !== `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`) {
      return failure(status.UNAUTHENTICATED, 'Unauthenticated');
    }
    const needsLeader = metadata.get('requires-leader')[0] === 'true';
    return needsLeader && this.leaderPort !== undefined ? notLeader(this.leaderPort) : undefined;
  }

  private members(): gossipPb.ClusterInfo {
    const { LEADER, FOLLOWER } = gossipPb.MemberInfo.VNodeState;
    const member = (port: number, state: gossipPb.MemberInfo.VNodeState): gossipPb.MemberInfo =>
      new gossipPb.MemberInfo()
        .setInstanceId(new shared.UUID().setString(randomUUID()))
        .setTimeStamp('0')
        .setState(state)
        .setIsAlive(true)
        .setHttpEndPoint(new gossipPb.EndPoint().setAddress('127.0.0.1').setPort(port));
    if (this.leaderPort === undefined)
      return new gossipPb.ClusterInfo().setMembersList([member(this.port, LEADER)]);
    return new gossipPb.ClusterInfo().setMembersList([
      member(this.port, FOLLOWER),
      member(this.leaderPort, LEADER),
    ]);
  }
}

function wrongRevision(stream: string): ServiceError {
  const exception = { exception: 'wrong-expected-version', 'stream-name': stream, 'expected-version': '-1' };
  return failure(status.FAILED_PRECONDITION, 'WrongExpectedVersion', exception);
}

function supportedMethods(): serverFeaturesPb.SupportedMethods {
  const methods = ['read', 'append', 'delete', 'tombstone', 'batchappend'].map((name) =>
    new serverFeaturesPb.SupportedMethod()
      .setServiceName('event_store.client.streams.streams')
      .setMethodName(name),
  );
  return new serverFeaturesPb.SupportedMethods()
    .setEventStoreServerVersion('24.10.0 (stand-in)')
    .setMethodsList(methods);
}
