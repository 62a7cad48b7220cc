import { Button } from 'react-aria-components';
import { Notice } from '../components/notice.js';
import { DevelopmentSignIn } from './development-sign-in.js';
import type { SignIn } from './session.js';

/** What went wrong on the way to the identity provider and back: docs/console.md has the same codes. */
const ERRORS: Readonly<Record<string, string>> = {
  access_denied: 'The identity provider did not let you in. Ask whoever runs it.',
  provider_unavailable: 'The identity provider cannot be reached now. Try again in a moment.',
  sign_in_expired: 'The sign-in took too long, or was begun elsewhere. Begin anew.',
  state_mismatch: 'The sign-in was begun in another tab. Begin anew.',
  token_refused: 'What the identity provider says about you does not fit. Ask whoever runs Keyward.',
  session_too_large: 'You have more roles than a session can hold. Ask whoever runs the identity provider.',
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
  const back = whereTo(location);
  return (
    <Button
      className="button primary large"
      onPress={() => location.assign(`${url}?return=${encodeURIComponent(back)}`)}
    >
      Sign in
    </Button>
  );
}

/** Back to where one was; a sign-in that failed says itself where that is. The server takes paths of its own only. */
function whereTo({ pathname, hash, search }: Location): string {
  if (pathname !== '/sign-in') return pathname + hash;
  return new URLSearchParams(search).get('return') ?? '/';
}
