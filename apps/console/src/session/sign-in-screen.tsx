import { Button } from 'react-aria-components';
import { Notice } from '../components/notice.js';
import { DevelopmentSignIn } from './development-sign-in.js';
import type { SignIn } from './session.js';

/** What a provider, or the way back from it, can say; everything else is told in general. */
const ERRORS: Readonly<Record<string, string>> = {
  access_denied: 'The identity provider did not let you in. Ask whoever runs it.',
  expired: 'The sign-in took too long. Begin anew.',
  state: 'The sign-in was begun elsewhere. Begin anew here.',
  claims: 'The identity provider says nothing about your roles in Keyward. Ask whoever runs it.',
};

export function SignInScreen({ signIn }: { readonly signIn: SignIn }) {
  const error = new URLSearchParams(location.search).get('signInError');
  return (
    <main className="sign-in">
      <h1>
        <span className="brand-mark" aria-hidden="true" /> Keyward
      </h1>
      <p className="lead">One key per integration, for all your projects.</p>
      {error !== null && (
        <Notice tone="bad" title="You are not signed in">
          {ERRORS[error] ??
            'The sign-in failed. Begin anew, and tell whoever runs Keyward if it fails again.'}
        </Notice>
      )}
      {signIn.kind === 'development' ? <DevelopmentSignIn /> : <ProviderSignIn url={signIn.url} />}
    </main>
  );
}

function ProviderSignIn({ url }: { readonly url: string }) {
  const back = location.pathname === '/sign-in' ? '/' : location.pathname + location.hash;
  return (
    <Button
      className="button primary large"
      onPress={() => location.assign(`${url}?return=${encodeURIComponent(back)}`)}
    >
      Sign in
    </Button>
  );
}
