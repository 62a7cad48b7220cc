import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { noteHorizon } from './horizon.js';
import { ofOrg } from './queries.js';
import { sessionQuery } from '../session/session.js';

const RETRY_MS = 3_000;

/** How the way of changes to this page is. */
export type Connection = 'connecting' | 'live' | 'lost';

export interface Propagated {
  readonly position: string;
  /** From the event log to where workers look keys up. */
  readonly milliseconds: number;
}

interface Live {
  readonly connection: Connection;
  /** The last change that workers' lookups see. */
  readonly applied: Propagated | null;
}

const LiveContext = createContext<Live>({ connection: 'connecting', applied: null });

export const useLive = (): Live => use(LiveContext);

interface LiveProviderProps {
  readonly org: string;
  /** Null: the whole organization, for its members. */
  readonly project: string | null;
  readonly children: ReactNode;
}

/** Reads again what is shown whenever it changes on the server. */
export function LiveProvider({ org, project, children }: LiveProviderProps) {
  const client = useQueryClient();
  const [live, setLive] = useState<Live>({ connection: 'connecting', applied: null });

  useEffect(() => {
    const of = `/v1/organizations/${encodeURIComponent(org)}`;
    const path = project === null ? of : `${of}/projects/${encodeURIComponent(project)}`;
    let source: EventSource;
    let timer: ReturnType<typeof setTimeout>;
    const refresh = ({ data }: MessageEvent<string>): void => {
      noteHorizon(org, (JSON.parse(data) as { position: string }).position);
      setLive((now) => ({ ...now, connection: 'live' }));
      void client.invalidateQueries({ queryKey: ofOrg(org) });
    };
    const open = (): void => {
      source = new EventSource(`${path}/changes`);
      source.addEventListener('ready', refresh);
      source.addEventListener('change', refresh);
      source.addEventListener('applied', ({ data }: MessageEvent<string>) =>
        setLive((now) => ({ ...now, applied: JSON.parse(data) as Propagated })),
      );
      // When a key was last used is known by the history at once: nothing has to be waited for.
      source.addEventListener('used', () => void client.invalidateQueries({ queryKey: ofOrg(org) }));
      source.addEventListener('error', () => {
        setLive((now) => ({ ...now, connection: 'lost' }));
        // Refused, and not only broken: a browser does not try that again by itself.
        if (source.readyState !== EventSource.CLOSED) return;
        void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
        timer = setTimeout(open, RETRY_MS);
      });
    };
    open();
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [client, org, project]);

  return <LiveContext value={live}>{children}</LiveContext>;
}
