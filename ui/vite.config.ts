import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The server embeds ui/dist: names carry a hash of the content, so that they may be cached for ever.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    assetsInlineLimit: 0, // the content security policy allows no data: scripts or styles
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { '/api': process.env.MERLON_ADDRESS ?? 'http://127.0.0.1:8080' } },
});
