import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { onSignedOut } from './api/client.js';
import { isProblem } from './api/problem.js';
import { App } from './app.js';
import { sessionQuery } from './session/session.js';
import './styles/index.css';

/** What passes by itself. */
const PASSING = ['UNREACHABLE', 'UNAVAILABLE', 'STALE_READ_MODEL', 'UNREADABLE'];

const client = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 3 && PASSING.some((code) => isProblem(error, code)),
      refetchOnWindowFocus: false,
    },
  },
});
onSignedOut(() => void client.invalidateQueries({ queryKey: sessionQuery.queryKey }));

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
