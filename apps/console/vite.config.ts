import { defineConfig } from 'vite';

/** Where a running Keyward is, while the console is worked on with `npm run dev:console`. */
const KEYWARD = 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    // The page's policy allows no data: scripts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  resolve: {
    alias: { '@keyward/domain': new URL('../../libs/domain/src/index.ts', import.meta.url).pathname },
  },
  server: { proxy: { '/v1': KEYWARD, '/session': KEYWARD } },
});
