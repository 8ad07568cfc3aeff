import { defineConfig } from 'vite'

/**
 * The page at `GET /`, built to dist/page. Every URL in it is relative, so it works behind any path, and
 * nothing is inlined, so the server's `default-src 'self'` needs no exception.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    outDir: '../../dist/page',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
})
