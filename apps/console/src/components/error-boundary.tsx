import { Component, type ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { Notice } from './notice.js';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
}

/** In place of an empty page: a part that failed, or that an update of the server has replaced since the page was loaded. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly hasFailed: boolean }> {
  override readonly state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <main className="page">
        <Notice tone="bad" title="This page does not work">
          <p>Nothing was changed by that. Load it again; tell whoever runs Keyward if that does not help.</p>
          <Button className="button" onPress={() => location.reload()}>
            Load again
          </Button>
        </Notice>
      </main>
    );
  }
}
