import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { ErrorBoundary } from './components/error-boundary.js';
import { Loaded } from './components/loading.js';
import { Notice } from './components/notice.js';
import { IntegrationsScreen } from './integrations/integrations-screen.js';
import { ProjectKeysScreen } from './project-keys/project-keys-screen.js';
import { ProjectsScreen } from './project-keys/projects-screen.js';
import { OrganizationFrame, Shell } from './shell/shell.js';
import { SessionProvider, organizationsOf, rightsIn, sessionQuery, useSession } from './session/session.js';
import { SignInScreen } from './session/sign-in-screen.js';

// Not needed for the first look.
const HistoryScreen = lazy(() => import('./history/history-screen.js'));
const TimeTravelScreen = lazy(() => import('./time-travel/time-travel-screen.js'));
const ExplainScreen = lazy(() => import('./explain/explain-screen.js'));

export function App() {
  return (
    <Loaded query={useQuery(sessionQuery)}>
      {(state) =>
        'signIn' in state ? (
          <SignInScreen signIn={state.signIn} />
        ) : (
          <SessionProvider value={state.session}>
            <Shell>
              <ErrorBoundary>
                <Suspense fallback={<p className="loading">Reading …</p>}>
                  <Screens />
                </Suspense>
              </ErrorBoundary>
            </Shell>
          </SessionProvider>
        )
      }
    </Loaded>
  );
}

function Screens() {
  return (
    <Switch>
      <Route path="/organizations/:org/*?">{({ org }) => <OrganizationScreens key={org} org={org} />}</Route>
      <Route>
        <Home />
      </Route>
    </Switch>
  );
}

function OrganizationScreens({ org }: { readonly org: string }) {
  const base = `/organizations/${org}`;
  const session = useSession();
  if (!organizationsOf(session).includes(org)) return <NoRole in={`the organization ${org}`} />;
  const { isMember } = rightsIn(session, org);
  return (
    <OrganizationFrame org={org}>
      <Switch>
        <Route path={`${base}/integrations`}>
          <IntegrationsScreen org={org} />
        </Route>
        <Route path={`${base}/projects`}>
          <ProjectsScreen org={org} />
        </Route>
        <Route path={`${base}/projects/:project/integrations`}>
          {({ project }) => <ProjectKeysScreen key={project} org={org} project={project} />}
        </Route>
        <Route path={`${base}/projects/:project/integrations/:integration`}>
          {({ project, integration }) => (
            <ExplainScreen org={org} project={project} integration={integration} />
          )}
        </Route>
        <Route path={`${base}/history`}>
          <HistoryScreen org={org} />
        </Route>
        <Route path={`${base}/time-travel`}>
          <TimeTravelScreen org={org} />
        </Route>
        <Route>
          <Redirect to={`${base}/${isMember ? 'integrations' : 'projects'}`} replace />
        </Route>
      </Switch>
    </OrganizationFrame>
  );
}

function Home() {
  const [first] = organizationsOf(useSession());
  if (first !== undefined) return <Redirect to={`/organizations/${first}`} replace />;
  return <NoRole in="an organization" />;
}

/** The same whether there is such an organization or not. */
function NoRole({ in: where }: { readonly in: string }) {
  return (
    <main id="content" className="page" tabIndex={-1}>
      <h1>Nothing to see yet</h1>
      <Notice tone="info">
        You have no role in {where} or a project of it. Whoever runs your identity provider can give you one.
      </Notice>
    </main>
  );
}
